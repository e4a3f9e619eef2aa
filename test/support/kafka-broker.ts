/** A real Apache Kafka for tests: one node on loopback, from Maven Central, kept in .cache/kafka between runs. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Workspace } from './workspace.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pom = join(root, 'test/real/kafka/pom.xml')
const startLimitMs = 60_000
const downloadLimitMs = 300_000

export interface KafkaDistribution {
  /** Folder of jars; undefined where there is none. */
  readonly libraries: string | undefined
  /** Why there is none. */
  readonly missing: string
}

function hasCommand(command: string, version: string): boolean {
  return spawnSync(command, [version], { stdio: 'ignore' }).status === 0
}

/** Downloads the broker the first time, which takes about 20 s. The variable KAFKA_VERSION asks for another one. */
export function kafkaDistribution(): KafkaDistribution {
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

function freePort(): Promise<number> {
  return new Promise((resolve, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
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

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

/** Timings are small, so that tests of time-outs are short. */
function properties(port: number, controllerPort: number, data: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
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
`
}

export class KafkaBroker implements AsyncDisposable {
  readonly #folder: Workspace
  readonly #classpath: string
  readonly #port: number
  #child: ChildProcess | undefined

  private constructor(folder: Workspace, classpath: string, port: number) {
    this.#folder = folder
    this.#classpath = classpath
    this.#port = port
  }

  static async start(libraries: string): Promise<KafkaBroker> {
    const folder = new Workspace()
    const port = await freePort()
    const controllerPort = await freePort()
    const config = folder.write('server.properties', properties(port, controllerPort, folder.at('data')))
    const broker = new KafkaBroker(folder, join(libraries, '*'), port)
    // The first byte is small, because an id that begins with a dash is taken for an option.
    const id = Buffer.concat([Buffer.from([1]), randomBytes(15)]).toString('base64url')
    const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', config]
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
    return `127.0.0.1:${this.#port}`
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
    const deadline = Date.now() + startLimitMs
    while (!(await accepts(this.#port))) {
      if (child.exitCode !== null) throw new Error(`the broker ended with status ${child.exitCode}`)
      if (Date.now() > deadline) throw new Error(`the broker does not listen after ${startLimitMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    child.kill(signal)
    await ended(child)
  }

  /** Kafka's own producer sends each line as a message, in batches of its making. */
  produceLines(topic: string, codec: 'gzip' | 'snappy' | 'lz4' | 'zstd', lines: readonly string[]): void {
    const options = ['--bootstrap-server', this.address, '--topic', topic, '--compression-codec', codec]
    // Kafka 4 has moved it.
    const isOld = basename(dirname(this.#classpath)).startsWith('3.')
    const main = `${isOld ? '' : 'org.apache.'}kafka.tools.ConsoleProducer`
    const producer = ['-cp', this.#classpath, main, ...options]
    const run = spawnSync('java', ['-XX:TieredStopAtLevel=1', ...producer], {
      input: lines.map((line) => `${line}\n`).join(''),
      encoding: 'utf8',
      timeout: startLimitMs,
    })
    if (run.status !== 0) throw new Error(`the console producer failed: ${run.stderr}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
    this.#folder[Symbol.dispose]()
  }
}
