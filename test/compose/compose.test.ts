/** Every path, port, name and setting of docker-compose.yml, against the files that it means. */
import { existsSync, globSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createService } from '../../src/app/commands/run.ts'
import { loadConfig } from '../../src/app/config.ts'
import { captured } from '../support/captured.ts'
import {
  compose,
  inRepository,
  mirror,
  mountsOf,
  optionOf,
  root,
  service,
  textOf,
  wordsOf,
} from '../support/compose.ts'
import { dashboards } from '../support/dashboards.ts'
import { Workspace } from '../support/workspace.ts'

const names = Object.keys(compose.services)
const all = Object.entries(compose.services)

/** Where each service listens, by what its own configuration says. */
const listens: Readonly<Record<string, readonly number[]>> = {
  'identity-slo': [9465, 9464, 4317, 4318],
  kafka: [9092, 9093],
  prometheus: [9090],
  alertmanager: [9093],
  grafana: [3000],
}

/** `host:port`, or an address with both. */
function isServed(address: string): boolean {
  const { hostname, port } = new URL(address.includes('://') ? address : `http://${address}`)
  return listens[hostname]?.includes(Number(port)) ?? false
}

const readRepository = (path: string): string => textOf(posix.relative(root, path))

function ownConfig() {
  const { config, problems } = loadConfig(join(root, 'compose/identity-slo.yaml'), {}, readRepository)
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  return config
}

const prometheusFile = z.strictObject({
  global: z.strictObject({ scrape_interval: z.string(), evaluation_interval: z.string() }),
  rule_files: z.array(z.string()),
  alerting: z.strictObject({
    alertmanagers: z.array(
      z.strictObject({ static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })) }),
    ),
  }),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })),
    }),
  ),
})

describe('docker-compose.yml', () => {
  it('mounts files that there are, none of them to be written to, and volumes that it declares', () => {
    const volumes = new Set<string>()
    for (const [name, each] of all) {
      for (const { from, isFile, isReadOnly } of mountsOf(each)) {
        if (isFile)
          expect([name, from, existsSync(join(root, from)), isReadOnly]).toEqual([name, from, true, true])
        else volumes.add(from)
      }
    }
    expect(volumes).toEqual(new Set(Object.keys(compose.volumes)))
  })

  it('pins every image to a version, and builds its own once', () => {
    for (const [, { image }] of all) expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+\.\d+$/)
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(textOf('package.json')))
    const own = all.filter(([, { image }]) => image === `identity-slo:${version}`).map(([name]) => name)
    expect(own).toEqual(['identity-slo', 'traffic', 'clients'])
    expect(all.filter(([, { build }]) => build).map(([name]) => name)).toEqual(['identity-slo'])
  })

  it('opens ports to this machine alone, at which somebody listens, and each once', () => {
    const open = all.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port] as const))
    for (const [name, port] of open) {
      const [, outside, inside] = /^127\.0\.0\.1:(\d+):(\d+)$/.exec(port) ?? []
      expect([name, outside]).toEqual([name, inside])
      expect(listens[name]).toContain(Number(inside))
    }
    expect(new Set(open.map(([, port]) => port)).size).toBe(open.length)
  })

  it('waits for services that there are, and for health only where it is checked', () => {
    for (const [, { depends_on: waits = {} }] of all) {
      for (const [name, { condition }] of Object.entries(waits)) {
        expect(names).toContain(name)
        const { healthcheck, build } = service(name)
        const isChecked = healthcheck === undefined ? build !== undefined : 'test' in healthcheck
        if (condition === 'service_healthy') expect([name, isChecked]).toEqual([name, true])
      }
    }
  })

  it('gives every container at most one thing to mount at a place', () => {
    for (const [, each] of all) {
      const places = mountsOf(each).map(({ at }) => at)
      expect(new Set(places).size).toBe(places.length)
    }
  })
})

