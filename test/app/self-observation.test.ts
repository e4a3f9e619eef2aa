import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { everything, until } from '../support/embedded-service.ts'
import { parseExposition } from '../support/exposition.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { Workspace } from '../support/workspace.ts'

const main = new URL('../../src/main.ts', import.meta.url).pathname

/** Writes each OpenTelemetry module that the process asks for to standard error; prom-client always asks for the API. */
const loadedModules = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({ resolve(specifier, context, next) {
    if (specifier.startsWith('@opentelemetry/') && !context.parentURL.includes('/prom-client/')) process.stderr.write('loads ' + specifier + String.fromCharCode(10))
    return next(specifier, context)
  } })`)}`

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  server.close()
  await once(server, 'close')
  return port
}

/** A run in a process of its own: telemetry is one in a process. */
class Run {
  readonly #child: ChildProcess
  out = ''
  err = ''

  constructor(workspace: Workspace, telemetry: object, env: Readonly<Record<string, string>> = {}) {
    workspace.write('slo/all.yaml', everything)
    const config = workspace.write(
      'identity-slo.yaml',
      stringify({ definitions: ['slo'], listen: { port: 0 }, telemetry }),
    )
    this.#child = spawn(process.execPath, ['--import', loadedModules, main, 'run', '--config', config], {
      env: { ...process.env, ...env },
      cwd: workspace.path,
    })
    this.#child.stdout?.on('data', (chunk) => {
      this.out += String(chunk)
    })
    this.#child.stderr?.on('data', (chunk) => {
      this.err += String(chunk)
    })
    runs.push(this)
  }

  async running(): Promise<void> {
    await until('the run says where it is', () => {
      if (this.#child.exitCode !== null) throw new Error(`ended: ${this.err}`)
      return this.out.includes('is running')
    })
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    return this.#child.exitCode
  }

  get loaded(): readonly string[] {
    return this.err.split('\n').filter((line) => line.startsWith('loads '))
  }

  get log(): readonly { readonly msg: string; readonly address?: string; readonly level: number }[] {
    return this.err
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
  }
}

const runs: Run[] = []

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop()))
})

describe('a run', () => {
  it('serves self metrics on a port of their own, the start among them', async () => {
    using workspace = new Workspace()
    const run = new Run(workspace, { prometheus: { port: 0 } })
    await run.running()
    const address = run.log.find(({ msg }) => msg === 'self metrics are served')?.address ?? ''
    const self = parseExposition(await (await fetch(address)).text())
    const start = self.select('identity_slo_pipeline_stage_duration_seconds_count', { stage: 'start' })
    expect(start.map(({ value }) => value)).toEqual([1])
    const product = /metrics: (\S+)\)/.exec(run.out)?.[1] ?? ''
    expect(new URL(product).port).not.toBe(new URL(address).port)
    const names = parseExposition(await (await fetch(product)).text()).families
    for (const name of self.families.keys()) expect(names.has(name), name).toBe(false)
    expect(await run.stop()).toBe(0)
  })

  it('sends traces, the start among them, where a receiver is configured, with the secret as header', async () => {
    using workspace = new Workspace()
    await using receiver = await OtlpReceiver.start()
    const otlp = { endpoint: receiver.url, headers: [{ name: 'x-api-key', value: `\${env:TRACES_KEY}` }] }
    const run = new Run(workspace, { prometheus: { port: 0 }, otlp }, { TRACES_KEY: 'hush' })
    await run.running()
    expect(await run.stop()).toBe(0)
    expect(receiver.spans.filter(({ name }) => name === 'start')).toMatchObject([{ parentId: '', status: 0 }])
    expect(receiver.requests[0]?.headers['x-api-key']).toBe('hush')
    expect(receiver.requests[0]?.resource['service.name']).toBe('identity-slo')
    expect(run.err + run.out).not.toContain('hush')
  })

  it('with telemetry off opens no port and loads nothing of OpenTelemetry', async () => {
    using workspace = new Workspace()
    const port = await freePort()
    const off = new Run(workspace, { enabled: false, prometheus: { port } })
    await off.running()
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow()
    expect(off.loaded).toEqual([])
    expect(await off.stop()).toBe(0)
  })

  it('with telemetry on does load it, so that the test above can fail', async () => {
    using workspace = new Workspace()
    const run = new Run(workspace, { prometheus: { port: 0 } })
    await run.running()
    expect(run.loaded).toContain('loads @opentelemetry/sdk-node')
  })

  it('ends telemetry also when the start fails', async () => {
    using workspace = new Workspace()
    await using receiver = await OtlpReceiver.start()
    workspace.write('slo/broken.yaml', 'kind: Nothing\n')
    const run = new Run(workspace, { prometheus: { port: 0 }, otlp: { endpoint: receiver.url } })
    await until('the run has ended', () => run.err.includes('error ISLO-3002') && receiver.spans.length > 0)
    expect(receiver.spans.map(({ name, status }) => [name, status])).toContainEqual(['start', 2])
  })
})
