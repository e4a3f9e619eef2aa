/**
 * Expected 401s: a service refuses an expired token, the client refreshes, and the next call succeeds. The answer
 * does not depend on which of the two records arrives first.
 */
import { type ChunkWriter, jsonBytes, jsonOf } from './chunk.ts'

/** First and last success within one second: enough to answer exactly for any grace of a second or more. */
interface SecondOfSuccess {
  first: number
  last: number
}

interface Waiting<T> {
  readonly time: number
  readonly graceMs: number
  readonly subject: T
}

/** Successes and waiting failures of one identity on one service, by second of event time. */
interface Track<T> {
  readonly successes: Map<number, SecondOfSuccess>
  readonly waiting: Map<number, Waiting<T>[]>
  longestGraceMs: number
}

/** How much is remembered over all identities and services: it bounds memory, the older half goes. */
export interface RotationLimits {
  /** Seconds of success, about 100 bytes each. */
  readonly maxSeconds: number
  /** Failures that a success can still excuse, with what the caller keeps of each. */
  readonly maxWaiting: number
}

const defaultLimits: RotationLimits = { maxSeconds: 500_000, maxWaiting: 100_000 }

/** Successes are saved by ten minutes, so that a busy identity does not write its whole history again. */
const pageSeconds = 600

type SavedSecond = readonly [second: number, first: number, last: number]
type SavedWaiting = readonly [time: number, graceMs: number, subject: unknown]

/** `T` is what the caller wants back when a failure turns out to be excused. */
export class RotationGrace<T> {
  readonly #limits: RotationLimits
  readonly #tracks = new Map<string, Track<T>>()
  /** What to write: ten minutes of a track's successes, and tracks whose waiting failures changed. */
  readonly #dirtySuccesses = new Map<string, Set<number>>()
  readonly #dirtyWaiting = new Set<string>()
  /** Changes are noted from the first time that anything is saved or restored: else nobody would ever ask for them. */
  #isSaved = false
  #seconds = 0
  #waiting = 0

  constructor(limits: RotationLimits = defaultLimits) {
    this.#limits = limits
  }

  /** A success of an identity on a service; gives the earlier failures that it excuses, and forgets them. */
  success(key: string, time: number): readonly T[] {
    const track = this.#track(key)
    const second = Math.floor(time / 1000)
    const seen = track.successes.get(second)
    this.#mark(key, second)
    if (seen === undefined) {
      track.successes.set(second, { first: time, last: time })
      if (++this.#seconds > this.#limits.maxSeconds)
        this.#forgetSuccesses(middleOf([...this.#tracks.values()].map(({ successes }) => successes)))
    } else {
      seen.first = Math.min(seen.first, time)
      seen.last = Math.max(seen.last, time)
    }
    return track.waiting.size === 0 ? [] : this.#excusedBy(key, track, time)
  }

  #excusedBy(key: string, track: Track<T>, time: number): readonly T[] {
    const excused: T[] = []
    const last = Math.floor(time / 1000)
    for (let second = Math.floor((time - track.longestGraceMs) / 1000); second <= last; second++) {
      const waiting = track.waiting.get(second)
      if (waiting === undefined) continue
      const stay = waiting.filter((failure) => {
        const isExcused = failure.time <= time && time - failure.time <= failure.graceMs
        if (isExcused) excused.push(failure.subject)
        return !isExcused
      })
      if (stay.length === 0) track.waiting.delete(second)
      else track.waiting.set(second, stay)
    }
    this.#waiting -= excused.length
    if (excused.length > 0) this.#markWaiting(key)
    return excused
  }

  /** A 401 for an expired token; remembered so that a success that arrives later can excuse it. */
  expired(key: string, time: number, graceMs: number, subject: T): void {
    const track = this.#track(key)
    track.longestGraceMs = Math.max(track.longestGraceMs, graceMs)
    const second = Math.floor(time / 1000)
    const failure: Waiting<T> = { time, graceMs, subject }
    const waiting = track.waiting.get(second)
    if (waiting === undefined) track.waiting.set(second, [failure])
    else waiting.push(failure)
    this.#markWaiting(key)
    if (++this.#waiting > this.#limits.maxWaiting)
      this.#forgetWaiting(middleOf([...this.#tracks.values()].map((each) => each.waiting)))
  }

  /** Whether a success from `time` to `time + graceMs` is known already. `graceMs` is at least a second. */
  isFollowedBySuccess(key: string, time: number, graceMs: number): boolean {
    const successes = this.#tracks.get(key)?.successes
    if (successes === undefined) return false
    const end = time + graceMs
    for (let second = Math.floor(time / 1000); second <= Math.floor(end / 1000); second++) {
      const seen = successes.get(second)
      // The span touches either end of a second or all of it, so its first or its last success lies within.
      if (seen !== undefined && seen.last >= time && seen.first <= end) return true
    }
    return false
  }

  /** Forgets what happened before `time`, epoch ms. */
  prune(time: number): void {
    const floor = Math.floor(time / 1000)
    this.#forgetSuccesses(floor)
    this.#forgetWaiting(floor)
  }

  #track(key: string): Track<T> {
    let track = this.#tracks.get(key)
    if (track === undefined) {
      track = { successes: new Map(), waiting: new Map(), longestGraceMs: 0 }
      this.#tracks.set(key, track)
    }
    return track
  }