describe('the configuration of identity-slo in it', () => {
  it('is valid, listens where others look for it, and names files that are mounted', () => {
    const config = ownConfig()
    const own = service('identity-slo')
    const { listen, otlp, telemetry } = config
    expect([listen.port, telemetry.prometheus.port, otlp.grpc.port, otlp.http.port]).toEqual(
      listens['identity-slo'],
    )
    for (const host of [listen.host, telemetry.prometheus.host, otlp.host]) expect(host).toBe('0.0.0.0')
    const folder = posix.dirname(optionOf(own.command ?? [], '--config'))
    const named = [config.ownership, config.baseline, config.plannedFlows, ...config.definitions]
    for (const path of [...named, ...config.inventory.map((each) => each.path)]) {
      const inside = posix.join(folder, posix.relative(join(root, 'compose'), path ?? ''))
      expect([inside, existsSync(join(root, inRepository(own, inside) ?? 'nowhere'))]).toEqual([inside, true])
    }
    expect(mountsOf(own).find(({ from }) => from === 'state')?.at).toBe(config.stateFolder)
  })

  it('starts with what is mounted', async () => {
    using workspace = new Workspace()
    mirror(service('identity-slo'), '/etc/identity-slo', workspace)
    const env = {
      IDENTITY_SLO__LISTEN__PORT: '0',
      IDENTITY_SLO__STATE__FOLDER: workspace.at('state'),
      IDENTITY_SLO__SOURCES__OTLP__ENABLED: 'false',
    }
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const config = workspace.at('identity-slo.yaml')
    const { service: running, pipeline } = createService(config, { now: Date.now, env }, { log })
    expect(pipeline.engine.states.length).toBeGreaterThan(5)
    expect(pipeline.rules.length).toBeGreaterThan(5)
    expect(pipeline.baseline).toBeDefined()
    await running.stop()
  })

  it('talks to brokers, Alertmanagers and a Grafana that the file starts', () => {
    const { kafka, alertmanager, links } = ownConfig()
    for (const address of kafka.flatMap(({ brokers }) => brokers)) expect(isServed(address)).toBe(true)
    for (const { url } of alertmanager.replicas) expect(isServed(url)).toBe(true)
    // The reader's browser opens it, from this machine.
    const [port = ''] = service('grafana').ports ?? []
    expect(`127.0.0.1:${new URL(links.grafana).port}`).toBe(port.replace(/:\d+$/, ''))
  })
})

describe('simulated traffic in it', () => {
  it.each(['traffic', 'clients'])(
    '%s: a command that the program takes, and a scenario that it plays',
    async (name) => {
      using workspace = new Workspace()
      const each = service(name)
      const [exec, node, main, command, scenario = '', ...options] = wordsOf(each)
      expect([exec, node, main, command]).toEqual(['exec', 'node', 'dist/main.js', 'simulate'])
      const file = join(root, inRepository(each, scenario) ?? 'nowhere')
      // Nobody listens on port 9: what is tried there got through all that comes before.
      const mapped = options.map((word) => word.replace(/(kafka|identity-slo):\d+/, '127.0.0.1:9'))
      const out = mapped.indexOf('--out')
      const elsewhere = mapped.toSpliced(out + 1, 1, workspace.at('out'))
      const speed = elsewhere.indexOf('--speed')
      const result = await captured(['simulate', file, ...elsewhere.toSpliced(speed, 2), '--length', '1s'])
      expect(result.err).not.toContain('ISLO-1')
      expect([name, [0, 4].includes(result.code)]).toEqual([name, true])
      expect(optionOf(options, '--start')).toBe('now')
      expect(optionOf(options, '--speed')).toBe('1')
    },
  )

  it('goes where identity-slo reads', () => {
    const { kafka, otlp, webhook } = ownConfig()
    const [traffic, clients] = [wordsOf(service('traffic')), wordsOf(service('clients'))]
    const [source] = kafka
    expect([optionOf(traffic, '--brokers')]).toEqual(source?.brokers)
    expect([optionOf(traffic, '--topic')]).toEqual(source?.topics)
    expect(isServed(optionOf(clients, '--url'))).toBe(true)
    expect([otlp.enabled, otlp.http.enabled, webhook.enabled]).toEqual([true, true, true])
    expect(optionOf(clients, '--otlp-url')).toBe(`http://identity-slo:${otlp.http.port}`)
  })

  it('belongs to identities that somebody owns, but for one', async () => {
    using workspace = new Workspace()
    const logs: string[] = []
    for (const name of ['traffic', 'clients']) {
      const folder = workspace.at(name)
      const play = ['simulate', join(root, `compose/${name}.yaml`), '-o', folder, '--length', '10m']
      expect((await captured([...play, '--start', '2026-03-02T09:00:00Z'])).code).toBe(0)
      logs.push(join(folder, 'logs'))
    }
    const ownership = ['--ownership', join(root, 'compose/ownership.yaml')]
    const { out } = await captured(['replay', ...logs, ...ownership, '-o', 'json'])
    const schema = z.object({
      identities: z.array(
        z.looseObject({ name: z.string().optional(), owned: z.boolean(), type: z.string() }),
      ),
    })
    const { identities } = schema.parse(JSON.parse(out))
    const machines = identities.filter(({ type }) => type !== 'user')
    expect(machines.length).toBeGreaterThan(5)
    const unowned = machines.filter(({ owned }) => !owned).map(({ name }) => name)
    expect([...new Set(unowned)]).toEqual(['mi-nightly'])
  })
})

