/**
 * The byte layout of one kind of record: literal stretches that repeat, and slots whose values vary. A record that
 * matches is valid JSON of known structure, so that only the slots have to be looked at.
 */
import type { JsonObject, JsonValue } from '../connector.ts'
import { quote } from './json-cursor.ts'

/** How a record's object is built from its scalars; `span` is an index into the layout's spans. */
export type Plan =
  | { readonly kind: 'object'; readonly keys: string[]; readonly parts: Plan[] }
  | { readonly kind: 'array'; readonly parts: Plan[] }
  | { readonly kind: 'span'; readonly span: number }

/** All scalars of a record in order: strings without their quotes, numbers and words whole. */
export interface Spans {
  readonly starts: number[]
  readonly ends: number[]
  readonly isString: boolean[]
  /** A text where the shape expects an object: one that begins like JSON is the strict reader's. */
  readonly isOpaque: boolean[]
}

/** An object or a list of the record, into which values are put. */
type Holder = Record<string | number, JsonValue>

/** What may stand in a slot: a number or word, a text, or a text where the shape expects an object. */
const slotKinds = { bare: 0, text: 1, opaque: 2 } as const

/** What `match` says instead of an index. */
export const noMatch = -1
/** The bytes end before the record does, and have this layout as far as they go. */
export const cutOff = -2

const numberGrammar = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** The value of a bare word, `undefined` if it is not JSON or beyond the range of a double. */
function bareValue(word: string): JsonValue | undefined {
  if (word === 'true') return true
  if (word === 'false') return false
  if (word === 'null') return null
  if (!numberGrammar.test(word)) return undefined
  const value = Number(word)
  return Number.isFinite(value) ? value : undefined
}

const ascii = new TextDecoder('utf-8')

export class Layout {
  /** Whether the record holds texts of a window. */
  isFilled = false
  readonly #template: Uint8Array
  readonly #view: DataView
  readonly #spans: Spans
  readonly #plan: Plan
  readonly #varies: boolean[]
  /** Literal i stands before slot i; one more than there are slots. */
  #literalStarts = new Int32Array(1)
  #literalEnds = new Int32Array(1)
  #slotKinds = new Uint8Array(0)
  /** Where in the record each slot's value goes; `undefined` for values that are not read. */
  #slotHolders: (Holder | undefined)[] = []
  #slotKeys: (string | number)[] = []
  /** Byte ranges of the slots of the last match, and the values of those that are bare. */
  #slotStarts = new Int32Array(0)
  #slotEnds = new Int32Array(0)
  #bare: (JsonValue | undefined)[] = []
  /** The same object for all records of the layout: only what stands in slots differs. */
  #record: JsonObject = {}

  constructor(template: Uint8Array, spans: Spans, plan: Plan) {
    this.#template = template
    this.#view = new DataView(template.buffer, template.byteOffset, template.length)
    this.#spans = spans
    this.#plan = plan
    this.#varies = spans.starts.map(() => false)
    this.#compile()
  }

