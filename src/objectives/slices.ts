/**
 * Time slices: each slice is good or bad by its own ratio, and the objective counts slices. A late event re-judges
 * its slice, so the count is taken back and given anew. Composites keep a ratio for each part of a slice.
 */
import type { ChunkWriter, Stateful } from '../events/chunk.ts'
import type { Verdict } from '../indicators/indicator.ts'
import type { Tally } from '../indicators/tally.ts'
import { type Fraction, fraction } from './budget.ts'
import type { Budgeting } from './objective.ts'

/** A slice's worth is counted in millionths, so that averages of ratios stay whole numbers. */
export const sliceUnits = 1_000_000
/** Parts of an event that is good in part. */
const shares = 1000

const pageSlices = 64

/** Thousandths of events pass 2^32 in a busy hour; whole events do not. */
type Page = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

export class Slices implements Stateful {
  readonly sliceMs: number
  readonly #outer: Tally
  readonly #weights: readonly number[]
  readonly #sliceTarget: Fraction | undefined
  readonly #keepMs: number
  /** Good and bad of each part of each slice, 64 slices a page. */
  readonly #pages = new Map<number, Page>()
  readonly #isWeighed: boolean
  readonly #dirty = new Set<number>()

  constructor(
    budgeting: Exclude<Budgeting, { method: 'Occurrences' }>,
    outer: Tally,
    weights: readonly number[],
    keepMs: number,
    isWeighed = false,
  ) {
    this.sliceMs = budgeting.sliceMs
    this.#sliceTarget = budgeting.method === 'Timeslices' ? fraction(budgeting.sliceTarget) : undefined
    this.#outer = outer
    this.#weights = weights
    this.#keepMs = keepMs
    this.#isWeighed = isWeighed
  }

  /** `badShare`: how much of the event is bad, in thousandths, where an indicator says so. */
  add(time: number, part: number, verdict: Verdict, count: number, badShare?: number): void {
    if (verdict === 'excluded') {
      this.#outer.add(time, verdict, count)
      return
    }
    const slice = Math.floor(time / this.sliceMs)
    const key = Math.floor(slice / pageSlices)
    const parts = this.#weights.length
    let page = this.#pages.get(key)
    if (page === undefined) {
      page = this.#newPage()
      this.#pages.set(key, page)
    }
    this.#dirty.add(key)
    const at = (slice - key * pageSlices) * parts * 2
    const before = this.#worth(page, at)
    const good = at + part * 2
    const whole = badShare === undefined ? 1 : shares
    const bad = badShare ?? (verdict === 'bad' ? 1 : 0)
    page[good] = (page[good] as number) + (whole - bad) * count
    page[good + 1] = (page[good + 1] as number) + bad * count
    const after = this.#worth(page, at)
    if (before === after) return
    const start = slice * this.sliceMs
    if (before >= 0) this.#count(start, before, -1)
    if (after >= 0) this.#count(start, after, 1)
  }

  #newPage(): Page {
    const length = pageSlices * this.#weights.length * 2
    return this.#isWeighed ? new Float64Array(length) : new Uint32Array(length)
  }

  /** Whether the slice, numbered from the epoch, has good or bad events. */
  isJudged(slice: number): boolean {
    const key = Math.floor(slice / pageSlices)
    const page = this.#pages.get(key)
    const at = (slice - key * pageSlices) * this.#weights.length * 2
    return page !== undefined && this.#worth(page, at) >= 0
  }

  #count(start: number, worth: number, sign: 1 | -1): void {
    if (worth > 0) this.#outer.add(start, 'good', sign * worth)
    if (worth < sliceUnits) this.#outer.add(start, 'bad', sign * (sliceUnits - worth))
  }

  /** Millionths of the slice that are good; -1 without events. */
  #worth(page: Page, at: number): number {
    const target = this.#sliceTarget
    let missing = 0
    let weights = 0
    for (let part = 0; part < this.#weights.length; part++) {
      const good = page[at + part * 2] as number
      const total = good + (page[at + part * 2 + 1] as number)
      if (total === 0) continue
      const weight = this.#weights[part] as number
      weights += weight
      if (target !== undefined) {
        // One bad part makes the slice bad.
        if (good * target.scale < total * target.units) return 0
      } else missing += weight * (1 - good / total)
    }
    if (weights === 0) return -1
    return sliceUnits - Math.round((missing / weights) * sliceUnits)
  }

  /** Forgets the inner counts of slices before `time - keep`: their verdicts are final. */
  prune(newest: number): void {
    const floor = Math.floor((newest - this.#keepMs) / this.sliceMs / pageSlices)
    for (const key of this.#pages.keys()) {
      if (key >= floor) continue
      this.#pages.delete(key)
      this.#dirty.add(key)
    }
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const page = this.#pages.get(key)
      if (page === undefined) out.remove(String(key))
      else out.put(String(key), new Uint8Array(page.buffer))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    const page = this.#newPage()
    if (page.byteLength !== bytes.length)
      throw new Error(`slices of ${bytes.length} bytes, expected ${page.byteLength}`)
    new Uint8Array(page.buffer).set(bytes)
    this.#pages.set(Number(key), page)
  }
}
