import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { PodIdentityAgent } from '../support/stand-ins/aws.ts'
import { Imds } from '../support/stand-ins/azure.ts'
import { GoogleMetadata } from '../support/stand-ins/google.ts'
import { StandIn } from '../support/stand-ins/stand-in.ts'
import { canary, jwt } from '../support/stand-ins/tokens.ts'
import { Workspace } from '../support/workspace.ts'

const root = new URL('../../', import.meta.url)
const workspace = new Workspace()
let imds: StandIn
let agent: StandIn
let metadata: StandIn
let bucket: StandIn

beforeAll(async () => {
  imds = await new Imds().start()
  agent = await new PodIdentityAgent().start()
  metadata = await new GoogleMetadata().start()
  bucket = await StandIn.start({
    isToken: () => false,
    answer: ({ path }) => ({ status: path.startsWith('/secret') ? 403 : 200 }),
  })
})

afterAll(async () => {
  workspace[Symbol.dispose]()
  for (const server of [imds, agent, metadata, bucket]) await server[Symbol.asyncDispose]()
})

/** An application that knows nothing of us. */
const app = `
  const scope = 'https://vault.azure.net/.default'
  const managed = new ManagedIdentityCredential()
  await managed.getToken(scope)
  await managed.getToken(scope)
  await new DefaultAzureCredential().getToken('https://storage.azure.com/.default')
  const s3 = new S3Client({ endpoint: process.env.BUCKET, forcePathStyle: true, maxAttempts: 1 })
  await s3.send(new HeadBucketCommand({ Bucket: 'orders' }))
  await s3.send(new HeadBucketCommand({ Bucket: 'secret' })).catch(() => undefined)
  const auth = new GoogleAuth({ projectId: 'acme-shop' })
  await auth.getAccessToken()
  await auth.getRequestHeaders()
  s3.destroy()`

const esm = `
  import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'
  import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
  import { GoogleAuth } from 'google-auth-library'
  ${app}`
const commonjs = `
  const { DefaultAzureCredential, ManagedIdentityCredential } = require('@azure/identity')
  const { HeadBucketCommand, S3Client } = require('@aws-sdk/client-s3')
  const { GoogleAuth } = require('google-auth-library')
  void (async () => {${app}})()`

const printed = z.object({
  totals: z.record(z.string(), z.number()),
  fetches: z.array(z.array(z.union([z.string(), z.boolean(), z.null()]))),
  uses: z.array(z.array(z.union([z.string(), z.number()]))),
  everything: z.string(),
})

async function run(type: 'module' | 'commonjs', script: string): Promise<z.infer<typeof printed>> {
  const token = workspace.write('token', jwt({ sub: 'system:serviceaccount:shop:checkout' }))
  const none = workspace.at('none')
  const child = spawn(
    process.execPath,
    [
      ...['--import', './test/support/printed-telemetry.ts', '--import', './src/client/register.ts'],
      ...[`--input-type=${type}`, '-e', script],
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url,
        AWS_REGION: 'eu-central-1',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
        AWS_CONFIG_FILE: none,
        AWS_SHARED_CREDENTIALS_FILE: none,
        GCE_METADATA_HOST: metadata.host,
        METADATA_SERVER_DETECTION: 'assume-present',
        BUCKET: bucket.url,
      },
    },
  )
  let out = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) out += chunk
  return printed.parse(JSON.parse(out))
}

describe.each([
  ['module', esm],
  ['commonjs', commonjs],
] as const)('node --import identity-slo/register, an application as %s', (type, script) => {
  it('is instrumented without a change, and counts what was served', async () => {
    for (const server of [imds, agent, metadata]) server.served.length = 0
    const { totals, fetches, uses, everything } = await run(type, script)
    const served = [imds, agent, metadata].flatMap((server) => server.served)
    expect(totals).toEqual({
      token_request_total: served.filter(({ isToken }) => isToken).length,
      token_request_failed: 0,
      token_retries_total: 0,
      metadata_calls_total: served.length,
    })
    // The SDK asks its chain more than once for a request; the chain remembers.
    const asked = fetches.filter(([provider, , , isCacheHit]) => provider !== 'aws' || isCacheHit === false)
    expect(asked).toEqual([
      ['azure', 'ManagedIdentityCredential', null, false],
      ['azure', 'ManagedIdentityCredential', null, true],
      ['azure', 'DefaultAzureCredential', 'ManagedIdentityCredential', false],
      ['aws', 'defaultProvider', 'fromHttp', false],
      ['gcp', 'Compute', null, false],
      ['gcp', 'Compute', null, true],
    ])
    expect(uses).toEqual([
      ['S3', 200],
      ['S3', 403],
    ])
    expect(everything).not.toContain(canary)
  })
})
