/** Stands for the program around a Kafka source: counts ids in memory, and makes counts and positions durable together. */
import type { KafkaHandlers, MessagePlace } from '../../src/platform/kafka/kafka-source-options.ts'

interface Facts {
  readonly counts: Map<string, number>
  readonly positions: Map<string, string>
}

function copyOf({ counts, positions }: Facts): Facts {
  return { counts: new Map(counts), positions: new Map(positions) }
}

export interface LedgerLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly facts: object
  readonly message: string
}

export class KafkaLedger {
  /** In memory; lost by a crash. */
  live: Facts
  /** As of the last commit. */
  durable: Facts
  isOverloaded = false
  /** While it is true nothing becomes durable: those who wait go on waiting. */
  isHeld = false
  /** How long a message takes, ms: for batches that take longer than a session. */
  slowMs = 0
  readonly problems: { readonly reason: string; readonly at: MessagePlace }[] = []
  readonly log: LedgerLine[] = []
  onCommit: () => void = () => undefined
  #waiting: (() => void)[] = []
  readonly #nobody = new Int32Array(new SharedArrayBuffer(4))

  constructor(from?: Facts) {
    this.live = from === undefined ? { counts: new Map(), positions: new Map() } : copyOf(from)
    this.durable = copyOf(this.live)
  }

  /** What is left of it after a kill. */
  afterCrash(): KafkaLedger {
    return new KafkaLedger(this.durable)
  }

  commit(): void {
    if (this.isHeld) return
    this.durable = copyOf(this.live)
    this.onCommit()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** How often each id was counted, of all ids that were. */
  get total(): number {
    return [...this.live.counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Offset of the next record; what is stored has a mark of the last one behind it. */
  position(topic: string, partition: number): string | undefined {
    return this.#stored(topic, partition)?.split(' ')[0]
  }

  #stored(topic: string, partition: number): string | undefined {
    return this.live.positions.get(`${topic}:${partition}`)
  }

  handlers(): KafkaHandlers {
    const line = (level: LedgerLine['level']) => (facts: object, message: string) => {
      this.log.push({ level, facts, message })
    }
    return {
      positionOf: (topic, partition) => this.#stored(topic, partition),
      beginBatch: () => undefined,
      open: () => {
        const chunks: Uint8Array[] = []
        return { push: (chunk) => chunks.push(chunk), end: () => this.#count(chunks.splice(0)) }
      },
      setPosition: (topic, partition, next) => this.live.positions.set(`${topic}:${partition}`, next),
      committed: () =>
        new Promise((resolve) => {
          this.#waiting.push(resolve)
          setImmediate(() => this.commit())
        }),
      isOverloaded: () => this.isOverloaded,
      onRecordProblem: ({ reason }, at) => this.problems.push({ reason, at }),
      log: { info: line('info'), warn: line('warn'), error: line('error') },
      now: Date.now,
    }
  }

  /** A message is `{"id": …}`. */
  #count(chunks: readonly Uint8Array[]): void {
    if (this.slowMs > 0) Atomics.wait(this.#nobody, 0, 0, this.slowMs)
    const message: unknown = JSON.parse(Buffer.concat(chunks).toString())
    const id = typeof message === 'object' && message && 'id' in message ? String(message.id) : 'none'
    this.live.counts.set(id, (this.live.counts.get(id) ?? 0) + 1)
  }
}

/** Each id with how often the ledgers counted it together, of those that are not counted exactly once. */
export function miscounted(
  ids: Iterable<string>,
  ledgers: readonly Pick<KafkaLedger, 'live'>[],
): Record<string, number> {
  const wrong: Record<string, number> = {}
  for (const id of ids) {
    const count = ledgers.reduce((sum, { live }) => sum + (live.counts.get(id) ?? 0), 0)
    if (count !== 1) wrong[id] = count
  }
  return wrong
}