  /** Whether a record has the same bytes everywhere but in its scalars. */
  hasStructureOf(bytes: Uint8Array, spans: Spans): boolean {
    const own = this.#spans
    if (own.starts.length !== spans.starts.length) return false
    let at = 0
    for (let i = 0; i <= own.starts.length; i++) {
      const from = i === 0 ? 0 : (own.ends[i - 1] as number)
      const to = own.starts[i] ?? this.#template.length
      const until = spans.starts[i] ?? bytes.length
      if (until - at !== to - from || own.isString[i] !== spans.isString[i]) return false
      for (let k = from; k < to; k++) if (this.#template[k] !== bytes[at + k - from]) return false
      at = spans.ends[i] ?? 0
    }
    return true
  }

  /** Makes slots of the scalars in which a record of the same structure differs. */
  vary(bytes: Uint8Array, spans: Spans): void {
    for (let i = 0; i < spans.starts.length; i++) {
      const from = this.#spans.starts[i] as number
      const length = (this.#spans.ends[i] as number) - from
      const at = spans.starts[i] as number
      let same = (spans.ends[i] as number) - at === length
      for (let k = 0; same && k < length; k++) same = this.#template[from + k] === bytes[at + k]
      if (!same) this.#varies[i] = true
    }
    this.#compile()
  }

  /**
   * The index after the record if the bytes from `start` have this layout, else `noMatch` or `cutOff`. Looks at up to
   * eight bytes behind `end`, which have to be there.
   */
  match(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const kinds = this.#slotKinds
    let at = start
    for (let i = 0; ; i++) {
      at = this.#literalEnd(view, at, end, i)
      if (at < 0 || i === kinds.length) return at
      const kind = kinds[i]
      if (kind === slotKinds.opaque && beginsLikeJson(bytes[at] as number)) return noMatch
      const stop = kind === slotKinds.bare ? this.#bareEnd(bytes, at, end, i) : plainEnd(view, at, end)
      if (stop >= end) return cutOff
      if (stop < 0 || (kind !== slotKinds.bare && bytes[stop] !== quote)) return noMatch
      this.#slotStarts[i] = at
      this.#slotEnds[i] = stop
      at = stop
    }
  }

  /** Where the literal before slot `i` ends if it stands at `start`. */
  #literalEnd(view: DataView, start: number, end: number, i: number): number {
    const template = this.#view
    let from = this.#literalStarts[i] as number
    const length = (this.#literalEnds[i] as number) - from
    const stop = start + length
    const to = Math.min(stop, end)
    let at = start
    // Eight bytes at a time: ASCII is never NaN or a signed zero as a double.
    for (; at + 8 <= to; at += 8, from += 8)
      if (view.getFloat64(at, true) !== template.getFloat64(from, true)) return noMatch
    if (at + 4 <= to) {
      if (view.getInt32(at, true) !== template.getInt32(from, true)) return noMatch
      at += 4
      from += 4
    }
    for (; at < to; at++, from++) if (view.getUint8(at) !== template.getUint8(from)) return noMatch
    return stop > end ? cutOff : stop
  }

  /**
   * The record of the last match, which the next one changes; `text` is the window's text, whose first character is at
   * byte `base`.
   */
  build(text: string, base: number): JsonObject {
    this.isFilled = true
    const holders = this.#slotHolders
    for (let slot = 0; slot < holders.length; slot++) {
      const holder = holders[slot]
      if (holder === undefined) continue
      holder[this.#slotKeys[slot] as string] =
        this.#slotKinds[slot] === slotKinds.bare
          ? (this.#bare[slot] as JsonValue)
          : text.slice((this.#slotStarts[slot] as number) - base, (this.#slotEnds[slot] as number) - base)
    }
    return this.#record
  }

  /** Lets go of the texts of the last record: they keep the whole window's text alive. */
  clear(): void {
    this.#slotHolders.forEach((holder, slot) => {
      if (holder !== undefined) holder[this.#slotKeys[slot] as string] = null
    })
    this.isFilled = false
  }

  #bareEnd(bytes: Uint8Array, start: number, end: number, slot: number): number {
    let at = start
    let value = 0
    // Plain whole numbers are nearly all there is.
    while (at < end && (bytes[at] as number) >= 48 && (bytes[at] as number) <= 57) {
      value = value * 10 + ((bytes[at] as number) - 48)
      at++
    }
    const next = bytes[at]
    if (at < end && at > start && at - start < 16 && (next === 44 || next === 125 || next === 93)) {
      if (bytes[start] === 48 && at - start > 1) return -1
      this.#bare[slot] = value
      return at
    }
    while (at < end && isBare(bytes[at] as number)) at++
    const word = ascii.decode(bytes.subarray(start, at))
    this.#bare[slot] = bareValue(word)
    return at < end && this.#bare[slot] !== undefined ? at : -1
  }

  #compile(): void {
    const literalStarts = [0]
    const literalEnds: number[] = []
    const kinds: number[] = []
    const slotOf = new Map<number, number>()
    for (let i = 0; i < this.#varies.length; i++) {
      if (!this.#varies[i]) continue
      slotOf.set(i, slotOf.size)
      const textKind = this.#spans.isOpaque[i] ? slotKinds.opaque : slotKinds.text
      kinds.push(this.#spans.isString[i] ? textKind : slotKinds.bare)
      literalEnds.push(this.#spans.starts[i] as number)
      literalStarts.push(this.#spans.ends[i] as number)
    }
    literalEnds.push(this.#template.length)
    this.#literalStarts = Int32Array.from(literalStarts)
    this.#literalEnds = Int32Array.from(literalEnds)
    this.#slotKinds = Uint8Array.from(kinds)
    this.#slotStarts = new Int32Array(kinds.length)
    this.#slotEnds = new Int32Array(kinds.length)
    this.#bare = kinds.map(() => undefined)
    this.#slotHolders = kinds.map(() => undefined)
    this.#slotKeys = kinds.map(() => '')
    this.#record = this.#built(this.#plan, slotOf) as JsonObject
  }

  /** The record, or the part of it, with its constants in place; notes where the slots go. */
  #built(plan: Plan, slotOf: ReadonlyMap<number, number>): JsonValue {
    if (plan.kind === 'span') return slotOf.has(plan.span) ? null : this.#constant(plan.span)
    const isArray = plan.kind === 'array'
    const part: JsonValue = isArray ? plan.parts.map(() => null) : emptyRecord(plan.keys)
    const holder = part as unknown as Holder
    // V8 finds a property faster by the very string that names it.
    const names = new Map(Object.keys(holder).map((name) => [name, name]))
    plan.parts.forEach((below, i) => {
      const key = isArray ? i : (names.get(plan.keys[i] ?? '') ?? '')
      holder[key] = this.#built(below, slotOf)
      const slot = below.kind === 'span' ? slotOf.get(below.span) : undefined
      if (slot === undefined) return
      this.#slotHolders[slot] = holder
      this.#slotKeys[slot] = key
    })
    return part
  }

  #constant(span: number): JsonValue {
    const quotes = this.#spans.isString[span] ? 1 : 0
    const from = (this.#spans.starts[span] as number) - quotes
    const to = (this.#spans.ends[span] as number) + quotes
    return JSON.parse(ascii.decode(this.#template.subarray(from, to))) as JsonValue
  }
}

/** An object with these keys, made by JSON.parse: V8 then keeps all values inside the object. */
function emptyRecord(keys: readonly string[]): JsonObject {
  const members = keys.map((key) => `${JSON.stringify(key)}:null`)
  return JSON.parse(`{${members.join(',')}}`) as JsonObject
}

/** A brace, a bracket, or a space that may stand before one. */
export function beginsLikeJson(byte: number): boolean {
  return byte === 123 || byte === 91 || byte === 32
}

/**
 * Index of the first byte that is no plain text: a quote, a backslash, a control character or one beyond ASCII; `end` or
 * more where there is none before it. Looks at four bytes at a time.
 */
function plainEnd(view: DataView, start: number, end: number): number {
  for (let at = start; at < end; at += 4) {
    const word = view.getInt32(at, true)
    const quotes = word ^ 0x22222222
    const backslashes = word ^ 0x5c5c5c5c
    // Marks the highest bit of a byte that has it, is below a space, or equals a quote or backslash.
    const marks =
      (word | (word - 0x20202020) | (quotes - 0x01010101) | (backslashes - 0x01010101)) & 0x80808080
    // What is subtracted from one byte may mark those above it, but the lowest mark is true.
    if (marks !== 0) return at + ((31 - Math.clz32(marks & -marks)) >> 3)
  }
  return end
}

/** Characters of numbers, true, false and null. */
function isBare(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 97 && byte <= 122) ||
    byte === 45 ||
    byte === 43 ||
    byte === 46 ||
    byte === 69
  )
}
