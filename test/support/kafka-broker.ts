/** A real Apache Kafka for tests: one node on loopback, from Maven Central, kept in .cache/kafka between runs. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, ready, stopped } from './server-process.ts'
import { Workspace } from './workspace.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pom = join(root, 'test/real/kafka/pom.xml')
const startLimitMs = 60_000
const downloadLimitMs = 300_000

interface KafkaDistribution {
  /** Folder of jars; undefined where there is none. */
  readonly libraries: string | undefined
  /** Why there is none. */
  readonly missing: string
}

function hasCommand(command: string, version: string): boolean {
  return spawnSync(command, [version], { stdio: 'ignore' }).status === 0
}

/** Downloads the broker the first time, which takes about 20 s. The variable KAFKA_VERSION asks for another one. */
function kafkaDistribution(): KafkaDistribution {
  const usual = /<kafka\.version>([^<]+)</.exec(readFileSync(pom, 'utf8'))?.[1] ?? 'unknown'
  const version = process.env['KAFKA_VERSION'] ?? usual
  const libraries = join(root, '.cache/kafka', version)
  if (!hasCommand('java', '-version')) return { libraries: undefined, missing: 'java is not installed' }
  if (existsSync(libraries)) return { libraries, missing: '' }
  if (!hasCommand('mvn', '-version')) return { libraries: undefined, missing: 'mvn is not installed' }
  const partial = `${libraries}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  const goal = [
    `-Dkafka.version=${version}`,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${partial}`,
    '-DincludeScope=runtime',
  ]
  const run = spawnSync('mvn', ['-q', '-B', '-f', pom, ...goal], {
    stdio: 'ignore',
    timeout: downloadLimitMs,
  })
  if (run.status !== 0) {
    rmSync(partial, { recursive: true, force: true })
    return { libraries: undefined, missing: 'mvn cannot download it' }
  }
  renameSync(partial, libraries)
  return { libraries, missing: '' }
}

/**
 * What a suite with a broker needs: the libraries, and its title. Without a distribution the suite is left out and its title says
 * so, but where KAFKA_REQUIRED is set, as in CI, this is an error.
 */
export function kafkaForTests(title: string): {
  readonly libraries: string | undefined
  readonly title: string
} {
  const { libraries, missing } = kafkaDistribution()
  if (libraries !== undefined) return { libraries, title }
  if (process.env['KAFKA_REQUIRED']) throw new Error(`Kafka is required here: ${missing}`)
  return { libraries, title: `${title} (skipped: ${missing})` }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Listeners besides the plain one, and what they need. */
export interface BrokerSettings {
  readonly listeners: readonly { readonly name: string; readonly protocol: 'SSL' | 'SASL_SSL' }[]
  /** Lines of server.properties. */
  readonly properties: readonly string[]
  /** Arguments of the tool that formats the broker's folder. */
  readonly format: readonly string[]
}

const plainOnly: BrokerSettings = { listeners: [], properties: [], format: [] }

/** Timings are small, so that tests of time-outs are short. */
function properties(ports: ReadonlyMap<string, number>, data: string, settings: BrokerSettings): string {
  const all = [...ports].map(([name, port]) => `${name}://127.0.0.1:${port}`)
  const advertised = all.filter((listener) => !listener.startsWith('CONTROLLER'))
  const protocols = settings.listeners.map(({ name, protocol }) => `,${name}:${protocol}`)
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports.get('CONTROLLER')}
listeners=${all.join(',')}
advertised.listeners=${advertised.join(',')}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols.join('')}
log.dirs=${data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.cleaner.enable=false
${settings.properties.join('\n')}
`
}

export class KafkaBroker implements AsyncDisposable {
  readonly #folder: Workspace
  readonly #classpath: string
  readonly #ports: ReadonlyMap<string, number>
  #child: ChildProcess | undefined

  private constructor(folder: Workspace, classpath: string, ports: ReadonlyMap<string, number>) {
    this.#folder = folder
    this.#classpath = classpath
    this.#ports = ports
  }

  static async start(libraries: string, settings: BrokerSettings = plainOnly): Promise<KafkaBroker> {
    const folder = new Workspace()
    const ports = new Map<string, number>()
    for (const name of ['PLAINTEXT', 'CONTROLLER', ...settings.listeners.map((one) => one.name)])
      ports.set(name, await freePort())
    const config = folder.write('server.properties', properties(ports, folder.at('data'), settings))
    const broker = new KafkaBroker(folder, join(libraries, '*'), ports)
    // The first byte is small, because an id that begins with a dash is taken for an option.
    const id = Buffer.concat([Buffer.from([1]), randomBytes(15)]).toString('base64url')
    const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', config, ...settings.format]
    try {
      const formatted = spawnSync('java', ['-cp', broker.#classpath, ...format], { encoding: 'utf8' })
      if (formatted.status !== 0) throw new Error(`cannot format the broker's folder: ${formatted.stderr}`)
      await broker.run()
      return broker
    } catch (error) {
      await broker[Symbol.asyncDispose]()
      throw error
    }
  }

  /** `host:port` to connect to; the same after a restart. */
  get address(): string {
    return this.addressOf('PLAINTEXT')
  }

  addressOf(listener: string): string {
    return `127.0.0.1:${this.#ports.get(listener)}`
  }

  async run(): Promise<void> {
    const options = ['-Xmx512m', '-Xms128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
    const main = ['-cp', this.#classpath, 'kafka.Kafka', this.#folder.at('server.properties')]
    const child = spawn('java', [...options, ...main], { stdio: 'ignore' })
    this.#child = child
    // It must not outlive a test process that ends early.
    const end = (): void => {
      child.kill('SIGKILL')
    }
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    const port = this.#ports.get('PLAINTEXT') ?? 0
    await ready('the broker', child, () => accepts(port), startLimitMs)
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child !== undefined) await stopped(child, signal)
  }

  /** Kafka's own producer sends each line as a message, in batches of its making. */
  produceLines(topic: string, codec: 'gzip' | 'snappy' | 'lz4' | 'zstd', lines: readonly string[]): void {
    // Kafka 4 has moved it.
    const isOld = basename(dirname(this.#classpath)).startsWith('3.')
    const main = `${isOld ? '' : 'org.apache.'}kafka.tools.ConsoleProducer`
    const input = lines.map((line) => `${line}\n`).join('')
    this.#tool(main, ['--topic', topic, '--compression-codec', codec], input)
  }

  /** Fetches of the client that get more are answered with nothing, and with how long to wait; undefined: no limit. */
  limitFetches(clientId: string, bytesPerSecond: number | undefined): void {
    const change =
      bytesPerSecond === undefined
        ? ['--delete-config', 'consumer_byte_rate']
        : ['--add-config', `consumer_byte_rate=${bytesPerSecond}`]
    const client = ['--entity-type', 'clients', '--entity-name', clientId]
    this.#tool('kafka.admin.ConfigCommand', ['--alter', ...client, ...change])
  }

  #tool(main: string, options: readonly string[], input = ''): void {
    const bootstrap = ['--bootstrap-server', this.address]
    const args = ['-XX:TieredStopAtLevel=1', '-cp', this.#classpath, main, ...bootstrap, ...options]
    const run = spawnSync('java', args, { input, encoding: 'utf8', timeout: startLimitMs })
    if (run.status !== 0) throw new Error(`${main} failed: ${run.stdout}${run.stderr}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
    this.#folder[Symbol.dispose]()
  }
}
