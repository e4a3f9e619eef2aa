/** Failures of one identity that are one signal: by the minute, with the first of each minute and whom it hit. */
import { detached } from '../events/detach.ts'
import type { IdentityEvent, Layer } from '../events/event.ts'
import { keptMinutes, minuteOf } from './minutes.ts'

export interface TraceMinute {
  count: number
  /** The first event of the minute. */
  time: number
  eventId: string
  /** The last one, epoch ms. */
  last: number
  /** The first few by name. */
  readonly workloads: string[]
  readonly targets: string[]
  readonly issuers: string[]
  readonly layers: Layer[]
}

const maxNames = 8

/** Of more names than there is room for, the same ones stay whatever their order. */
function note(into: string[], name: string | undefined): void {
  if (name === undefined || name === '' || into.includes(name)) return
  into.push(detached(name))
  if (into.length <= maxNames) return
  into.sort((a, b) => (a < b ? -1 : 1))
  into.pop()
}

/** The service that was called, or what a token was asked for. */
function targetOf(event: IdentityEvent): string | undefined {
  if (event.kind === 'token.use') return event.service
  return event.kind === 'token.request' ? event.audience : undefined
}

export class Trace {
  readonly minutes = new Map<number, TraceMinute>()
  #newest = Number.NEGATIVE_INFINITY

  /** Gives the minutes that have changed: its own, and those that are let go with it. */
  add(event: IdentityEvent): readonly number[] {
    const minute = minuteOf(event.time)
    if (minute <= this.#newest - keptMinutes) return []
    const { time, workload } = event
    let entry = this.minutes.get(minute)
    if (entry === undefined) {
      const names = { workloads: [], targets: [], issuers: [], layers: [] }
      entry = { count: 0, time, eventId: detached(event.id), last: time, ...names }
      this.minutes.set(minute, entry)
    } else if (time < entry.time || (time === entry.time && event.id < entry.eventId)) {
      entry.time = time
      entry.eventId = detached(event.id)
    }
    entry.count += event.weight ?? 1
    entry.last = Math.max(entry.last, time)
    note(entry.workloads, workload?.name)
    note(entry.targets, targetOf(event))
    note(entry.issuers, event.kind === 'token.request' ? event.federation?.issuer : undefined)
    if (!entry.layers.includes(event.layer)) entry.layers.push(event.layer)
    return minute > this.#newest ? [minute, ...this.#turnTo(minute)] : [minute]
  }

  #turnTo(minute: number): number[] {
    this.#newest = minute
    const old = [...this.minutes.keys()].filter((each) => each <= minute - keptMinutes)
    for (const each of old) this.minutes.delete(each)
    return old
  }

  restore(minute: number, entry: TraceMinute): void {
    this.minutes.set(minute, entry)
    if (minute > this.#newest) this.#turnTo(minute)
  }
}
