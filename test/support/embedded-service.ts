/** A run inside the test's process, on a port of its own, and waiting for what it shows. */
import { stringify } from 'yaml'
import { createService } from '../../src/app/commands/run.ts'
import type { Pipeline } from '../../src/app/pipeline.ts'
import type { Service, ServiceLog } from '../../src/app/service.ts'
import { type Exposition, parseExposition } from './exposition.ts'
import type { Workspace } from './workspace.ts'

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly facts: object
  readonly message: string
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** Long enough for a machine that does ten other things: only a failure ever waits for it. */
const deadlineMs = 60_000

/** Asks again until the condition holds; fails with what was waited for when the deadline has passed. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** One objective over everything, of 99 % in 30 days. */
export const everything = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: issuance
spec:
  service: shop
  description: Tokens for everybody.
  indicator:
    metadata: { name: issuance }
    spec:
      ratioMetric:
        counter: true
        good: &source { metricSource: { type: identity-slo, spec: { indicator: token-issuance } } }
        total: *source
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ displayName: Tokens, target: 0.99 }]
`

export class EmbeddedService implements AsyncDisposable {
  readonly service: Service
  readonly pipeline: Pipeline
  readonly url: string
  readonly log: readonly LogLine[]

  private constructor(service: Service, pipeline: Pipeline, url: string, log: readonly LogLine[]) {
    this.service = service
    this.pipeline = pipeline
    this.url = url
    this.log = log
  }

  /** `settings` as in the configuration file; definitions are `everything` unless the workspace has others. */
  static async start(
    workspace: Workspace,
    settings: Readonly<Record<string, unknown>> = {},
    now: () => number = Date.now,
  ): Promise<EmbeddedService> {
    if (settings['definitions'] === undefined) workspace.write('slo/all.yaml', everything)
    const path = workspace.write(
      'identity-slo.yaml',
      stringify({ definitions: ['slo'], listen: { port: 0 }, ...settings }),
    )
    const lines: LogLine[] = []
    const to = (level: LogLine['level']) => (facts: object, message: string) => {
      lines.push({ level, facts, message })
    }
    const log: ServiceLog = { info: to('info'), warn: to('warn'), error: to('error') }
    const { service, pipeline } = createService(path, { now, env: {} }, { log })
    const url = await service.start()
    return new EmbeddedService(service, pipeline, url, lines)
  }

  async get(path: string): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  async send(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/v1/records`, { method: 'POST', body, headers })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  async reload(): Promise<Answer> {
    const response = await fetch(`${this.url}/-/reload`, { method: 'POST' })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  async metrics(): Promise<Exposition> {
    const { text } = await this.get('/metrics')
    return parseExposition(text)
  }

  async ready(): Promise<void> {
    await until('the service is ready', async () => (await this.get('/-/ready')).status === 200)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.service.stop()
  }
}
