/**
 * Quantiles with a bounded relative error (DDSketch's scheme): counts in logarithmic bins. Merging adds counts, so
 * neither order nor partitioning changes a quantile.
 */

/** Relative error of any quantile of 0.01 ms or more. */
export const relativeError = 0.01
const gamma = (1 + relativeError) / (1 - relativeError)
const logGamma = Math.log(gamma)
/** Values up to this (ms) share the lowest bin. */
const smallest = 0.01

export class LatencySketch {
  /** Undefined while they are packed. */
  #bins: Map<number, number> | undefined = new Map()
  /** Bin and count in turn: a day that is over takes little memory this way. */
  #packed: readonly number[] = []
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Nothing is expected to be added for long. */
  pack(): void {
    if (this.#bins === undefined) return
    this.#packed = [...this.#bins].flat()
    this.#bins = undefined
  }

  #pairs(): Iterable<readonly [bin: number, count: number]> {
    if (this.#bins !== undefined) return this.#bins
    const packed = this.#packed
    return Array.from({ length: packed.length / 2 }, (_, i) => {
      return [packed[2 * i] as number, packed[2 * i + 1] as number] as const
    })
  }

  #unpacked(): Map<number, number> {
    this.#bins ??= new Map(this.#pairs())
    this.#packed = []
    return this.#bins
  }

  /** `value` in ms; negative values count as 0. */
  add(value: number, count = 1): void {
    const bin = Math.ceil(Math.log(Math.max(value, smallest)) / logGamma)
    const bins = this.#bins ?? this.#unpacked()
    bins.set(bin, (bins.get(bin) ?? 0) + count)
    this.#total += count
  }

  /** Adds counts of bins, as `entries` gives them. */
  addBins(entries: Iterable<readonly [bin: number, count: number]>): void {
    const bins = this.#bins ?? this.#unpacked()
    for (const [bin, count] of entries) {
      bins.set(bin, (bins.get(bin) ?? 0) + count)
      this.#total += count
    }
  }

  merge(other: LatencySketch): void {
    this.addBins(other.#pairs())
  }

  /** The value at `q` (0..1), ms; undefined when empty. */
  quantile(q: number): number | undefined {
    if (this.#total === 0) return undefined
    const rank = q * (this.#total - 1)
    let seen = 0
    for (const [bin, count] of [...this.#pairs()].sort(([a], [b]) => a - b)) {
      seen += count
      if (seen > rank) return (2 * gamma ** bin) / (gamma + 1)
    }
    return undefined
  }

  /** Bins in order, for the store and for comparing. */
  entries(): readonly (readonly [bin: number, count: number])[] {
    return [...this.#pairs()].sort(([a], [b]) => a - b)
  }
}
