/** A strict JSON reader over bytes that materialises only the fields of a shape and checks all the rest. */
import type { RejectionReason } from '../../events/rejection.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { closeBrace, closeBracket, JsonCursor, openBrace, openBracket, quote, Stop } from './json-cursor.ts'
import { findEntry, forbiddenKey, keyHash, type ShapeEntry, type ShapeNode } from './shape-node.ts'

/** What `read` found: a value, an array of records inside it, nothing yet, or nothing usable. */
export type ReadStatus = 'record' | 'envelope' | 'incomplete' | 'failed'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8Encoder = new TextEncoder()

/** The text of bytes that are known to be ASCII. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, start, end)
}

/** Whether the key's bytes are spelled exactly as the shape spells them. */
export function isExactKey(entry: ShapeEntry, bytes: Uint8Array, start: number): boolean {
  const key = entry.bytes
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false
  return true
}

/** `position` after a read: where the value ended (`record`), where its array begins (`envelope`), or where it stopped. */
export class JsonReader extends JsonCursor {
  reason: RejectionReason = 'malformed_json'
  message = ''
  value: JsonObject = {}
  readonly root: ShapeNode

  constructor(root: ShapeNode) {
    super()
    this.root = root
  }

  /**
   * Reads the object that starts at `start` (a `{`) and ends before `end`.
   * `incomplete`: all bytes up to `end` are a valid beginning. Never throws.
   */
  read(bytes: Uint8Array, start: number, end: number): ReadStatus {
    this.reset(bytes, start, end)
    try {
      const record = this.#object(this.root, true)
      if (record === undefined) return 'envelope'
      if (this.highBits >= 0x80) this.#decode(start, this.position)
      this.value = record
      return 'record'
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop
      this.reason = stop.reason
      this.message = stop.message
      return stop.status
    }
  }

  /** `undefined` when an array of records was found at the root; `position` is then on its `[`. */
  #object(node: ShapeNode, isRoot: boolean): JsonObject | undefined {
    this.enter()
    const out: Record<string, JsonValue> = {}
    const exact: ShapeEntry[] = []
    for (let byte = this.next(); byte !== closeBrace; byte = this.separator(closeBrace)) {
      if (byte !== quote) throw this.fail('malformed_json', 'invalid JSON: expected a key in double quotes')
      let bytes = this.bytes
      let start = this.position + 1
      const escaped = this.string()
      let end = this.position - 1
      if (escaped) {
        bytes = utf8Encoder.encode(this.#unescaped(this.#decode(start, end)))
        start = 0
        end = bytes.length
      }
      const first = this.colon()
      const entry = findEntry(node, keyHash(bytes, start, end), bytes, start, end - start)
      if (entry === undefined) this.skip(first)
      else if (!entry.envelope) this.#member(out, exact, entry, isExactKey(entry, bytes, start), first)
      else if (isRoot && first === openBracket) return undefined
      else this.skip(first)
    }
    this.leave()
    return out
  }

  /** Where a key comes in two letter cases, the spelling of the shape wins; twice the same is ambiguous. */
  #member(
    out: Record<string, JsonValue>,
    exact: ShapeEntry[],
    entry: ShapeEntry,
    isExact: boolean,
    first: number,
  ): void {
    if (entry.key === forbiddenKey) throw this.fail('invalid_field', 'the key __proto__ is not allowed;')
    if (isExact) {
      if (exact.includes(entry)) throw this.fail('invalid_field', `the key ${entry.key} is given twice:`)
      exact.push(entry)
    } else if (out[entry.key] !== undefined) {
      this.skip(first)
      return
    }
    out[entry.key] = this.#value(entry.key, entry.node, first)
  }

  /** `key`: whose value it is, or is a part of. Without a node the value is taken whole. */
  #value(key: string, node: ShapeNode | undefined, first: number): JsonValue {
    if (first === quote) {
      const text = this.#text(key)
      return node === undefined ? text : this.#encoded(key, text, node)
    }
    if (first === openBracket) return this.#array(key, node)
    if (first === openBrace)
      return node === undefined ? this.#anyObject(key) : (this.#object(node, false) ?? {})
    const start = this.position
    this.skip(first)
    const value: unknown = JSON.parse(asciiText(this.bytes, start, this.position))
    if (typeof value === 'number' && !Number.isFinite(value))
      throw this.fail('invalid_field', `${key} is a number beyond the range of a double,`)
    return value as JsonValue
  }

  #array(key: string, node: ShapeNode | undefined): JsonValue[] {
    this.enter()
    const out: JsonValue[] = []
    for (let byte = this.next(); byte !== closeBracket; byte = this.separator(closeBracket))
      out.push(this.#value(key, node, byte))
    this.leave()
    return out
  }

  /** An object below a value that is taken whole: all its keys are read. */
  #anyObject(key: string): JsonObject {
    this.enter()
    const out: Record<string, JsonValue> = {}
    for (let byte = this.next(); byte !== closeBrace; byte = this.separator(closeBrace)) {
      if (byte !== quote) throw this.fail('malformed_json', 'invalid JSON: expected a key in double quotes')
      const member = this.#text(key)
      if (member === forbiddenKey) throw this.fail('invalid_field', 'the key __proto__ is not allowed;')
      if (Object.hasOwn(out, member)) throw this.fail('invalid_field', `${key} holds a key twice:`)
      out[member] = this.#value(key, undefined, this.colon())
    }
    this.leave()
    return out
  }

  /** Providers put JSON into strings: read it through where the shape expects an object; other text stays text. */
  #encoded(key: string, text: string, node: ShapeNode): JsonValue {
    const trimmed = text.trim()
    const first = trimmed.charCodeAt(0)
    if (first !== openBrace && first !== openBracket) return text
    const bytes = utf8Encoder.encode(trimmed)
    const inner = new JsonReader(node)
    inner.reset(bytes, 0, bytes.length)
    try {
      const value = inner.#value(key, node, first)
      return inner.position === bytes.length ? value : text
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop
      if (stop.reason === 'malformed_json' || stop.reason === 'truncated') return text
      throw new Stop('failed', stop.reason, `${stop.message} that is the text of ${key}`)
    }
  }

  #decode(start: number, end: number): string {
    try {
      return utf8.decode(this.bytes.subarray(start, end))
    } catch {
      throw this.fail('invalid_text', 'the record is not valid UTF-8 (send UTF-8), seen')
    }
  }

  #text(key: string): string {
    const start = this.position
    const before = this.highBits
    this.highBits = 0
    const escaped = this.string()
    const plain = this.highBits < 0x80
    this.highBits |= before
    const end = this.position - 1
    const raw = plain ? asciiText(this.bytes, start + 1, end) : this.#decode(start + 1, end)
    if (!escaped) return raw
    const value = this.#unescaped(raw)
    if (value.includes('\0') || !value.isWellFormed())
      throw this.fail('invalid_text', `${key} holds a NUL or half a surrogate pair,`)
    return value
  }

  /** `raw`: what stands between the quotes of a string that has been checked. */
  #unescaped(raw: string): string {
    return String(JSON.parse(`"${raw}"`))
  }
}
