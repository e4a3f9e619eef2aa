/**
 * The byte layout of one kind of record: literal stretches that repeat, and slots whose values vary. A record that
 * matches is valid JSON of known structure, so that only the slots have to be looked at.
 */
import type { JsonValue } from '../connector.ts'

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

interface Part {
  /** Parts without varying values are built once. */
  readonly constant: JsonValue | undefined
  /** Object: its constant members; the others follow in `keys`. */
  readonly base: Readonly<Record<string, JsonValue | undefined>> | undefined
  readonly keys: readonly string[]
  readonly parts: readonly Part[]
  /** Index of the slot, or -1. */
  readonly slot: number
}

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
  readonly #template: Uint8Array
  readonly #view: DataView
  readonly #spans: Spans
  readonly #plan: Plan
  readonly #varies: boolean[]
  /** Literal i stands before slot i; one more than there are slots. */
  #literalStarts = new Int32Array(1)
  #literalEnds = new Int32Array(1)
  #slotIsString: boolean[] = []
  #slotIsOpaque: boolean[] = []
  #root: Part = { constant: undefined, base: undefined, keys: [], parts: [], slot: -1 }
  /** Byte ranges of the slots of the last match. */
  #slotStarts = new Int32Array(0)
  #slotEnds = new Int32Array(0)
  #bare: (JsonValue | undefined)[] = []

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

  /** The index after the record if the bytes from `start` have this layout, else -1. */
  match(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const template = this.#view
    const slots = this.#slotStarts.length
    let at = start
    for (let i = 0; ; i++) {
      let from = this.#literalStarts[i] as number
      const to = this.#literalEnds[i] as number
      if (at + to - from > end) return -1
      // Eight bytes at a time: ASCII is never NaN or a signed zero as a double.
      for (; from + 8 <= to; from += 8, at += 8) {
        if (view.getFloat64(at, true) !== template.getFloat64(from, true)) return -1
      }
      for (; from < to; from++, at++) if (view.getUint8(at) !== template.getUint8(from)) return -1
      if (i === slots) return at
      if (this.#slotIsOpaque[i] && beginsLikeJson(bytes[at] as number)) return -1
      const stop = this.#slotIsString[i] ? stringEnd(bytes, at, end) : this.#bareEnd(bytes, at, end, i)
      if (stop < 0) return -1
      this.#slotStarts[i] = at
      this.#slotEnds[i] = stop
      at = stop
    }
  }

  /** The record of the last match; `text` is the window's text, whose first character is at byte `base`. */
  build(text: string, base: number): JsonValue {
    return this.#build(this.#root, text, base)
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

  #build(part: Part, text: string, base: number): JsonValue {
    const slot = part.slot
    if (slot >= 0) {
      if (!this.#slotIsString[slot]) return this.#bare[slot] as JsonValue
      return text.slice((this.#slotStarts[slot] as number) - base, (this.#slotEnds[slot] as number) - base)
    }
    if (part.constant !== undefined) return part.constant
    if (part.base === undefined) return part.parts.map((element) => this.#build(element, text, base))
    const out: Record<string, JsonValue | undefined> = { ...part.base }
    for (let i = 0; i < part.keys.length; i++)
      out[part.keys[i] as string] = this.#build(part.parts[i] as Part, text, base)
    return out
  }

  #compile(): void {
    const literalStarts = [0]
    const literalEnds: number[] = []
    const slotOf = new Map<number, number>()
    this.#slotIsString = []
    this.#slotIsOpaque = []
    for (let i = 0; i < this.#varies.length; i++) {
      if (!this.#varies[i]) continue
      slotOf.set(i, slotOf.size)
      this.#slotIsString.push(this.#spans.isString[i] === true)
      this.#slotIsOpaque.push(this.#spans.isOpaque[i] === true)
      literalEnds.push(this.#spans.starts[i] as number)
      literalStarts.push(this.#spans.ends[i] as number)
    }
    literalEnds.push(this.#template.length)
    this.#literalStarts = Int32Array.from(literalStarts)
    this.#literalEnds = Int32Array.from(literalEnds)
    this.#slotStarts = new Int32Array(slotOf.size)
    this.#slotEnds = new Int32Array(slotOf.size)
    this.#bare = this.#slotIsString.map(() => undefined)
    this.#root = this.#compilePart(this.#plan, slotOf)
  }

  #compilePart(plan: Plan, slotOf: ReadonlyMap<number, number>): Part {
    if (plan.kind === 'span') {
      const slot = slotOf.get(plan.span) ?? -1
      return {
        constant: slot < 0 ? this.#constant(plan.span) : undefined,
        base: undefined,
        keys: [],
        parts: [],
        slot,
      }
    }
    const parts = plan.parts.map((part) => this.#compilePart(part, slotOf))
    const isConstant = parts.every((part) => part.constant !== undefined)
    if (plan.kind === 'array') {
      const constant = isConstant ? parts.map((part) => part.constant as JsonValue) : undefined
      return { constant, base: undefined, keys: [], parts, slot: -1 }
    }
    const base = emptyRecord(plan.keys)
    plan.keys.forEach((key, i) => {
      base[key] = parts[i]?.constant
    })
    const varying = plan.keys.flatMap((_, i) => (parts[i]?.constant === undefined ? [i] : []))
    return {
      constant: isConstant ? base : undefined,
      base,
      keys: varying.map((i) => plan.keys[i] as string),
      parts: varying.map((i) => parts[i] as Part),
      slot: -1,
    }
  }

  #constant(span: number): JsonValue {
    const quotes = this.#spans.isString[span] ? 1 : 0
    const from = (this.#spans.starts[span] as number) - quotes
    const to = (this.#spans.ends[span] as number) + quotes
    return JSON.parse(ascii.decode(this.#template.subarray(from, to))) as JsonValue
  }
}

/**
 * An object with these keys, made by JSON.parse: V8 then keeps all values inside the object, and copying it costs a
 * third of copying one that grew key by key.
 */
function emptyRecord(keys: readonly string[]): Record<string, JsonValue | undefined> {
  const members = keys.map((key) => `${JSON.stringify(key)}:null`)
  return JSON.parse(`{${members.join(',')}}`) as Record<string, JsonValue | undefined>
}

/** A brace, a bracket, or a space that may stand before one. */
export function beginsLikeJson(byte: number): boolean {
  return byte === 123 || byte === 91 || byte === 32
}

/** Index of the closing quote; -1 where the text needs the strict reader (escapes, control characters, non-ASCII). */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === 34) return at
    if (byte < 32 || byte === 92 || byte >= 128) return -1
  }
  return -1
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
