/** Reads lines of `key=value` pairs (logfmt) through the same shapes as JSON: all values are texts. */
import type { JsonObject } from '../connector.ts'
import { backslash, quote, Stop } from './json-cursor.ts'
import { findEntry, forbiddenKey, keyHash, type ShapeNode } from './shape-node.ts'

const space = 32
const equals = 61

/** A line whose first key is longer is none of ours. */
const maxKeyBytes = 64

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const escapes: ReadonlyMap<number, string> = new Map([
  [110, '\n'],
  [116, '\t'],
  [114, '\r'],
])

function isKeyByte(byte: number): boolean {
  const folded = byte | 32
  const isLetter = folded >= 97 && folded <= 122
  const isDigit = byte >= 48 && byte <= 57
  return isLetter || isDigit || byte === 95 || byte === 45 || byte === 46
}

/** Whether a line begins with `key=`; `undefined` while more bytes have to be seen. */
function isLogfmt(bytes: Uint8Array, start: number, end: number): boolean | undefined {
  const last = Math.min(end, start + maxKeyBytes)
  for (let at = start; at < last; at++) {
    const byte = bytes[at] as number
    if (byte === equals) return at > start
    if (!isKeyByte(byte)) return false
  }
  return last < end || last - start === maxKeyBytes ? false : undefined
}

const noPairs = new Stop(
  'failed',
  'malformed_json',
  'expected a JSON object, or a line of key=value pairs with spaces between them',
)
const cutOff = new Stop(
  'failed',
  'truncated',
  'a line of key=value pairs ends inside a quoted value: the record was cut off',
)
const badText = new Stop('failed', 'invalid_text', 'the line is not valid UTF-8 (send UTF-8)')
const badKey = new Stop('failed', 'invalid_field', 'the key __proto__ is not allowed')

/** Index of the closing quote, or -1. */
function closing(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at
  }
  return -1
}

/** As Go quotes texts: a backslash keeps the next character, but for n, t, r and \\u. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  let out = ''
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== backslash) {
      out += text[at]
      continue
    }
    const next = text.charCodeAt(++at)
    const digits = next === 117 ? 4 : next === 120 ? 2 : 0
    const code = digits === 0 ? Number.NaN : Number.parseInt(text.slice(at + 1, at + 1 + digits), 16)
    if (Number.isNaN(code)) out += escapes.get(next) ?? text[at] ?? ''
    else {
      out += String.fromCharCode(code)
      at += digits
    }
  }
  return out
}

/** The fields of the line that the shape asks for; the first one counts where a key comes twice. Never throws. */
function readPairs(bytes: Uint8Array, start: number, end: number, root: ShapeNode): JsonObject | Stop {
  const out: Record<string, string> = {}
  let at = start
  while (at < end) {
    while (at < end && bytes[at] === space) at++
    if (at >= end) break
    const keyStart = at
    while (at < end && isKeyByte(bytes[at] as number)) at++
    if (at === keyStart || bytes[at] !== equals || at >= end) return noPairs
    const entry = findEntry(root, keyHash(bytes, keyStart, at), bytes, keyStart, at - keyStart)
    if (entry?.key === forbiddenKey) return badKey
    at++
    const isQuoted = at < end && bytes[at] === quote
    const valueStart = isQuoted ? at + 1 : at
    const valueEnd = isQuoted ? closing(bytes, valueStart, end) : endOfWord(bytes, at, end)
    if (valueEnd < 0) return cutOff
    at = isQuoted ? valueEnd + 1 : valueEnd
    if (at < end && bytes[at] !== space) return noPairs
    if (entry === undefined || out[entry.key] !== undefined) continue
    const text = decoded(bytes, valueStart, valueEnd)
    if (text === undefined) return badText
    out[entry.key] = isQuoted ? unescaped(text) : text
  }
  return out
}

function endOfWord(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at] !== space && bytes[at] !== quote) at++
  return at
}

function decoded(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return utf8.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

export function isProblem(read: JsonObject | Stop): read is Stop {
  return read instanceof Stop
}

/**
 * The line between `start` and `end`: its fields, why they cannot be read, `other` for a line that is none of pairs, or
 * `incomplete` where it has to go on and `isWhole` does not say that it has ended.
 */
export function readLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  isWhole: boolean,
  maxBytes: number,
  root: ShapeNode,
): JsonObject | Stop | 'other' | 'incomplete' {
  const isPairs = isLogfmt(bytes, start, end)
  if (isPairs === false || (isPairs === undefined && isWhole)) return 'other'
  if (end - start > maxBytes)
    return new Stop('failed', 'too_large', `a line is larger than ${maxBytes} bytes`)
  return isWhole ? readPairs(bytes, start, end, root) : 'incomplete'
}
