/** One log file as what was decoded of it, in its order, with the time at which each record arrived. */
import type { Decoded, DecodedSink, Decoder } from '../../connectors/decode.ts'
import type { IdentityEvent } from '../../events/event.ts'
import type { Rejection } from '../../events/rejection.ts'
import type { LogFile } from '../../platform/log-paths.ts'
import { feedFile } from '../log-inputs.ts'

export interface Arrived {
  /** Epoch ms; -Infinity where nothing up to here says a time. */
  readonly at: number
  readonly deliver: (sink: DecodedSink) => void
}

/** Stands where bytes were no record: no archive could be made out, or its rest is missing. */
const ofNoRecord: Decoded = { offset: 0, arrival: undefined, source: '' }

function newestOf(events: readonly IdentityEvent[]): number {
  return events.reduce((newest, { time }) => Math.max(newest, time), Number.NEGATIVE_INFINITY)
}

/**
 * A record arrives when its arrival envelope says so, and else when everything before it in the file had happened:
 * at the newest time up to it. The file is read as far as its records are asked for, one chunk at a time.
 */
export class ArrivalLane {
  readonly #reading: Promise<void>
  #arrived: Arrived[] = []
  #next = 0
  #clock = Number.NEGATIVE_INFINITY
  #isRead = false
  #resume: (() => void) | undefined
  #onChunk: (() => void) | undefined

  /** `decoderInto`: a decoder whose records go to the sink it is given. */
  constructor(
    file: LogFile,
    decoderInto: (sink: DecodedSink) => Decoder,
    onBytes?: (storedBytes: number) => void,
  ) {
    const decoder = decoderInto({
      events: (events, from) => this.#add(from, newestOf(events), (sink) => sink.events(events, from)),
      rejection: (rejection, from) => this.#refuse(rejection, from),
    })
    this.#reading = this.#read(file, decoder, onBytes)
  }

  async #read(file: LogFile, decoder: Decoder, onBytes?: (storedBytes: number) => void): Promise<void> {
    // Nothing is read before it is asked for.
    await this.#pause()
    try {
      const rejection = await feedFile(file, decoder, onBytes, () =>
        this.#arrived.length === 0 ? undefined : this.#pause(),
      )
      if (rejection !== undefined) this.#refuse(rejection, ofNoRecord)
    } finally {
      this.#isRead = true
      this.#onChunk?.()
    }
  }

  #pause(): Promise<void> {
    this.#onChunk?.()
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  #refuse(rejection: Rejection, from: Decoded): void {
    this.#add(from, Number.NEGATIVE_INFINITY, (sink) => sink.rejection(rejection, from))
  }

  #add({ arrival }: Decoded, newest: number, deliver: Arrived['deliver']): void {
    this.#clock = Math.max(this.#clock, arrival ?? newest)
    this.#arrived.push({ at: this.#clock, deliver })
  }

  /** The next one; undefined where the lane has to be `filled` first, or is at its end. */
  get head(): Arrived | undefined {
    return this.#arrived[this.#next]
  }

  take(): void {
    this.#next++
  }

  /** Reads on until there is a head; without one, the file is at its end. Throws AppError if it cannot be read. */
  async filled(): Promise<void> {
    if (this.head !== undefined) return
    this.#arrived = []
    this.#next = 0
    if (this.#isRead) return this.#reading
    const chunk = new Promise<void>((resolve) => {
      this.#onChunk = resolve
    })
    this.#resume?.()
    await chunk
    if (this.#isRead) await this.#reading
  }
}
