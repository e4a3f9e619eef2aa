/**
 * The two ways from a run to people, side by side, made of real parts: Prometheus with the generated rules and an
 * Alertmanager of its own, and a cluster of two Alertmanagers that the engine itself tells. Each way ends at a webhook.
 */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { z } from 'zod'
import { requireDefinitions } from '../../../src/app/definition-files.ts'
import { renderArtifacts } from '../../../src/outputs/artifacts.ts'
import {
  type AlertmanagerServer,
  type NotificationSink,
  startAlertmanager,
  startNotificationSink,
} from '../alertmanager.ts'
import { until } from '../embedded-service.ts'
import { Instance } from '../instance.ts'
import { type PrometheusServer, startPrometheus } from '../prometheus.ts'
import { freePort } from '../server-process.ts'
import { Workspace } from '../workspace.ts'
import { scaledRouting, scaledRules } from './scaled.ts'

const alertsAnswer = z.object({
  data: z.object({ alerts: z.array(z.object({ labels: z.record(z.string(), z.string()) })) }),
})

/** Names of the alerts that fire or are pending. */
async function firingRules({ url }: PrometheusServer): Promise<readonly (string | undefined)[]> {
  const { data } = alertsAnswer.parse(await (await fetch(`${url}/api/v1/alerts`)).json())
  return data.alerts.map(({ labels }) => labels['alertname'])
}

const definitions = fileURLToPath(new URL('slo.yaml', import.meta.url))

export class PagingLab implements AsyncDisposable {
  readonly workspace = new Workspace()
  readonly #parts = new AsyncDisposableStack()
  readonly #artifacts = renderArtifacts(requireDefinitions([definitions]))
  readonly #factor: number

  /** @param factor by which the records' time, and so all times of rules and routes, is compressed */
  constructor(factor: number) {
    this.#factor = factor
    this.#parts.use(this.workspace)
  }

  #folder(name: string): string {
    const path = this.workspace.at(name)
    mkdirSync(path, { recursive: true })
    return path
  }

  sink(): Promise<NotificationSink> {
    return startNotificationSink().then((sink) => this.#parts.use(sink))
  }

  #routing(name: string, { url }: NotificationSink): string {
    const generated = this.#artifacts.find(({ path }) => path.startsWith('alertmanager/'))
    return this.workspace.write(`${name}.yaml`, scaledRouting(generated?.content ?? '', this.#factor, url))
  }

  async alertmanager(name: string, sink: NotificationSink): Promise<AlertmanagerServer> {
    return this.#parts.use(await startAlertmanager(this.#routing(name, sink), this.#folder(name)))
  }

  async cluster(sink: NotificationSink): Promise<readonly AlertmanagerServer[]> {
    const config = this.#routing('cluster', sink)
    const ports = [await freePort(), await freePort()]
    const member = (port: number, index: number): Promise<AlertmanagerServer> =>
      startAlertmanager(config, this.#folder(`member-${index}`), { cluster: { port, peers: ports } })
    return (await Promise.all(ports.map(member))).map((server) => this.#parts.use(server))
  }

  async run(settings: Readonly<Record<string, unknown>>): Promise<Instance> {
    return this.#parts.use(await Instance.start(this.workspace, { definitions: [definitions], ...settings }))
  }

  /** Scrapes the run, and tells the Alertmanager what the generated rules say. Gives it when it has begun to. */
  async prometheus(run: Instance, alertmanager: AlertmanagerServer): Promise<PrometheusServer> {
    const rules = this.#artifacts
      .filter(({ path }) => path.startsWith('alerts/') && !path.startsWith('alerts/event-time/'))
      .map(({ path, content }) => this.workspace.write(path, scaledRules(content, this.#factor)))
    const target = (url: string): readonly object[] => [{ targets: [new URL(url).host] }]
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: rules,
      alerting: { alertmanagers: [{ static_configs: target(alertmanager.url) }] },
      scrape_configs: [{ job_name: 'identity-slo', static_configs: target(run.url) }],
    }
    const path = this.workspace.write('prometheus.yml', stringify(config))
    const server = this.#parts.use(await startPrometheus(this.#folder('prometheus'), path))
    await until('the first scrape and evaluation', async () =>
      (await firingRules(server)).includes('IdentitySLOWatchdog'),
    )
    return server
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.disposeAsync()
  }
}