  #mark(key: string, second: number): void {
    if (!this.#isSaved) return
    const page = Math.floor(second / pageSeconds)
    const pages = this.#dirtySuccesses.get(key)
    if (pages === undefined) this.#dirtySuccesses.set(key, new Set([page]))
    else pages.add(page)
  }

  #markWaiting(key: string): void {
    if (this.#isSaved) this.#dirtyWaiting.add(key)
  }

  #markAll(): void {
    this.#isSaved = true
    for (const [key, { successes, waiting }] of this.#tracks) {
      for (const second of successes.keys()) this.#mark(key, second)
      if (waiting.size > 0) this.#markWaiting(key)
    }
  }

  #forgetSuccesses(floor: number): void {
    for (const [key, { successes, waiting }] of this.#tracks) {
      for (const second of successes.keys()) {
        if (second >= floor) continue
        successes.delete(second)
        this.#mark(key, second)
        this.#seconds--
      }
      if (successes.size === 0 && waiting.size === 0) this.#tracks.delete(key)
    }
  }

  #forgetWaiting(floor: number): void {
    for (const [key, { successes, waiting }] of this.#tracks) {
      for (const [second, failures] of waiting) {
        if (second >= floor) continue
        waiting.delete(second)
        this.#markWaiting(key)
        this.#waiting -= failures.length
      }
      if (successes.size === 0 && waiting.size === 0) this.#tracks.delete(key)
    }
  }

  /** `encode` gives a subject as a JSON value. */
  save(out: ChunkWriter, encode: (subject: T) => unknown): void {
    if (!this.#isSaved) this.#markAll()
    for (const [key, pages] of this.#dirtySuccesses) {
      for (const page of pages) {
        const chunk = `success/${page}/${encodeURIComponent(key)}`
        const seconds = this.#successesIn(key, page)
        if (seconds.length === 0) out.remove(chunk)
        else out.put(chunk, jsonBytes(seconds))
      }
    }
    for (const key of this.#dirtyWaiting) {
      const waiting = [...(this.#tracks.get(key)?.waiting.values() ?? [])].flat()
      const saved = waiting.map(
        ({ time, graceMs, subject }): SavedWaiting => [time, graceMs, encode(subject)],
      )
      const chunk = `waiting/${encodeURIComponent(key)}`
      if (saved.length === 0) out.remove(chunk)
      else out.put(chunk, jsonBytes(saved))
    }
  }

  #successesIn(key: string, page: number): readonly SavedSecond[] {
    const seconds: SavedSecond[] = []
    const successes = this.#tracks.get(key)?.successes
    for (let second = page * pageSeconds; second < (page + 1) * pageSeconds; second++) {
      const seen = successes?.get(second)
      if (seen !== undefined) seconds.push([second, seen.first, seen.last])
    }
    return seconds
  }

  saved(): void {
    this.#dirtySuccesses.clear()
    this.#dirtyWaiting.clear()
  }

  /** `decode` gives a subject back, or undefined where nobody wants it any more. */
  restore(chunk: string, bytes: Uint8Array, decode: (value: unknown) => T | undefined): void {
    this.#isSaved = true
    const [kind, ...rest] = chunk.split('/')
    const key = decodeURIComponent(rest.at(-1) ?? '')
    if (kind === 'success') {
      const { successes } = this.#track(key)
      for (const [second, first, last] of jsonOf<SavedSecond[]>(bytes)) {
        successes.set(second, { first, last })
        this.#seconds++
      }
      return
    }
    for (const [time, graceMs, subject] of jsonOf<SavedWaiting[]>(bytes)) {
      const decoded = decode(subject)
      if (decoded !== undefined) this.expired(key, time, graceMs, decoded)
    }
    this.#dirtyWaiting.delete(key)
  }
}

/** The second after the middle one: the older half lies before it. */
function middleOf(bySecond: readonly ReadonlyMap<number, unknown>[]): number {
  const seconds = bySecond.flatMap((map) => [...map.keys()]).toSorted((a, b) => a - b)
  return (seconds[Math.floor(seconds.length / 2)] ?? 0) + 1
}
