/**
 * Successes by the minute: few minutes as a list, many as a ring that costs one addition an event. The order of
 * events changes nothing that is read.
 */
import { keptMinutes, minuteOf } from './minutes.ts'

/** Most identities are quiet. A ring has its own memory, which is slow to get for those that are soon forgotten. */
const maxListed = 24

export class MinuteCounts {
  /** Minute, count, minute, count: in no order. */
  #list: number[] = []
  #ring: Uint32Array | undefined
  #newest = Number.NEGATIVE_INFINITY

  add(time: number, weight: number): void {
    this.addAt(minuteOf(time), weight)
  }

  addAt(minute: number, weight: number): void {
    if (minute <= this.#newest - keptMinutes) return
    if (this.#ring !== undefined) this.#addToRing(this.#ring, minute, weight)
    else this.#addToList(minute, weight)
  }

  #addToRing(ring: Uint32Array, minute: number, weight: number): void {
    // Minutes between the former newest and this one had nothing.
    const steps = Math.min(minute - this.#newest, keptMinutes)
    for (let i = 0; i < steps; i++) ring[(minute - i) % keptMinutes] = 0
    if (minute > this.#newest) this.#newest = minute
    const slot = minute % keptMinutes
    ring[slot] = (ring[slot] ?? 0) + weight
  }

  #addToList(minute: number, weight: number): void {
    const list = this.#list
    // The newest are at the end, and most events are of the newest minute.
    for (let i = list.length - 2; i >= 0; i -= 2) {
      if (list[i] !== minute) continue
      list[i + 1] = (list[i + 1] ?? 0) + weight
      return
    }
    list.push(minute, weight)
    if (minute > this.#newest) this.#newest = minute
    if (list.length > 2 * maxListed) this.#settle()
  }

  /** Lets go of what is too old, and makes a ring of the rest if that is much. */
  #settle(): void {
    const line = this.#newest - keptMinutes
    const former = this.#list
    this.#list = []
    for (let i = 0; i < former.length; i += 2) {
      const [minute = 0, count = 0] = [former[i], former[i + 1]]
      if (minute > line) this.#list.push(minute, count)
    }
    if (this.#list.length <= maxListed) return
    const ring = new Uint32Array(keptMinutes)
    for (let i = 0; i < this.#list.length; i += 2)
      ring[(this.#list[i] ?? 0) % keptMinutes] = this.#list[i + 1] ?? 0
    this.#ring = ring
    this.#list = []
  }

  at(minute: number): number {
    if (minute > this.#newest || minute <= this.#newest - keptMinutes) return 0
    if (this.#ring !== undefined) return this.#ring[minute % keptMinutes] ?? 0
    for (let i = this.#list.length - 2; i >= 0; i -= 2)
      if (this.#list[i] === minute) return this.#list[i + 1] ?? 0
    return 0
  }

  /** In whole minutes, both included. */
  sum(from: number, to: number): number {
    let sum = 0
    const end = Math.min(to, this.#newest)
    for (let minute = Math.max(from, this.#newest - keptMinutes + 1); minute <= end; minute++)
      sum += this.at(minute)
    return sum
  }

  /** The newest minute of a stretch, both ends included, that had any; undefined where none had. */
  newestIn(from: number, to: number): number | undefined {
    const start = Math.max(from, this.#newest - keptMinutes + 1)
    for (let minute = Math.min(to, this.#newest); minute >= start; minute--)
      if (this.at(minute) > 0) return minute
    return undefined
  }
}
