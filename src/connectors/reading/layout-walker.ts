/** Walks a record that is known to be valid, and notes its scalars and how its object is built from them. */
import {
  backslash,
  closeBrace,
  closeBracket,
  JsonCursor,
  openBrace,
  openBracket,
  quote,
  Stop,
} from './json-cursor.ts'
import { isExactKey } from './json-reader.ts'
import { beginsLikeJson, type Plan, type Spans } from './layout.ts'
import { findEntry, keyHash, type ShapeNode } from './shape-node.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** What is wanted of a value: what a shape says, all of it, or nothing. */
type Want = ShapeNode | 'whole' | 'nothing'

export class LayoutWalker extends JsonCursor {
  spans: Spans = { starts: [], ends: [], isString: [], isOpaque: [] }
  #isLearnable = true

  /** The plan of the record; undefined when it holds what a layout cannot express (encoded JSON, escaped keys). */
  walk(bytes: Uint8Array, root: ShapeNode): Plan | undefined {
    this.reset(bytes, 0, bytes.length)
    this.spans = { starts: [], ends: [], isString: [], isOpaque: [] }
    this.#isLearnable = true
    try {
      const plan = this.#object(root)
      return this.#isLearnable ? plan : undefined
    } catch (stop) {
      if (stop instanceof Stop) return undefined
      throw stop
    }
  }

  #object(want: Want): Plan {
    this.enter()
    const plan: Plan & { kind: 'object' } = { kind: 'object', keys: [], parts: [] }
    const exact = new Set<string>()
    for (let byte = this.next(); byte !== closeBrace; byte = this.separator(closeBrace)) {
      const keyStart = this.position + 1
      if (byte !== quote || this.string()) this.#isLearnable = false
      const keyEnd = this.position - 1
      this.#member(want, plan, exact, keyStart, keyEnd, this.colon())
    }
    this.leave()
    return plan
  }

  #member(
    want: Want,
    plan: Plan & { kind: 'object' },
    exact: Set<string>,
    keyStart: number,
    keyEnd: number,
    first: number,
  ): void {
    if (want === 'nothing') {
      this.#value('nothing', first)
      return
    }
    let key = ''
    let below: Want = 'whole'
    if (want === 'whole') key = utf8.decode(this.bytes.subarray(keyStart, keyEnd))
    else {
      const hash = keyHash(this.bytes, keyStart, keyEnd)
      const entry = findEntry(want, hash, this.bytes, keyStart, keyEnd - keyStart)
      if (entry === undefined || entry.envelope) {
        this.#value('nothing', first)
        return
      }
      key = entry.key
      below = entry.node ?? 'whole'
      // The same rule as in the reader: the shape's own spelling wins over other letter cases.
      const isExact = isExactKey(entry, this.bytes, keyStart)
      if (!isExact && plan.keys.includes(key)) {
        this.#value('nothing', first)
        return
      }
      if (isExact) exact.add(key)
    }
    const part = this.#value(below, first)
    const before = plan.keys.indexOf(key)
    if (before >= 0) plan.parts[before] = part
    else {
      plan.keys.push(key)
      plan.parts.push(part)
    }
  }

  #value(want: Want, first: number): Plan {
    if (first === openBrace) return this.#object(want)
    if (first === openBracket) return this.#array(want)
    const isString = first === quote
    const start = this.position + (isString ? 1 : 0)
    this.skip(first)
    const end = this.position - (isString ? 1 : 0)
    const isOpaque = isString && typeof want === 'object'
    // An escape or a character beyond ASCII may be a space that stands before a brace.
    const head = this.bytes[start] as number
    if (isOpaque && (beginsLikeJson(head) || head === backslash || head >= 0x80)) this.#isLearnable = false
    this.spans.starts.push(start)
    this.spans.ends.push(end)
    this.spans.isString.push(isString)
    this.spans.isOpaque.push(isOpaque)
    return { kind: 'span', span: this.spans.starts.length - 1 }
  }

  #array(want: Want): Plan {
    this.enter()
    const parts: Plan[] = []
    for (let byte = this.next(); byte !== closeBracket; byte = this.separator(closeBracket))
      parts.push(this.#value(want, byte))
    this.leave()
    return { kind: 'array', parts }
  }
}