describe('Kafka in it', () => {
  const properties = new Map(
    textOf('compose/kafka.properties')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )

  it('is one node that is found by its name, and keeps its data on the volume', () => {
    expect(properties.get('process.roles')).toBe('broker,controller')
    expect(properties.get('advertised.listeners')).toBe('PLAINTEXT://kafka:9092')
    expect(isServed('kafka:9092')).toBe(true)
    const ports = [...(properties.get('listeners') ?? '').matchAll(/:(\d+)/g)].map(([, port]) => Number(port))
    expect(ports).toEqual(listens['kafka'])
    expect(properties.get('controller.quorum.voters')).toBe(`1@localhost:${ports[1]}`)
    expect(mountsOf(service('kafka')).find(({ from }) => from === 'kafka')?.at).toBe(
      properties.get('log.dirs'),
    )
    for (const name of ['offsets.topic', 'transaction.state.log'])
      expect(properties.get(`${name}.replication.factor`)).toBe('1')
  })

  it('gets the topic that is written and read', () => {
    const words = service('kafka-topics').command ?? []
    expect(optionOf(words, '--topic')).toBe(optionOf(wordsOf(service('traffic')), '--topic'))
    expect(isServed(optionOf(words, '--bootstrap-server'))).toBe(true)
    expect(service('kafka-topics').image).toBe(service('kafka').image)
  })
})

describe('Prometheus in it', () => {
  const own = service('prometheus')
  const flags = new Map(
    (own.command ?? []).map((flag) => [flag.split('=')[0], flag.slice(flag.indexOf('=') + 1)]),
  )
  const file = prometheusFile.parse(parse(textOf('compose/prometheus.yaml')))

  it('reads its file, and keeps its data on the volume', () => {
    expect(inRepository(own, flags.get('--config.file') ?? '')).toBe('compose/prometheus.yaml')
    expect(mountsOf(own).find(({ from }) => from === 'prometheus')?.at).toBe(flags.get('--storage.tsdb.path'))
  })

  it('scrapes and tells services where they listen, as the job that dashboards find', () => {
    const targets = [...file.scrape_configs, ...file.alerting.alertmanagers].flatMap((each) =>
      each.static_configs.flatMap((one) => one.targets),
    )
    expect(targets).toHaveLength(3)
    for (const target of targets) expect([target, isServed(target)]).toEqual([target, true])
    expect(file.scrape_configs.map(({ job_name: job }) => job)).toContain('identity-slo')
  })

  it('evaluates every generated rule file, but for those that stand in for the alerts by counters', () => {
    const mounted = file.rule_files.flatMap((pattern) => {
      const inside = inRepository(own, pattern)
      return inside === undefined ? [] : globSync(inside, { cwd: root })
    })
    const generated = globSync('alerts/**/*.yaml', { cwd: root })
    expect(mounted.sort()).toEqual(generated.filter((path) => !path.includes('event-time/')).sort())
  })
})

