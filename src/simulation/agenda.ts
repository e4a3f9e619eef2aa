/** What is to come, earliest first; of the same instant, what was added first. A binary heap. */

interface Entry<T> {
  readonly time: number
  readonly order: number
  readonly item: T
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}

export class Agenda<T> {
  readonly #heap: Entry<T>[] = []
  #added = 0

  /** Time of the next one; Infinity where there is none. */
  get nextTime(): number {
    return this.#heap[0]?.time ?? Number.POSITIVE_INFINITY
  }

  add(time: number, item: T): void {
    const heap = this.#heap
    const entry = { time, order: this.#added++, item }
    let at = heap.length
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !isBefore(entry, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = entry
  }

  take(): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first?.item
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const [one, other] = [heap[left], heap[right]]
      if (one === undefined) break
      const isRight = other !== undefined && isBefore(other, one)
      const child = isRight ? other : one
      if (!isBefore(child, last)) break
      heap[at] = child
      at = isRight ? right : left
    }
    heap[at] = last
    return first.item
  }
}
