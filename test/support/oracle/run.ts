/**
 * One run of the oracle: delivers records by three ways to a program that is killed again and again, and compares what
 * it shows with what was acknowledged.
 */
import { setTimeout } from 'node:timers/promises'
import { Book } from './book.ts'
import { Differences } from './differences.ts'
import type { IdentityRecord } from './fact.ts'
import { FileChannel } from './file-channel.ts'
import { Instance } from './instance.ts'
import { KafkaChannel } from './kafka-channel.ts'
import { Killer } from './kills.ts'
import { markerRecord } from './kubernetes-records.ts'
import { compareMetrics } from './metrics-comparison.ts'
import { writeDefinitions } from './objectives.ts'
import { Random } from './random.ts'
import { compareStatus, compareWithin, type Status } from './status-comparison.ts'
import { chaptersOf, type Delivery, makeRecords, planDeliveries } from './traffic.ts'
import { WebhookChannel } from './webhook-channel.ts'

export interface RunOptions {
  readonly seed: number
  readonly kills: number
  readonly records: number
  /** `host:port`. */
  readonly broker: string
  /** An empty folder. */
  readonly folder: string
}

export interface RunResult {
  readonly differences: readonly string[]
  /** How often everything was compared, and how many values that were. */
  readonly comparisons: number
  readonly compared: number
  /** Those at random, by kind; besides them there is one after each comparison. */
  readonly kills: Readonly<Record<string, number>>
  readonly killsAfterJoining: number
  readonly starts: number
  readonly slowestStartMs: number
  /** Of different records, and of their acknowledged deliveries by channel. */
  readonly records: number
  readonly deliveries: Readonly<Record<string, number>>
  /** Repetitions that the program counted. */
  readonly duplicates: number
  readonly seconds: number
}

const topic = 'identities'
const largestBatch = 120
const readLimitMs = 90_000
/** More than two hours late, half a day of one chapter, and the time that channels are ahead of each other. */
const allowedLatenessSeconds = 86_400
/** In so many chapters the last start waits for the members that were killed to be given up by the group. */
const sameGroupEvery = 5

export class Run {
  readonly #options: RunOptions
  readonly #random: Random
  readonly #book = new Book()
  readonly #differences = new Differences()
  readonly #instance: Instance
  #newest = 0
  #groups = 0
  #comparisons = 0
  #duplicates = 0

