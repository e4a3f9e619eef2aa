/**
 * Cuts a byte stream into records: JSON lines, pretty-printed documents, arrays, and envelopes whose array holds
 * the records, in any mixture. Holds one record at a time, never a whole file.
 */
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { closeBracket, comma, openBrace, openBracket } from './json-cursor.ts'
import type { JsonReader } from './json-reader.ts'
import type { RecordLayouts } from './record-layouts.ts'
import { Skipper } from './skipper.ts'

export interface RecordSink {
  /** `offset`: of the record's first byte in the (decompressed) stream. */
  record: (record: JsonObject, offset: number) => void
  rejection: (rejection: Rejection, offset: number) => void
}

/** Kubernetes audit events with bodies reach 3 MiB; everything else is under 1 MiB. */
export const defaultMaxRecordBytes = 4 * 1024 * 1024

/** A record that is still incomplete is tried again at each push up to this size, then only when it has doubled. */
const eagerBytes = 64 * 1024

const newline = 10
const carriageReturn = 13

/** Where we are: between top-level values, inside an array of records, or behind the array of an envelope. */
type Level = 'top' | 'array' | 'tail'

export class RecordStream {
  #window: Buffer
  /** Valid bytes of the window, and how far they are consumed. */
  #fill = 0
  #at = 0
  /** Stream offset of the window's first byte. */
  #base = 0
  #levels: Level[] = ['top']
  #skipping: 'no' | 'line' | 'value' = 'no'
  /** Size of the unread part at the last attempt that wanted more: tried again only when it has doubled. */
  #wanted = 0
  #isFinal = false
  readonly #skipper = new Skipper()
  readonly #reader: JsonReader
  readonly #layouts: RecordLayouts | undefined
  readonly #sink: RecordSink
  readonly #maxRecordBytes: number

  constructor(
    reader: JsonReader,
    layouts: RecordLayouts | undefined,
    sink: RecordSink,
    maxRecordBytes = defaultMaxRecordBytes,
  ) {
    this.#reader = reader
    this.#layouts = layouts
    this.#sink = sink
    this.#maxRecordBytes = maxRecordBytes
    this.#window = Buffer.allocUnsafe(128 * 1024)
  }

  /** Offset of the first byte that is not consumed yet: where to start again after a restart. */
  get offset(): number {
    return this.#base + this.#at
  }

  /** Whether the stream stands between top-level values, so that `offset` is a place to start again. */
  get isBetweenRecords(): boolean {
    return this.#levels.length === 1 && this.#skipping === 'no'
  }

  push(chunk: Uint8Array): void {
    this.#append(chunk)
    this.#run()
  }

  /** No more bytes will come: what is left is read or rejected, and the stream starts afresh. */
  end(): void {
    this.#isFinal = true
    this.#run()
    if (this.#at < this.#fill && this.#skipping === 'no')
      this.#reject('truncated', 'the input ends inside a record')
    else if (this.#levels.length > 1 && this.#levels.at(-1) !== 'tail')
      this.#reject('truncated', 'the input ends inside an array of records')
    this.#base += this.#fill
    this.#fill = 0
    this.#at = 0
    this.#wanted = 0
    this.#levels = ['top']
    this.#skipping = 'no'
    this.#isFinal = false
  }

  #append(chunk: Uint8Array): void {
    if (this.#at > 0) {
      this.#window.copyWithin(0, this.#at, this.#fill)
      this.#base += this.#at
      this.#fill -= this.#at
      this.#at = 0
    }
    const needed = this.#fill + chunk.length
    if (needed > this.#window.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#window.length * 2))
      this.#window.copy(larger, 0, 0, this.#fill)
      this.#window = larger
    }
    this.#window.set(chunk, this.#fill)
    this.#fill = needed
  }

  #reject(reason: Rejection['reason'], message: string): void {
    this.#sink.rejection(reject(reason, message), this.#base + this.#at)
  }

  #run(): void {
    this.#layouts?.useWindow(this.#window, this.#at, this.#fill)
    while (this.#at < this.#fill) {
      if (this.#skipping !== 'no') {
        if (!this.#skipRest()) return
      } else if (this.#levels.at(-1) === 'tail') {
        this.#levels.pop()
        this.#startSkipping(1, false)
      } else if (!this.#step()) return
    }
  }

  /** One record, bracket or separator; false when more bytes are needed. */
  #step(): boolean {
    const byte = this.#window[this.#at] as number
    if (byte === openBrace) return this.#record()
    if (byte === 32 || byte === newline || byte === carriageReturn || byte === 9) {
      this.#at++
      return true
    }
    const inArray = this.#levels.at(-1) === 'array'
    if (byte === openBracket) {
      this.#levels.push('array')
      this.#at++
    } else if (inArray && (byte === comma || byte === closeBracket)) {
      if (byte === closeBracket) this.#levels.pop()
      this.#at++
    } else if (!this.#byteOrderMark()) {
      this.#reject('malformed_json', 'expected a JSON object: a record starts with {')
      if (inArray) this.#skipScalar()
      else this.#skipping = 'line'
    }
    return true
  }

