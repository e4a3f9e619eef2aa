/**
 * What docker-compose.yml starts, started by hand: the same configuration files with hosts and ports of this machine in place of the
 * containers'. Not run: the images, Grafana, and what Docker itself does (build, networks, health checks, volumes).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hasAlertmanager, startAlertmanager } from '../support/alertmanager.ts'
import { root, service, textOf, wordsOf } from '../support/compose.ts'
import { until } from '../support/embedded-service.ts'
import { kafkaForTests } from '../support/kafka-broker.ts'
import { hasPrometheus, promtool, startPrometheus } from '../support/prometheus.ts'
import { freePort, stopped } from '../support/server-process.ts'
import { Workspace } from '../support/workspace.ts'

const kafka = kafkaForTests('docker-compose.yml by hand')
const canRun = kafka.libraries !== undefined && hasPrometheus && hasAlertmanager

const targets = z.object({
  data: z.object({ activeTargets: z.array(z.object({ health: z.string(), scrapePool: z.string() })) }),
})
const rules = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.looseObject({ health: z.string(), name: z.string() })) })),
  }),
})
const value = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})
const alerts = z.array(
  z.object({ labels: z.record(z.string(), z.string()), generatorURL: z.string().optional() }),
)

async function json<T extends z.ZodType>(url: string, schema: T): Promise<z.infer<T>> {
  return schema.parse(await (await fetch(url)).json())
}

/** The containers' names of services, as addresses of this machine. */
class Rehearsal implements AsyncDisposable {
  readonly workspace = new Workspace()
  readonly #ports = new Map<string, number>()
  readonly #children: ChildProcess[] = []
  readonly #servers: AsyncDisposable[] = []
  prometheus = ''
  alertmanager = ''

  async choosePorts(...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) this.#ports.set(address, await freePort())
  }

  /** Free ports of this machine in place of the services' own. */
  mapped(text: string): string {
    let all = text
    for (const [address, port] of this.#ports) all = all.replaceAll(address, `127.0.0.1:${port}`)
    return all
  }

  addressOf(service: string): string {
    return `127.0.0.1:${this.#ports.get(service)}`
  }

  spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } })
    this.#children.push(child)
  }

  /** Kafka's own tools format its folder and make the topic, as the image and the service kafka-topics do. */
  async startKafka(libraries: string): Promise<void> {
    const classpath = join(libraries, '*')
    const [plain, controller] = [this.addressOf('kafka:9092'), this.addressOf('localhost:9093')]
    const properties = textOf('compose/kafka.properties')
      .replace('PLAINTEXT://:9092,CONTROLLER://:9093', `PLAINTEXT://${plain},CONTROLLER://${controller}`)
      .replace('PLAINTEXT://kafka:9092', `PLAINTEXT://${plain}`)
      .replace('1@localhost:9093', `1@${controller}`)
      .replace('/var/lib/kafka/data', this.workspace.at('kafka'))
    const file = this.workspace.write('server.properties', properties)
    const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAA', '-c', file]
    expect(spawnSync('java', ['-cp', classpath, ...format]).status).toBe(0)
    this.spawn('java', [
      '-Xmx384m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classpath,
      'kafka.Kafka',
      file,
    ])
    const words = (service('kafka-topics').command ?? []).map((word) => this.mapped(word))
    const topics = [
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classpath,
      'org.apache.kafka.tools.TopicCommand',
      ...words,
    ]
    await until('the topic is made', () => spawnSync('java', topics, { timeout: 30_000 }).status === 0)
  }

  async startEngine(): Promise<void> {
    const folder = join(root, 'compose')
    const config = this.mapped(textOf('compose/identity-slo.yaml'))
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replace('port: 9465', `port: ${this.addressOf('identity-slo:9465').split(':')[1]}`)
      .replace('port: 9464', `port: ${this.addressOf('identity-slo:9464').split(':')[1]}`)
      .replace('/var/lib/identity-slo', this.workspace.at('state'))
      .replace('[slo-definitions]', `[${join(root, 'slo-definitions')}]`)
      .replaceAll(/: (ownership|baseline|planned-flows)\.yaml/g, `: ${folder}/$1.yaml`)
      .replace('path: inventory', `path: ${folder}/inventory`)
    const file = this.workspace.write('identity-slo.yaml', config)
    this.spawn(process.execPath, [join(root, 'src/main.ts'), 'run', '--config', file], {
      IDENTITY_SLO__SOURCES__OTLP__HTTP__PORT: this.addressOf('identity-slo:4318').split(':')[1] ?? '',
      IDENTITY_SLO__SOURCES__OTLP__GRPC__PORT: '0',
    })
    await until('identity-slo is ready', async () => {
      const answer = await fetch(`http://${this.addressOf('identity-slo:9465')}/-/ready`).catch(
        () => undefined,
      )
      return answer?.ok ?? false
    })
  }

  async startMonitoring(): Promise<void> {
    const port = Number(this.addressOf('alertmanager:9093').split(':')[1])
    const alertmanager = textOf('alertmanager/alertmanager.yaml').replaceAll(
      '/etc/alertmanager/secrets',
      join(root, 'compose/secrets'),
    )
    const file = this.workspace.write('alertmanager.yaml', alertmanager)
    const server = await startAlertmanager(file, this.workspace.at('alertmanager'), { port })
    this.#servers.push(server)
    this.alertmanager = server.url
    const config = this.mapped(textOf('compose/prometheus.yaml'))
      .replaceAll('/etc/prometheus/alerts', join(root, 'alerts'))
      .replaceAll('interval: 15s', 'interval: 1s')
    const prometheus = await startPrometheus(
      this.workspace.at('prometheus'),
      this.workspace.write('prometheus.yaml', config),
    )
    this.#servers.push(prometheus)
    this.prometheus = prometheus.url
  }

  /** As the file has it, but that the beginning lies back and time goes by faster: a test has no quarter of an hour. */
  startSimulator(name: 'traffic' | 'clients', lengthMs: number, speed: number): void {
    const [, , , command = '', , ...options] = wordsOf(service(name))
    const mapped = options.map((word) => this.mapped(word))
    const set = (option: string, to: string): void => {
      mapped[mapped.indexOf(option) + 1] = to
    }
    set('--out', this.workspace.at(name))
    set('--start', new Date(Date.now() - lengthMs - 30_000).toISOString())
    set('--speed', `${speed}`)
    const scenario = join(root, `compose/${name}.yaml`)
    const args = [join(root, 'src/main.ts'), command, scenario, ...mapped, '--length', `${lengthMs / 1000}s`]
    this.spawn(process.execPath, args)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) await stopped(child, 'SIGTERM')
    for (const server of this.#servers.toReversed()) await server[Symbol.asyncDispose]()
    this.workspace[Symbol.dispose]()
  }
}

