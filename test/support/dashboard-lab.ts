/** A real Prometheus over a `run` under simulated traffic in which much breaks: what dashboards are tried on. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { Instance } from './instance.ts'
import { type PrometheusServer, startPrometheus } from './prometheus.ts'
import { freePort } from './server-process.ts'
import { Workspace } from './workspace.ts'

const root = new URL('../../', import.meta.url).pathname
const scenario = new URL('dashboards/scenario.yaml', import.meta.url).pathname
const inventory = new URL('dashboards/inventory.json', import.meta.url)

/** The scenario's 24 minutes, in so many times real time. */
const speed = 60
const scenarioMs = 24 * 60_000

async function simulate(workspace: Workspace, url: string, otlpUrl: string): Promise<void> {
  const start = new Date(Date.now() - scenarioMs - 60_000).toISOString()
  const options = [
    '--to',
    'http',
    '--start',
    start,
    '--speed',
    `${speed}`,
    '--url',
    url,
    '--otlp-url',
    otlpUrl,
  ]
  const args = [`${root}src/main.ts`, 'simulate', scenario, '-o', workspace.at('simulation'), ...options]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`simulate ended with ${code}: ${err}`)
}

export class DashboardLab implements AsyncDisposable {
  readonly #workspace = new Workspace()
  #instance: Instance | undefined
  #prometheus: PrometheusServer | undefined

  /** Gives it when the simulation is over. */
  static async start(): Promise<DashboardLab> {
    const lab = new DashboardLab()
    try {
      await lab.#fill()
    } catch (error) {
      await lab[Symbol.asyncDispose]()
      throw error
    }
    return lab
  }

  /** Base address of Prometheus. */
  get url(): string {
    return this.#prometheus?.url ?? ''
  }

  async #fill(): Promise<void> {
    const workspace = this.#workspace
    workspace.write('inventory/aws.json', readFileSync(inventory))
    workspace.write('baseline.yaml', stringify({ approvedActors: ['ci@acme.example'], grants: [] }))
    const flow = { name: 'checkout-reads-its-secrets', app: 'checkout', service: '*' }
    workspace.write('planned-flows.yaml', stringify({ flows: [flow] }))
    const otlpPort = await freePort()
    this.#instance = await Instance.start(workspace, {
      definitions: [`${root}slo-definitions`],
      baseline: 'baseline.yaml',
      plannedFlows: 'planned-flows.yaml',
      inventory: [{ path: 'inventory' }],
      sources: {
        webhook: { enabled: true },
        otlp: { enabled: true, http: { port: otlpPort }, grpc: { enabled: false } },
      },
      // Nobody listens there: what waits and what fails is on a dashboard, too.
      alertmanager: { replicas: [{ url: `http://127.0.0.1:${await freePort()}` }] },
    })
    const { url } = this.#instance
    const job = { job_name: 'identity-slo', static_configs: [{ targets: [url.replace('http://', '')] }] }
    const config = { global: { scrape_interval: '1s' }, scrape_configs: [job] }
    this.#prometheus = await startPrometheus(
      workspace.at('prometheus'),
      workspace.write('prometheus.yaml', stringify(config)),
    )
    await simulate(workspace, url, `http://127.0.0.1:${otlpPort}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prometheus?.[Symbol.asyncDispose]()
    await this.#instance?.[Symbol.asyncDispose]()
    this.#workspace[Symbol.dispose]()
  }
}
