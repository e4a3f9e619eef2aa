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
  readonly #bins = new Map<number, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** `value` in ms; negative values count as 0. */
  add(value: number, count = 1): void {
    const bin = Math.ceil(Math.log(Math.max(value, smallest)) / logGamma)
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count)
    this.#total += count
  }

  /** Adds counts of bins, as `entries` gives them. */
  addBins(entries: Iterable<readonly [bin: number, count: number]>): void {
    for (const [bin, count] of entries) {
      this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count)
      this.#total += count
    }
  }

  merge(other: LatencySketch): void {
    this.addBins(other.#bins)
  }

  /** The value at `q` (0..1), ms; undefined when empty. */
  quantile(q: number): number | undefined {
    if (this.#total === 0) return undefined
    const rank = q * (this.#total - 1)
    let seen = 0
    for (const [bin, count] of [...this.#bins].sort(([a], [b]) => a - b)) {
      seen += count
      if (seen > rank) return (2 * gamma ** bin) / (gamma + 1)
    }
    return undefined
  }

  /** Bins in order, for the store and for comparing. */
  entries(): readonly (readonly [bin: number, count: number])[] {
    return [...this.#bins].sort(([a], [b]) => a - b)
  }
}