describe.skipIf(!canRun)(
  `${kafka.title} (skipped unless Prometheus and Alertmanager are on the PATH)`,
  () => {
    const rehearsal = new Rehearsal()

    const query = async (expr: string): Promise<number> => {
      const found = await json(
        `${rehearsal.prometheus}/api/v1/query?${new URLSearchParams({ query: expr })}`,
        value,
      )
      return Number(found.data.result[0]?.value[1] ?? 0)
    }

    beforeAll(async () => {
      const own = ['identity-slo:9465', 'identity-slo:9464', 'identity-slo:4318']
      await rehearsal.choosePorts(...own, 'kafka:9092', 'localhost:9093', 'alertmanager:9093')
      await rehearsal.startKafka(kafka.libraries ?? '')
      await rehearsal.startEngine()
      await rehearsal.startMonitoring()
      for (const name of ['traffic', 'clients'] as const) rehearsal.startSimulator(name, 16 * 60_000, 30)
    }, 240_000)

    afterAll(async () => {
      await rehearsal[Symbol.asyncDispose]()
    }, 60_000)

    it('has a configuration that promtool takes', () => {
      const file = rehearsal.workspace.at('prometheus.yaml')
      expect(promtool('check', 'config', file)).toMatchObject({ status: 0 })
    })

    it('scrapes identity-slo and its self metrics, and evaluates all rules without an error', async () => {
      await until('both targets are up', async () => {
        const { data } = await json(`${rehearsal.prometheus}/api/v1/targets`, targets)
        return data.activeTargets.length === 2 && data.activeTargets.every(({ health }) => health === 'up')
      })
      await until('all rules were evaluated', async () => {
        const { data } = await json(`${rehearsal.prometheus}/api/v1/rules`, rules)
        const all = data.groups.flatMap((group) => group.rules)
        return all.length > 50 && all.every(({ health }) => health === 'ok')
      })
    }, 120_000)

    it('counts what the simulators send: logs through Kafka, logs by HTTP, and spans', async () => {
      for (const source of ['azure-keyvault', 'kubernetes-audit', 'otlp']) {
        await until(`records of ${source} count`, async () => {
          return (await query(`sum(identity_slo_records_total{source="${source}",result="accepted"})`)) > 0
        })
      }
      expect(await query('sum(identity_slo_kafka_joined{consumer="logs"})')).toBe(1)
      expect(await query('sum(identity_slo_records_total{result="rejected"})')).toBe(0)
    }, 120_000)

    it('tells Alertmanager of the fault that is in them, from Prometheus and from the engine', async () => {
      await until('an alert on a budget is known', async () => {
        const known = await json(`${rehearsal.alertmanager}/api/v2/alerts`, alerts)
        return known.some(({ labels }) => labels['alertname'] === 'IdentitySLOErrorBudgetBurn')
      })
      // What Prometheus sends has a link to its expression.
      await until('Prometheus sends as well', async () => {
        const known = await json(`${rehearsal.alertmanager}/api/v2/alerts`, alerts)
        return known.some(({ generatorURL = '' }) => generatorURL.includes('/graph?'))
      })
    }, 120_000)
  },
)