  #byteOrderMark(): boolean {
    const isMark = this.#window[this.#at] === 0xef && this.#window[this.#at + 1] === 0xbb
    if (!isMark || this.#window[this.#at + 2] !== 0xbf) return false
    this.#at += 3
    return true
  }

  /** An element that is not an object: on to the next comma or bracket. */
  #skipScalar(): void {
    while (this.#at < this.#fill) {
      const byte = this.#window[this.#at]
      if (byte === comma || byte === closeBracket || byte === newline) return
      this.#at++
    }
  }

  #record(): boolean {
    const start = this.#at
    const layouts = this.#layouts
    const end = layouts === undefined ? -1 : layouts.match(start, this.#fill)
    if (layouts !== undefined && end >= 0) {
      this.#emit(layouts.value, end)
      return true
    }
    const unread = this.#fill - start
    if (!this.#isFinal && unread > eagerBytes && unread < this.#wanted) return false
    const lineEnd = this.#levels.length === 1 ? this.#findNewline(start) : -1
    const hasLine = lineEnd >= 0 && !this.#isPretty(start, lineEnd)
    if (!hasLine) return this.#readUpTo(start, this.#fill)
    const status = this.#reader.read(this.#window, start, lineEnd)
    if (status !== 'incomplete') return this.#settle(status, start, lineEnd)
    // The line is a beginning only: of a document that goes on below, or of a record that was cut off.
    if (lineEnd + 1 >= this.#fill && !this.#isFinal) return this.#wait(unread)
    const next = this.#window[lineEnd + 1]
    if (lineEnd + 1 >= this.#fill || next === openBrace) {
      this.#reject('truncated', 'the line ends before its JSON is complete: the record was cut off')
      this.#at = lineEnd + 1
      return true
    }
    return this.#readUpTo(start, this.#fill)
  }

  #findNewline(from: number): number {
    const at = this.#window.indexOf(newline, from)
    return at < this.#fill ? at : -1
  }

  /** A `{` alone on its line opens a pretty-printed document. */
  #isPretty(start: number, lineEnd: number): boolean {
    for (let i = start + 1; i < lineEnd; i++) {
      const byte = this.#window[i] as number
      if (byte !== 32 && byte !== carriageReturn && byte !== 9) return false
    }
    return true
  }

  #readUpTo(start: number, end: number): boolean {
    const status = this.#reader.read(this.#window, start, end)
    if (status !== 'incomplete') return this.#settle(status, start, -1)
    if (end - start > this.#maxRecordBytes) {
      this.#reject('too_large', `a record is larger than ${this.#maxRecordBytes} bytes`)
      this.#resync(start)
      return true
    }
    if (!this.#isFinal) return this.#wait((end - start) * 2)
    this.#reject('truncated', 'the input ends before the JSON of its last record is complete')
    this.#resync(start)
    return true
  }

  #wait(wanted: number): boolean {
    this.#wanted = Math.min(wanted, this.#maxRecordBytes)
    return false
  }

  #settle(status: 'record' | 'envelope' | 'failed', start: number, lineEnd: number): boolean {
    if (status === 'record') {
      const end = this.#reader.position
      this.#layouts?.learn(start, end)
      this.#emit(this.#reader.value, end)
    } else if (status === 'envelope') {
      this.#at = this.#reader.position + 1
      this.#wanted = 0
      this.#levels.push('tail', 'array')
    } else {
      this.#reject(this.#reader.reason, this.#reader.message)
      if (lineEnd >= 0) this.#at = lineEnd + 1
      else this.#resync(start)
    }
    return true
  }

  #emit(record: JsonObject, end: number): void {
    const offset = this.#base + this.#at
    this.#at = end
    this.#wanted = 0
    this.#sink.record(record, offset)
  }

  /** Finds the next record behind a bad one: one bad record costs one record. */
  #resync(start: number): void {
    this.#wanted = 0
    if (this.#levels.length === 1 && !this.#isFinal && this.#findNewline(start) < 0) {
      this.#at = start
      this.#skipping = 'line'
      return
    }
    this.#at = start + 1
    this.#startSkipping(1, start === 0 || this.#window[start - 1] === newline)
  }

  #startSkipping(depth: number, stopsAtLineStart: boolean): void {
    this.#skipper.begin(depth, stopsAtLineStart)
    this.#skipping = 'value'
  }

  /** False when the value or line that is passed over goes on beyond the window. */
  #skipRest(): boolean {
    const found =
      this.#skipping === 'line'
        ? this.#findNewline(this.#at)
        : this.#skipper.skip(this.#window, this.#at, this.#fill)
    if (found < 0) {
      this.#at = this.#fill
      return false
    }
    this.#at = found
    this.#skipping = 'no'
    return true
  }
}