  constructor(options: RunOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
    writeDefinitions(options.folder)
    this.#instance = new Instance(options.folder, {
      definitions: ['slo'],
      listen: { port: 0 },
      state: { folder: 'state' },
      limits: { allowedLatenessSeconds },
      telemetry: { enabled: false },
    })
  }

  async play(): Promise<RunResult> {
    const startedAt = performance.now()
    const { broker, folder } = this.#options
    const [random, book] = [this.#random, this.#book]
    let killer: Killer | undefined
    try {
      await using kafka = await KafkaChannel.open(broker, topic, random.fork(), book)
      await using _instance = this.#instance
      let posted = Promise.withResolvers<void>()
      const receiver = {
        address: () => this.#instance.address(),
        posted: () => {
          posted.resolve()
          posted = Promise.withResolvers<void>()
        },
      }
      const problem = (what: string): void => this.#differences.note(what)
      const webhook = new WebhookChannel(receiver, random.fork(), book, problem)
      const files = new FileChannel(folder, random.fork(), book, () => this.#marker())
      killer = new Killer({
        instance: this.#instance,
        random: random.fork(),
        nextPost: () => posted.promise,
        problem,
        looked: async (address) => compareWithin(await this.#status(address), this.#differences),
        settings: () => this.#sources(true),
      })
      await this.#chapters(killer, { kafka, webhook, files })
    } catch (error) {
      this.#differences.note(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    return this.#result(killer, (performance.now() - startedAt) / 1000)
  }

  async #chapters(killer: Killer, channels: Channels): Promise<void> {
    const records = makeRecords(this.#random.fork(), this.#options.records)
    const chapters = chaptersOf(planDeliveries(this.#random.fork(), records))
    for (const [number, chapter] of chapters.entries()) {
      this.#differences.at(`chapter ${number + 1} of ${chapters.length}`)
      const killed = Math.round((this.#options.kills * (number + 1)) / chapters.length)
      const parts = killed - killer.total + 1
      let sending = Promise.resolve()
      for (let part = 0; part < parts; part++) {
        const [from, to] = [part, part + 1].map((at) => Math.floor((chapter.length * at) / parts))
        sending = sending.then(() => this.#send(chapter.slice(from, to), channels))
        if (part < parts - 1) await killer.once()
      }
      this.#instance.start(this.#sources(number % sameGroupEvery !== 0))
      await sending
      await channels.kafka.mark(() => this.#marker())
      channels.files.mark()
      await this.#compare()
      await this.#instance.stop('SIGKILL')
      process.stderr.write(`chapter ${number + 1} of ${chapters.length}, ${killer.total} kills\n`)
    }
    await this.#restarts()
  }

  /** Nothing new is sent: what is shown comes from the state alone. */
  async #restarts(): Promise<void> {
    this.#differences.at('after the last kill')
    this.#instance.start(this.#sources(true))
    await this.#compare()
    this.#differences.at('after a stop')
    const { code } = await this.#instance.stop('SIGTERM')
    this.#differences.exact('the exit status', code, 0)
    this.#instance.start(this.#sources(true))
    await this.#compare()
  }

  async #send(deliveries: readonly Delivery[], { kafka, webhook, files }: Channels): Promise<void> {
    for (let at = 0; at < deliveries.length; ) {
      const size = 1 + this.#random.below(largestBatch)
      const records = deliveries.slice(at, at + size).map(({ record }) => record)
      at += size
      for (const { fact } of records) this.#newest = Math.max(this.#newest, fact.time)
      const channel = this.#random.pick([kafka, kafka, webhook, webhook, files])
      await channel.send(records)
    }
  }

  #marker(): IdentityRecord {
    this.#book.markers++
    return markerRecord(this.#random, this.#newest)
  }

  /** A group of its own has no members that were killed, for which a joining one has to wait. */
  #sources(isNewGroup: boolean): Readonly<Record<string, unknown>> {
    if (isNewGroup) this.#groups++
    const kafka = {
      name: 'records',
      brokers: [this.#options.broker],
      topics: [topic],
      groupId: `oracle-${this.#groups}`,
      sessionTimeoutSeconds: 6,
      heartbeatSeconds: 1,
      commitSeconds: 1,
    }
    return { sources: { files: [{ path: 'logs' }], kafka: [kafka] } }
  }

  async #status(address: string): Promise<Status> {
    return (await (await fetch(`${address}/api/v1/status`)).json()) as Status
  }

  async #metrics(address: string): Promise<string> {
    return await (await fetch(`${address}/metrics`)).text()
  }

  /** Waits until all that was sent is read, and compares. */
  async #compare(): Promise<void> {
    const address = await this.#instance.address()
    const deadline = performance.now() + readLimitMs
    const marked = this.#book.markers
    const read = /^identity_token_requests_total\{[^}]*app="marker"[^}]*\} (\d+)$/m
    let markers = 0
    for (; markers < marked && performance.now() < deadline; await setTimeout(20))
      markers = Number(read.exec(await this.#metrics(address))?.[1] ?? 0)
    const facts = [...this.#book.acknowledged].map(({ fact }) => fact)
    const status = await this.#status(address)
    compareWithin(status, this.#differences)
    compareStatus(status, facts, this.#book, this.#differences)
    compareMetrics(await this.#metrics(address), facts, this.#book, this.#differences)
    this.#duplicates = status.records['duplicates'] ?? 0
    this.#comparisons++
    // Whatever comes after it would say the same.
    if (markers < marked)
      throw new Error(`only ${markers} of ${marked} markers are read in ${readLimitMs} ms`)
  }

  #result(killer: Killer | undefined, seconds: number): RunResult {
    return {
      differences: this.#differences.found,
      comparisons: this.#comparisons,
      compared: this.#differences.compared,
      kills: { ...killer?.kills },
      killsAfterJoining: killer?.afterJoining ?? 0,
      starts: this.#instance.starts,
      slowestStartMs: Math.round(this.#instance.slowestStartMs),
      records: this.#book.acknowledged.size,
      deliveries: { ...this.#book.byChannel },
      duplicates: this.#duplicates,
      seconds: Math.round(seconds),
    }
  }
}

interface Channels {
  readonly kafka: KafkaChannel
  readonly webhook: WebhookChannel
  readonly files: FileChannel
}
