/**
 * Cuts a byte stream into records: JSON lines, pretty-printed documents, arrays, and envelopes whose array holds
 * the records, in any mixture. Holds one record at a time, never a whole file.
 */
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { byteOrderMark } from './byte-order-mark.ts'
import { carriageReturn, closeBracket, comma, newline, openBrace, openBracket, quote } from './json-cursor.ts'
import type { JsonReader, ReadStatus } from './json-reader.ts'
import { cutOff, noMatch } from './layout.ts'
import { isProblem, readLine } from './logfmt.ts'
import type { RecordLayouts } from './record-layouts.ts'
import type { RecordSink } from './record-sink.ts'
import { type Skipped, Skipper } from './skipper.ts'

/** Kubernetes audit events with bodies reach 3 MiB; everything else is under 1 MiB. */
const defaultMaxRecordBytes = 4 * 1024 * 1024

/** A record that is still incomplete is tried again at each push up to this size, then only when it has doubled. */
const eagerBytes = 64 * 1024

/** Bytes that are kept free behind the unread ones: layouts look at several at a time. */
const slack = 8

/** Brackets of arrays and envelopes around records that are kept track of. */
const maxLevels = 64

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
  /** What is passed over: a line, NULs, a bad value, or what stands behind the array of an envelope. */
  #skipping: 'no' | 'line' | 'nuls' | 'value' | 'tail' = 'no'
  /** Column of the next byte, -1 where more than white space stands before it on its line; of the value that is skipped. */
  #column = 0
  /** Size of the unread part at the last attempt that wanted more: tried again only when it has doubled. */
  #wanted = 0
  /** Where the next newline was found; `#fill` when there is none. */
  #newlineAt = -1
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
    this.#window = Buffer.allocUnsafe(128 * 1024 + slack)
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

  /** No more bytes for now: what is held back is tried again, whatever it has grown by since the last attempt. */
  retry(): void {
    this.#wanted = 0
    this.#run()
  }

  /** No more bytes will come: what is left is read or rejected, and the stream starts afresh. */
  end(): void {
    this.#isFinal = true
    this.#run()
    if ((this.#skipping === 'no' || this.#skipping === 'tail') && this.#levels.includes('array'))
      this.#reject('truncated', 'the input ends inside an array of records')
    this.#base += this.#fill
    this.#fill = 0
    this.#at = 0
    this.#wanted = 0
    this.#newlineAt = -1
    this.#column = 0
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
    if (needed + slack > this.#window.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed + slack, this.#window.length * 2))
      this.#window.copy(larger, 0, 0, this.#fill)
      this.#window = larger
    }
    this.#window.set(chunk, this.#fill)
    this.#fill = needed
    this.#newlineAt = -1
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
        this.#column = -1
        this.#skip('tail', 1)
      } else if (!this.#step()) return
    }
  }

  /** One record, bracket or separator; false when more bytes are needed. */
  #step(): boolean {
    const byte = this.#window[this.#at] as number
    if (byte === openBrace) return this.#record()
    if (byte === 32 || byte === newline || byte === carriageReturn || byte === 9) {
      this.#at++
      if (byte === newline) this.#column = 0
      else if (this.#column >= 0) this.#column++
      return true
    }
    const inArray = this.#levels.at(-1) === 'array'
    if (byte === openBracket || (inArray && (byte === comma || byte === closeBracket))) {
      if (byte === openBracket && !this.#enter('array')) return true
      if (byte === closeBracket) this.#levels.pop()
      this.#at++
      this.#column = -1
      return true
    }
    const mark = byteOrderMark(this.#window, this.#at, this.#fill, this.#isFinal)
    if (mark < 0) return false
    if (mark === 0 && this.#levels.length === 1) return this.#line(byte)
    if (mark === 0) this.#notARecord(byte, inArray)
    this.#at += mark
    return true
  }

  /** False when the brackets are too many: they are rejected, and passed over to where the first one closes. */
  #enter(...levels: readonly Level[]): boolean {
    if (this.#levels.length + levels.length <= maxLevels) {
      this.#levels.push(...levels)
      return true
    }
    this.#reject('too_deep', `arrays of records nested deeper than ${maxLevels} levels`)
    const depth = this.#levels.length - 1
    const bracket = this.#levels[1] === 'array' ? 'own' : 'mistake'
    this.#levels = ['top']
    this.#column = -1
    this.#skip('value', depth, bracket)
    return false
  }

  /** What does not begin as JSON does may be a line of `key=value` pairs. */
  #line(first: number): boolean {
    const unread = this.#fill - this.#at
    if (!this.#isFinal && unread > eagerBytes && unread < this.#wanted) return false
    const newlineAt = this.#findNewline(this.#at)
    const end = newlineAt < 0 ? this.#fill : newlineAt
    const isWhole = newlineAt >= 0 || this.#isFinal
    const limit = this.#maxRecordBytes
    const read = readLine(this.#window, this.#at, this.#withoutReturn(end), isWhole, limit, this.#reader.root)
    if (read === 'incomplete') return this.#wait(unread * 2)
    if (read === 'other') this.#notARecord(first, false)
    else if (isProblem(read)) {
      this.#reject(read.reason, read.message)
      this.#skipping = 'line'
    } else this.#emit(read, end)
    return true
  }

  #notARecord(byte: number, inArray: boolean): void {
    this.#reject('malformed_json', 'expected a JSON object: a record starts with {')
    if (inArray) {
      // A text is passed over with its quotes, since it may hold commas; anything else up to the next comma.
      if (byte !== quote) this.#at++
      this.#skip('value', 0)
    } else this.#skipping = byte === 0 ? 'nuls' : 'line'
  }

  #record(): boolean {
    const start = this.#at
    const unread = this.#fill - start
    if (!this.#isFinal && unread > eagerBytes && unread < this.#wanted) return false
    const layouts = this.#layouts
    const end = layouts === undefined ? noMatch : layouts.match(start, this.#fill)
    if (layouts !== undefined && end >= 0 && end - start <= this.#maxRecordBytes) {
      this.#emit(layouts.value, end)
      return true
    }
    // The strict reader would find the same beginning of a record.
    if (end === cutOff && !this.#isFinal && unread <= Math.min(eagerBytes, this.#maxRecordBytes))
      return this.#wait(unread)
    const lineEnd = this.#levels.length === 1 ? this.#findNewline(start) : -1
    if (lineEnd < 0 || this.#isPretty(start, lineEnd)) return this.#readUpTo(start, this.#fill)
    const status = this.#reader.read(this.#window, start, this.#withoutReturn(lineEnd))
    if (status !== 'incomplete' || lineEnd - start > this.#maxRecordBytes)
      return this.#settle(status, start, lineEnd, lineEnd)
    // The line is a beginning only: of a document that goes on below, or of a record that was cut off.
    if (lineEnd + 1 >= this.#fill && !this.#isFinal) return this.#wait(unread)
    const next = this.#window[lineEnd + 1]
    if (lineEnd + 1 >= this.#fill || next === openBrace) {
      this.#reject('truncated', 'the line ends before its JSON is complete: the record was cut off')
      this.#nextLine(lineEnd)
      return true
    }
    return this.#readUpTo(start, this.#fill)
  }

  #findNewline(from: number): number {
    if (this.#newlineAt < from) {
      const at = this.#window.indexOf(newline, from)
      this.#newlineAt = at < 0 || at > this.#fill ? this.#fill : at
    }
    return this.#newlineAt < this.#fill ? this.#newlineAt : -1
  }

  /** A `{` alone on its line opens a pretty-printed document. */
  #isPretty(start: number, lineEnd: number): boolean {
    if (lineEnd - start > this.#maxRecordBytes) return false
    for (let i = start + 1; i < lineEnd; i++) {
      const byte = this.#window[i] as number
      if (byte !== 32 && byte !== carriageReturn && byte !== 9) return false
    }
    return true
  }

  #readUpTo(start: number, end: number): boolean {
    const status = this.#reader.read(this.#window, start, this.#withoutReturn(end))
    if (status !== 'incomplete' || end - start > this.#maxRecordBytes)
      return this.#settle(status, start, end, -1)
    if (!this.#isFinal) return this.#wait((end - start) * 2)
    this.#reject('truncated', 'the input ends before the JSON of its last record is complete')
    this.#resync(start, -1)
    return true
  }

  /** A carriage return at the end belongs to a newline that may not be here yet. */
  #withoutReturn(end: number): number {
    return this.#window[end - 1] === carriageReturn ? end - 1 : end
  }

  #wait(wanted: number): boolean {
    this.#wanted = Math.min(wanted, this.#maxRecordBytes)
    return false
  }

  #settle(status: ReadStatus, start: number, end: number, lineEnd: number): boolean {
    const size = (status === 'incomplete' ? end : this.#reader.position) - start
    if (size > this.#maxRecordBytes) {
      this.#reject('too_large', `a record is larger than ${this.#maxRecordBytes} bytes`)
      this.#resync(start, lineEnd)
    } else if (status === 'record') {
      this.#layouts?.learn(start, this.#reader.position)
      this.#emit(this.#reader.value, this.#reader.position)
    } else if (status === 'envelope') {
      if (this.#enter('tail', 'array')) this.#at = this.#reader.position + 1
      this.#wanted = 0
      this.#column = -1
    } else {
      this.#reject(this.#reader.reason, this.#reader.message)
      this.#resync(start, lineEnd)
    }
    return true
  }

  #emit(record: JsonObject, end: number): void {
    const offset = this.#base + this.#at
    this.#at = end
    this.#wanted = 0
    this.#column = -1
    this.#sink.record(record, offset)
  }

  #nextLine(lineEnd: number): void {
    this.#at = lineEnd + 1
    this.#wanted = 0
    this.#column = 0
  }

  /** Finds the next record behind a bad one: one bad record costs one record. */
  #resync(start: number, lineEnd: number): void {
    this.#wanted = 0
    if (lineEnd >= 0) this.#nextLine(lineEnd)
    else if (this.#levels.length === 1 && this.#findNewline(start) < 0) this.#skipping = 'line'
    else {
      this.#at = start + 1
      this.#skip('value', 1)
    }
  }

  #skip(what: 'value' | 'tail', depth: number, bracket?: Skipped['bracket']): void {
    const around = this.#levels.at(-1) === 'array' ? 'outer' : 'mistake'
    this.#skipper.begin({ depth, column: Math.max(this.#column, 0), bracket: bracket ?? around })
    this.#skipping = what
  }

  /** False when what is passed over goes on beyond the window. */
  #skipRest(): boolean {
    const found = this.#skipEnd()
    if (found < 0) {
      this.#at = this.#fill
      return false
    }
    this.#at = found
    if (this.#skipping === 'value' || this.#skipping === 'tail') {
      const column = this.#skipper.column
      // A new document: the arrays around what was passed over have been cut off with it.
      if (column === 0 && this.#column !== 0 && this.#window[found] === openBrace) this.#levels = ['top']
      this.#column = column
    }
    this.#skipping = 'no'
    return true
  }

  #skipEnd(): number {
    if (this.#skipping === 'line') return this.#findNewline(this.#at)
    if (this.#skipping !== 'nuls') return this.#skipper.skip(this.#window, this.#at, this.#fill)
    let at = this.#at
    while (at < this.#fill && this.#window[at] === 0) at++
    return at < this.#fill ? at : -1
  }
}
