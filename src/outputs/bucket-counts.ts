/** Counts of one histogram, in plain numbers. */

/** Of each bucket, not cumulated; the last one is open. */
export class BucketCounts {
  readonly #bounds: readonly number[]
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(value: number, count = 1): void {
    let i = 0
    while (i < this.#bounds.length && value > (this.#bounds[i] as number)) i++
    this.counts[i] = (this.counts[i] as number) + count
    this.sum += value * count
  }

  restore(saved: SavedBuckets): void {
    saved.counts.forEach((count, i) => {
      this.counts[i] = count
    })
    this.sum = saved.sum
  }
}

export interface SavedBuckets {
  readonly counts: readonly number[]
  readonly sum: number
}
