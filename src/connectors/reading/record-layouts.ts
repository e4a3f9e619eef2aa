/**
 * Logs repeat themselves: records of one kind differ in a few values. Layouts are learned from records that the
 * strict reader has accepted; a record that matches one is read several times faster, and to the same result.
 */
import type { JsonObject } from '../connector.ts'
import { asciiText } from './json-reader.ts'
import { cutOff, Layout, noMatch } from './layout.ts'
import { LayoutWalker } from './layout-walker.ts'
import type { ShapeNode } from './shape-node.ts'

const maxLayoutsPerPrefix = 16
const maxPrefixes = 64
/** Larger records are rare, and what is kept of them would add up: all layouts together stay below about 100 MB. */
const maxLearnedBytes = 16 * 1024
const maxLearnedValues = 512
/** Learning costs as much as reading: it has to be paid for by matches, so that ever-changing records cost little. */
const learningPrice = 16
const maxCredit = 4096

export class RecordLayouts {
  /** Of the last match; the next one may change it. */
  value: JsonObject = {}
  readonly #root: ShapeNode
  readonly #walker = new LayoutWalker()
  readonly #byPrefix = new Map<number, Layout[]>()
  /** Layouts whose records hold texts of this window. */
  #filled: Layout[] = []
  #credit = maxCredit
  #window: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  #text: string | undefined
  #textStart = 0
  #textEnd = 0

  constructor(root: ShapeNode) {
    this.#root = root
  }

  /** Matches look at these bytes, and at eight behind them, from now on; they must not change until the next call. */
  useWindow(window: Buffer, from: number, to: number): void {
    if (window !== this.#window) this.#view = new DataView(window.buffer, window.byteOffset, window.length)
    this.#window = window
    this.#text = undefined
    for (const layout of this.#filled) layout.clear()
    this.#filled = []
    this.#textStart = from
    this.#textEnd = to
  }

  #prefix(start: number): number {
    return this.#view.getInt32(start, true) ^ Math.imul(this.#view.getInt32(start + 4, true), 31)
  }

  /** Reads the record at `start` into `value` and gives the index after it; `noMatch`, or `cutOff` where one fits so far. */
  match(start: number, end: number): number {
    if (end - start < 8) return noMatch
    const layouts = this.#byPrefix.get(this.#prefix(start))
    if (layouts === undefined) return noMatch
    let isCutOff = false
    for (let i = 0; i < layouts.length; i++) {
      const layout = layouts[i] as Layout
      const stop = layout.match(this.#window, this.#view, start, end)
      if (stop === cutOff) isCutOff = true
      if (stop < 0) continue
      if (i > 0) {
        layouts[i] = layouts[i - 1] as Layout
        layouts[i - 1] = layout
      }
      if (this.#credit < maxCredit) this.#credit++
      this.#text ??= asciiText(this.#window, this.#textStart, this.#textEnd)
      if (!layout.isFilled) this.#filled.push(layout)
      this.value = layout.build(this.#text, this.#textStart)
      return stop
    }
    return isCutOff ? cutOff : noMatch
  }

  /** Learns from a record that the strict reader has read. */
  learn(start: number, end: number): void {
    if (this.#credit < learningPrice || end - start < 8 || end - start > maxLearnedBytes) return
    this.#credit -= learningPrice
    const record = Uint8Array.prototype.slice.call(this.#window, start, end)
    const plan = this.#walker.walk(record, this.#root)
    if (plan === undefined || this.#walker.spans.starts.length > maxLearnedValues) return
    const prefix = this.#prefix(start)
    let layouts = this.#byPrefix.get(prefix)
    if (layouts === undefined) {
      if (this.#byPrefix.size >= maxPrefixes) return
      layouts = []
      this.#byPrefix.set(prefix, layouts)
    }
    const spans = this.#walker.spans
    const known = layouts.find((layout) => layout.hasStructureOf(record, spans))
    if (known !== undefined) {
      known.vary(record, spans)
      return
    }
    if (layouts.length >= maxLayoutsPerPrefix) layouts.pop()
    layouts.push(new Layout(record, spans, plan))
  }
}
