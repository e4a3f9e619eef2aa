/** Successes by the minute: a ring that costs one addition an event. The order of events changes nothing that is read. */
import { keptMinutes, minuteOf } from './minutes.ts'

export class MinuteCounts {
  readonly #slots = new Uint32Array(keptMinutes)
  #newest = Number.NEGATIVE_INFINITY

  add(time: number, weight: number): void {
    const minute = minuteOf(time)
    if (minute > this.#newest) this.#turnTo(minute)
    else if (minute <= this.#newest - keptMinutes) return
    this.#slots[minute % keptMinutes] = (this.#slots[minute % keptMinutes] ?? 0) + weight
  }

  /** Minutes between the former newest and this one had nothing. */
  #turnTo(minute: number): void {
    const steps = Math.min(minute - this.#newest, keptMinutes)
    for (let i = 0; i < steps; i++) this.#slots[(minute - i) % keptMinutes] = 0
    this.#newest = minute
  }

  /** In whole minutes, both included. */
  sum(from: number, to: number): number {
    let sum = 0
    const end = Math.min(to, this.#newest)
    for (let minute = Math.max(from, this.#newest - keptMinutes + 1); minute <= end; minute++)
      sum += this.#slots[minute % keptMinutes] ?? 0
    return sum
  }
}