describe('Alertmanager in it', () => {
  const own = service('alertmanager')

  it('reads the generated configuration, and secrets where that looks for them', () => {
    const flag = (own.command ?? []).find((each) => each.startsWith('--config.file=')) ?? ''
    expect(inRepository(own, flag.replace('--config.file=', ''))).toBe('alertmanager/alertmanager.yaml')
    const secrets = [...textOf('alertmanager/alertmanager.yaml').matchAll(/_file: (\S+)/g)].map(
      ([, path = '']) => path,
    )
    expect(secrets.length).toBeGreaterThan(0)
    for (const path of secrets) expect(inRepository(own, path)).toMatch(/^compose\/secrets\//)
  })

  it('has no secret in this repository', () => {
    expect(globSync('compose/secrets/*', { cwd: root })).toEqual(['compose/secrets/README.md'])
  })
})

describe('Grafana in it', () => {
  const own = service('grafana')
  const datasources = z
    .strictObject({
      apiVersion: z.literal(1),
      datasources: z.array(
        z.strictObject({
          name: z.string(),
          uid: z.string(),
          type: z.enum(['prometheus', 'alertmanager']),
          access: z.literal('proxy'),
          url: z.string(),
          isDefault: z.boolean().optional(),
          editable: z.literal(false),
          jsonData: z.strictObject({
            httpMethod: z.string().optional(),
            timeInterval: z.string().optional(),
            implementation: z.literal('prometheus').optional(),
          }),
        }),
      ),
    })
    .parse(parse(textOf('compose/grafana/provisioning/datasources/prometheus.yaml'))).datasources
  const { providers } = z
    .strictObject({
      apiVersion: z.literal(1),
      providers: z.array(
        z.strictObject({
          name: z.string(),
          type: z.literal('file'),
          folder: z.string(),
          allowUiUpdates: z.boolean(),
          updateIntervalSeconds: z.number(),
          options: z.strictObject({ path: z.string() }),
        }),
      ),
    })
    .parse(parse(textOf('compose/grafana/provisioning/dashboards/identity-slo.yaml')))

  it('has the data source that the dashboards take by default, where Prometheus is', () => {
    const main = datasources.filter(({ isDefault }) => isDefault)
    expect(main).toMatchObject([{ type: 'prometheus', uid: 'prometheus' }])
    for (const { url } of datasources) expect([url, isServed(url)]).toEqual([url, true])
    const { global } = prometheusFile.parse(parse(textOf('compose/prometheus.yaml')))
    expect(main[0]?.jsonData.timeInterval).toBe(global.scrape_interval)
  })

  it('provisions all four dashboards, and opens one of them first', () => {
    const [provider] = providers
    const folder = inRepository(own, provider?.options.path ?? '') ?? 'nowhere'
    const uids = globSync(`${folder}/*.json`, { cwd: root }).map((path) => {
      return z.object({ uid: z.string() }).parse(JSON.parse(textOf(path))).uid
    })
    expect(uids.sort()).toEqual(dashboards.map(({ uid }) => uid).sort())
    const home = inRepository(own, own.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '')
    expect(statSync(join(root, home ?? 'nowhere')).isFile()).toBe(true)
    expect(inRepository(own, '/etc/grafana/provisioning/datasources/prometheus.yaml')).toBe(
      'compose/grafana/provisioning/datasources/prometheus.yaml',
    )
  })

  it('takes settings that Grafana has: section and key of its configuration', () => {
    const known = [
      'GF_AUTH_ANONYMOUS_ENABLED',
      'GF_AUTH_ANONYMOUS_ORG_ROLE',
      'GF_AUTH_DISABLE_LOGIN_FORM',
      'GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION',
      'GF_ANALYTICS_REPORTING_ENABLED',
      'GF_ANALYTICS_CHECK_FOR_UPDATES',
      'GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH',
    ]
    for (const name of Object.keys(own.environment ?? {})) expect(known).toContain(name)
  })
})
