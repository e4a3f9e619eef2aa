/**
 * Expected 401s: a service refuses an expired token, the client refreshes, and the next call succeeds. The answer
 * does not depend on which of the two records arrives first.
 */

/** First and last success within one second: enough to answer exactly for any millisecond. */
interface SecondOfSuccess {
  first: number
  last: number
}

interface Waiting<T> {
  readonly time: number
  readonly subject: T
}

interface Track<T> {
  readonly successes: Map<number, SecondOfSuccess>
  waiting: Waiting<T>[]
}

/** `T` is what the caller wants back when a failure turns out to be excused. */
export class RotationGrace<T> {
  readonly #maxGraceMs: number
  readonly #maxSeconds: number
  readonly #tracks = new Map<string, Track<T>>()
  #seconds = 0

  /** `maxSeconds` bounds memory: seconds of success remembered over all identities and services. */
  constructor(maxGraceMs: number, maxSeconds = 500_000) {
    this.#maxGraceMs = maxGraceMs
    this.#maxSeconds = maxSeconds
  }

  /** A success of an identity on a service; gives the earlier failures within the grace, which stay until pruned. */
  success(key: string, time: number): readonly Waiting<T>[] {
    const track = this.#track(key)
    const second = Math.floor(time / 1000)
    const seen = track.successes.get(second)
    if (seen === undefined) {
      track.successes.set(second, { first: time, last: time })
      if (++this.#seconds > this.#maxSeconds) this.#forgetOldest()
    } else {
      seen.first = Math.min(seen.first, time)
      seen.last = Math.max(seen.last, time)
    }
    if (track.waiting.length === 0) return []
    return track.waiting.filter((failure) => failure.time <= time && time - failure.time <= this.#maxGraceMs)
  }

  /** A 401 for an expired token; remembered so that a success that arrives later can excuse it. */
  expired(key: string, time: number, subject: T): void {
    this.#track(key).waiting.push({ time, subject })
  }

  /** Whether a success from `time` to `time + graceMs` is known already. */
  isFollowedBySuccess(key: string, time: number, graceMs: number): boolean {
    const successes = this.#tracks.get(key)?.successes
    if (successes === undefined) return false
    const end = time + graceMs
    for (let second = Math.floor(time / 1000); second <= Math.floor(end / 1000); second++) {
      const seen = successes.get(second)
      if (seen !== undefined && seen.last >= time && seen.first <= end) {
        // Inside one second, the first may be before `time` and the last after `end`, with none between.
        if (seen.first >= time || seen.last <= end) return true
      }
    }
    return false
  }

  /** Forgets what happened before `time`, epoch ms. */
  prune(time: number): void {
    const floor = Math.floor(time / 1000)
    for (const [key, track] of this.#tracks) {
      for (const second of track.successes.keys()) {
        if (second >= floor) continue
        track.successes.delete(second)
        this.#seconds--
      }
      track.waiting = track.waiting.filter((failure) => failure.time >= time)
      if (track.successes.size === 0 && track.waiting.length === 0) this.#tracks.delete(key)
    }
  }

  #track(key: string): Track<T> {
    let track = this.#tracks.get(key)
    if (track === undefined) {
      track = { successes: new Map(), waiting: [] }
      this.#tracks.set(key, track)
    }
    return track
  }

  #forgetOldest(): void {
    const seconds: number[] = []
    for (const track of this.#tracks.values()) seconds.push(...track.successes.keys())
    seconds.sort((a, b) => a - b)
    const middle = seconds[Math.floor(seconds.length / 2)] ?? 0
    this.prune((middle + 1) * 1000)
  }
}
