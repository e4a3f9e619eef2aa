/**
 * Events that came before what belongs to them, by hashed key, bounded and durable. Pages of a few events each are
 * written again when something in them changed.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../chunk.ts'

const eventsPerPage = 64
const textEncoder = new TextEncoder()

export interface WaitingLimits {
  readonly maxEvents: number
  /** Of one key: what waits in a crowd waits for the same thing. */
  readonly maxPerKey: number
}

/** An event, for all that are alike but for their time. */
interface Kept<T> {
  readonly event: T
  /** Its JSON, once it was written. */
  text?: string
}

interface Waiting<T> {
  readonly low: number
  readonly high: number
  /** Epoch ms. */
  readonly time: number
  readonly page: number
  readonly kept: Kept<T>
}

/** A page as it is written: each event once, and the keys and times of those that are like it. */
interface SavedPage<T> {
  readonly events: readonly T[]
  readonly waiting: readonly (readonly [low: number, high: number, time: number, event: number])[]
}

/** Events of one key, and rarely of another one with the same low word. */
interface Group<T> {
  waiting: Waiting<T>[]
  /** Time of the newest of them, epoch ms. */
  latest: number
}

export class WaitingRoom<T extends { readonly time: number }> implements Stateful {
  /** Events that were not waited for to the end, for want of room. */
  forgotten = 0
  readonly #limits: WaitingLimits
  readonly #keep: (event: T, former: T | undefined) => T
  readonly #isDurable: boolean
  /** By the low word of the key. */
  readonly #groups = new Map<number, Group<T>>()
  /** Where it is durable. */
  readonly #pages = new Map<number, Set<Waiting<T>>>()
  readonly #dirty = new Set<number>()
  #size = 0
  #next = 0
  #isForgottenDirty = false

  /**
   * @param keep what is kept of an event: `former` itself where the two are alike but for their time, else something
   *   that keeps no larger text alive
   */
  constructor(limits: WaitingLimits, keep: (event: T, former: T | undefined) => T, isDurable: boolean) {
    this.#limits = limits
    this.#keep = keep
    this.#isDurable = isDurable
  }

  get size(): number {
    return this.#size
  }

  wait(low: number, high: number, event: T): void {
    const others = this.#groups.get(low | 0)?.waiting ?? []
    if (others.length >= this.#limits.maxPerKey) {
      this.#countForgotten(1)
      return
    }
    const former = others.at(-1)?.kept
    const kept = this.#keep(event, former?.event)
    this.#put(low, high, event.time, former?.event === kept ? former : { event: kept })
    if (this.#size > this.#limits.maxEvents) this.#forgetOldest()
  }

  #put(low: number, high: number, time: number, kept: Kept<T>): void {
    const page = Math.floor(this.#next++ / eventsPerPage)
    const waiting: Waiting<T> = { low, high, time, page, kept }
    const group = this.#groups.get(low | 0)
    if (group === undefined) this.#groups.set(low | 0, { waiting: [waiting], latest: time })
    else {
      group.waiting.push(waiting)
      group.latest = Math.max(group.latest, time)
    }
    if (this.#isDurable) this.#putOnPage(waiting)
    this.#size++
  }

  #putOnPage(waiting: Waiting<T>): void {
    const others = this.#pages.get(waiting.page)
    if (others === undefined) this.#pages.set(waiting.page, new Set([waiting]))
    else others.add(waiting)
    this.#dirty.add(waiting.page)
  }

  #takeOffPage(waiting: Waiting<T>): void {
    const others = this.#pages.get(waiting.page)
    others?.delete(waiting)
    if (others?.size === 0) this.#pages.delete(waiting.page)
    this.#dirty.add(waiting.page)
  }

  /** Whether something may wait for the key. */
  has(low: number): boolean {
    return this.#groups.has(low | 0)
  }

  /** Takes out the key's events whose times are answered, none of which is before `from`. */
  take(low: number, high: number, from: number, isAnswered: (time: number) => boolean): readonly T[] {
    const group = this.#groups.get(low | 0)
    if (group === undefined || group.latest < from) return []
    return this.#takeOut(group, low | 0, (waiting) => waiting.high === high && isAnswered(waiting.time))
  }

  #takeOut(group: Group<T>, key: number, isTaken: (waiting: Waiting<T>) => boolean): readonly T[] {
    const taken = group.waiting.filter(isTaken)
    if (taken.length === 0) return []
    group.waiting = group.waiting.filter((waiting) => !isTaken(waiting))
    group.latest = Math.max(...group.waiting.map(({ time }) => time))
    if (group.waiting.length === 0) this.#groups.delete(key)
    if (this.#isDurable) for (const waiting of taken) this.#takeOffPage(waiting)
    this.#size -= taken.length
    return taken.map(({ time, kept }) => ({ ...kept.event, time }))
  }

  /** Takes out what happened before `time`, epoch ms. */
  takeBefore(time: number): readonly T[] {
    const isBefore = (waiting: Waiting<T>): boolean => waiting.time < time
    const taken: T[] = []
    for (const [key, group] of this.#groups)
      if (group.waiting.some(isBefore)) taken.push(...this.#takeOut(group, key, isBefore))
    return taken
  }

  /** Gives up the oldest eighth or so. */
  #forgetOldest(): void {
    const times = new Float64Array(this.#size)
    let at = 0
    for (const { waiting } of this.#groups.values()) for (const { time } of waiting) times[at++] = time
    times.sort()
    this.#countForgotten(this.takeBefore((times[Math.floor(times.length / 8)] as number) + 1).length)
  }

  #countForgotten(count: number): void {
    this.forgotten += count
    this.#isForgottenDirty = true
  }

  save(out: ChunkWriter): void {
    for (const page of this.#dirty) {
      const waiting = this.#pages.get(page)
      if (waiting === undefined) out.remove(`page/${page}`)
      else out.put(`page/${page}`, textEncoder.encode(pageText(waiting)))
    }
    if (this.#isForgottenDirty) out.put('forgotten', jsonBytes(this.forgotten))
  }

  saved(): void {
    this.#dirty.clear()
    this.#isForgottenDirty = false
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'forgotten') {
      this.forgotten = jsonOf<number>(bytes)
      return
    }
    const page = Number(key.slice('page/'.length))
    const after = Math.max(this.#next, (page + 1) * eventsPerPage)
    this.#next = page * eventsPerPage
    const { events, waiting } = jsonOf<SavedPage<T>>(bytes)
    const kept = events.map((event): Kept<T> => ({ event }))
    for (const [low, high, time, index] of waiting) this.#put(low, high, time, kept[index] as Kept<T>)
    this.#next = after
    this.#dirty.clear()
  }
}

/** A `SavedPage`. */
function pageText<T>(page: ReadonlySet<Waiting<T>>): string {
  const numbers = new Map<Kept<T>, number>()
  for (const { kept } of page) if (!numbers.has(kept)) numbers.set(kept, numbers.size)
  const events = [...numbers.keys()].map((kept) => {
    kept.text ??= JSON.stringify(kept.event)
    return kept.text
  })
  const waiting = [...page].map(({ low, high, time, kept }) => [low, high, time, numbers.get(kept)])
  return `{"events":[${events.join(',')}],"waiting":${JSON.stringify(waiting)}}`
}
