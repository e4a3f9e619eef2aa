import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workspace } from '../support/workspace.ts'

const root = new URL('../../', import.meta.url).pathname
const workspace = new Workspace()

function run(folder: string, command: string, ...args: readonly string[]): string {
  const ended = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  expect(ended.status, `${command} ${args.join(' ')}\n${ended.stdout}${ended.stderr}`).toBe(0)
  return ended.stdout
}

/** What an application has next to us; the program's own dependencies are not among them. */
const installed = [
  '@opentelemetry',
  '@azure',
  '@aws-sdk',
  'google-auth-library',
  'prom-client',
  '@types',
  'typescript',
]

let files: readonly string[]

/** Builds, packs and unpacks into a project of its own. */
beforeAll(() => {
  const tsc = `${root}node_modules/.bin/tsc`
  run(root, tsc, '-p', 'tsconfig.build.json', '--outDir', workspace.at('pack/dist'))
  for (const path of ['package.json', 'README.md', 'LICENSE', 'docs', 'slo-definitions'])
    cpSync(`${root}${path}`, workspace.at(`pack/${path}`), { recursive: true })
  run(workspace.at('pack'), 'npm', 'pack', '--pack-destination', workspace.path)
  const tarball = readdirSync(workspace.path).find((name) => name.endsWith('.tgz')) ?? ''
  files = run(workspace.path, 'tar', '-tzf', tarball).split('\n')
  mkdirSync(workspace.at('app/node_modules/identity-slo'), { recursive: true })
  run(workspace.path, 'tar', '-xzf', tarball, '-C', 'app/node_modules/identity-slo', '--strip-components=1')
  for (const name of installed)
    symlinkSync(`${root}node_modules/${name}`, workspace.at(`app/node_modules/${name}`))
  workspace.write('app/package.json', '{"name":"app","type":"module"}')
})

afterAll(() => workspace[Symbol.dispose]())

const application = `
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity'
import { STSClient } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { GoogleAuth } from 'google-auth-library'
import { Registry } from 'prom-client'
import { IdentityTelemetry } from 'identity-slo/client'
import { PrometheusMetrics } from 'identity-slo/client/prometheus'

const registry = new Registry()
const identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })
export const credential: TokenCredential = identity.azure(new DefaultAzureCredential())
const credentials = identity.aws(fromNodeProviderChain(), { name: 'fromNodeProviderChain' })
export const client: STSClient = identity.awsClient(new STSClient({ credentials, region: 'eu-central-1' }))
export const auth: GoogleAuth = identity.google(new GoogleAuth())
const fetchToken = identity.fetchToken(async (name: string) => ({ token: name, expiresAt: new Date() }))
const { token }: { token: string } = await fetchToken('t')
console.log(token, (await registry.metrics()).includes('token_request_total{provider="other"'))
process.exit()
`

describe('the published package', () => {
  it('holds the library, its types and no tests', () => {
    for (const name of ['client', 'prometheus', 'register'])
      for (const extension of ['js', 'd.ts'])
        expect(files).toContain(`package/dist/client/${name}.${extension}`)
    expect(files.filter((name) => /(?:^|\/)(?:test|bench|node_modules)\//.test(name))).toEqual([])
  })

  it.each(['nodenext', 'bundler'])(
    'type-checks in an application with resolution "%s"',
    (moduleResolution) => {
      workspace.write('app/app.ts', application)
      const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext'
      run(
        workspace.at('app'),
        process.execPath,
        ...[
          'node_modules/typescript/bin/tsc',
          'app.ts',
          '--ignoreConfig',
          '--noEmit',
          '--strict',
          '--exactOptionalPropertyTypes',
        ],
        ...[
          '--target',
          'es2022',
          '--module',
          module,
          '--moduleResolution',
          moduleResolution,
          '--types',
          'node',
        ],
        ...['--lib', 'es2022,esnext.disposable,dom'],
      )
    },
  )

  it('runs, with and without the hook, on import and on require', () => {
    workspace.write(
      'app/app.mjs',
      application
        .replace(', type TokenCredential', '')
        .replaceAll(/: (?:TokenCredential|STSClient|GoogleAuth|string|\{ token: string \})/g, ''),
    )
    for (const hook of [[], ['--import', 'identity-slo/register']])
      expect(run(workspace.at('app'), process.execPath, ...hook, 'app.mjs')).toBe('t true\n')
    workspace.write(
      'app/app.cjs',
      `console.log(typeof require('identity-slo/client').IdentityTelemetry); process.exit()`,
    )
    expect(run(workspace.at('app'), process.execPath, 'app.cjs')).toBe('function\n')
  })

  it('loads nothing of the rest of the program', () => {
    const script = `import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } })
      await import('identity-slo/client')
      const packages = seen.flatMap((url) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? [])
      console.log(JSON.stringify([[...new Set(packages)], seen.filter((url) => /identity-slo\\/dist\\/(?!client)/.test(url))]))`
    const printed = run(workspace.at('app'), process.execPath, '--input-type=module', '-e', script)
    expect(JSON.parse(printed)).toEqual([['identity-slo', '@opentelemetry/api'], []])
  })
})
