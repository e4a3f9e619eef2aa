/** Hands fetched messages on in short runs, each together with its position, and keeps the membership alive meanwhile. */
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { Rejection } from '../../events/rejection.ts'
import type { KafkaHandlers } from './kafka-source-options.ts'
import type { PartitionProgress } from './partition-progress.ts'
import { offsetOf } from './start-offset.ts'
import { isMarked, markOf, positionText } from './stored-position.ts'
import { unreadableReason } from './unreadable-batch.ts'

/** A run ends after this many ms, so that heartbeats and other work get their turn. */
const runMs = 20
const messagesPerLook = 16
const overloadPollMs = 50

export type FetchedBatch = Pick<EachBatchPayload, 'batch' | 'resolveOffset' | 'heartbeat'>

/**
 * Of the last three nothing was taken. `misplaced`: the batch was fetched from elsewhere than we are. `replaced`: where we
 * have read a record, there is another one. `short`: it held what was to be checked, and ends before our position.
 */
export type IntakeResult = 'taken' | 'given up' | 'misplaced' | 'replaced' | 'short'

const openBrace = 0x7b
const openBracket = 0x5b
const whiteSpace = [0x20, 0x09, 0x0a, 0x0d]

/** Why the message cannot hold records, so that it is one rejection whatever its bytes are. */
export function unreadable(message: Pick<KafkaMessage, 'value' | 'headers'>): Rejection | undefined {
  const reason = unreadableReason(message.headers)
  if (reason !== undefined)
    return { reason, message: 'the batch that the message came in cannot be unpacked' }
  const { value } = message
  if (value === null)
    return { reason: 'malformed_json', message: 'the message has no value (a tombstone): expected JSON' }
  let at = value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf ? 3 : 0
  while (whiteSpace.includes(value[at] ?? 0)) at++
  if (value[at] === openBrace || value[at] === openBracket) return undefined
  const what = at >= value.length ? 'the message is empty' : 'the message is not JSON'
  return { reason: 'malformed_json', message: `${what}: expected { or [ at its start` }
}

/** The offset that a batch was asked for; kafkajs keeps it on the batch without declaring it. */
function fetchedFrom(batch: FetchedBatch['batch']): bigint | undefined {
  const fetched = 'fetchedOffset' in batch ? String(batch.fetchedOffset) : batch.firstOffset()
  return offsetOf(fetched)
}

export class MessageIntake {
  readonly #handlers: KafkaHandlers
  readonly #steadyMs: () => number
  /** Of the partition whose messages came last: takers hold buffers, and there may be a thousand partitions. */
  #taker: { readonly of: PartitionProgress; readonly it: ReturnType<KafkaHandlers['open']> } | undefined
  #active = 0
  #waiting: (() => void)[] = []
  /** Held back because the program has more than it can take. */
  isPaused = false

  constructor(handlers: KafkaHandlers, steadyMs: () => number) {
    this.#handlers = handlers
    this.#steadyMs = steadyMs
  }

  /** Resolves when no batch is being taken. */
  idle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Takes a batch, or as much of it as `isCurrent` allows; throws what a heartbeat throws. */
  async take(
    progress: PartitionProgress,
    fetched: FetchedBatch,
    isCurrent: () => boolean,
  ): Promise<IntakeResult> {
    const { batch, heartbeat, resolveOffset } = fetched
    if (fetchedFrom(batch) !== progress.fetchFrom) return 'misplaced'
    const found = this.#check(progress, batch)
    if (found !== undefined) return found
    this.#active++
    try {
      progress.sees(offsetOf(batch.highWatermark) ?? 0n, this.#steadyMs())
      for (let at = 0; at < batch.messages.length; ) {
        await heartbeat()
        while (isCurrent() && this.#handlers.isOverloaded()) await this.#hold(heartbeat)
        this.isPaused = false
        if (!isCurrent()) return 'given up'
        at = this.#run(progress, batch, at)
        resolveOffset(batch.messages[at - 1]?.offset ?? '')
        await setImmediate()
      }
      return 'taken'
    } finally {
      this.isPaused = false
      this.#active--
      if (this.#active === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    }
  }

  /** Compares the record that was read last with what is there now; says why the batch is not to be taken. */
  #check(progress: PartitionProgress, batch: FetchedBatch['batch']): 'replaced' | 'short' | undefined {
    const { checking, next = 0n } = progress
    if (checking === undefined) return undefined
    progress.checking = undefined
    const [first] = batch.messages
    // Compaction and retention may have taken it: then what is there is behind it, and nothing is known.
    const isThere = offsetOf(batch.firstOffset()) === checking.offset
    if (isThere && (first === undefined || !isMarked(first, checking))) return 'replaced'
    return (offsetOf(batch.lastOffset()) ?? 0n) + 1n < next ? 'short' : undefined
  }

  async #hold(heartbeat: () => Promise<void>): Promise<void> {
    this.isPaused = true
    await setTimeout(overloadPollMs)
    await heartbeat()
  }

  /** Pushes messages in one turn, and sets the position behind them in the same; gives where to go on. */
  #run(progress: PartitionProgress, batch: FetchedBatch['batch'], from: number): number {
    const { topic, partition } = progress
    const endMs = this.#steadyMs() + runMs
    const { messages } = batch
    let next = progress.next ?? 0n
    let at = from
    let last: KafkaMessage | undefined
    this.#handlers.beginBatch()
    while (at < messages.length) {
      const message = messages[at++]
      const offset = offsetOf(message?.offset)
      if (message === undefined || offset === undefined || offset < next) continue
      this.#push(progress, message)
      next = offset + 1n
      last = message
      if (at % messagesPerLook === 0 && this.#steadyMs() >= endMs) break
    }
    // Behind the last message there may be records of the broker's own, which are passed over as well.
    const end = (offsetOf(batch.lastOffset()) ?? -1n) + 1n
    if (at >= messages.length && end > next) next = end
    // What cannot be unpacked today may be another day, and would look like another record.
    if (last !== undefined && unreadableReason(last.headers) === undefined) progress.mark = markOf(last)
    if (last !== undefined) progress.lastMessageAt = this.#handlers.now()
    progress.advance(next, this.#steadyMs())
    this.#handlers.setPosition(topic, partition, positionText({ next, mark: progress.mark }))
    return at
  }

  #push(progress: PartitionProgress, message: KafkaMessage): void {
    const { topic, partition } = progress
    const place = { topic, partition, offset: message.offset }
    const problem = unreadable(message)
    if (problem !== undefined || message.value === null) {
      if (problem !== undefined) this.#handlers.onRecordProblem(problem, place)
      return
    }
    if (this.#taker?.of !== progress)
      this.#taker = { of: progress, it: this.#handlers.open(topic, partition) }
    try {
      this.#taker.it.push(message.value)
      this.#taker.it.end()
    } catch (error) {
      // A mistake of ours must not stop the partition: it would come to the same message again for ever.
      this.#taker = undefined
      // Only its name: the text of an error may quote the message.
      const kind = error instanceof Error ? error.name : typeof error
      this.#handlers.log.error(
        { ...place, error: kind },
        'a message made the program fail; it is passed over',
      )
      const message = 'the message made the program fail: this is a mistake of the program'
      this.#handlers.onRecordProblem({ reason: 'invalid_field', message }, place)
    }
  }
}
