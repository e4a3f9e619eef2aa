/**
 * Events that came before what belongs to them: kept as text, by hashed key, bounded and durable. Pages of a few events
 * each are written again when something in them changed.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../chunk.ts'

const eventsPerPage = 64
const textEncoder = new TextEncoder()

export interface WaitingLimits {
  readonly maxEvents: number
  /** Of one key: what waits in a crowd waits for the same thing. */
  readonly maxPerKey: number
}

interface Waiting {
  readonly low: number
  readonly high: number
  readonly time: number
  readonly page: number
  /** JSON of the event. */
  readonly text: string
}

interface Group {
  waiting: Waiting[]
  /** Time of the newest of them, epoch ms. */
  latest: number
}

export class WaitingRoom<T extends { readonly time: number }> implements Stateful {
  /** Events that were not waited for to the end, for want of room. */
  forgotten = 0
  readonly #limits: WaitingLimits
  readonly #isDurable: boolean
  readonly #groups = new Map<number, Group>()
  readonly #pages = new Map<number, Set<Waiting>>()
  readonly #dirty = new Set<number>()
  #size = 0
  #next = 0
  #isForgottenDirty = false

  constructor(limits: WaitingLimits, isDurable: boolean) {
    this.#limits = limits
    this.#isDurable = isDurable
  }

  get size(): number {
    return this.#size
  }

  wait(low: number, high: number, event: T): void {
    const isFull = (this.#groups.get(groupKey(low, high))?.waiting.length ?? 0) >= this.#limits.maxPerKey
    if (isFull) this.#countForgotten(1)
    else this.#put(low, high, event)
    if (this.#size > this.#limits.maxEvents) this.#forgetOldest()
  }

  #put(low: number, high: number, event: T): void {
    const page = Math.floor(this.#next++ / eventsPerPage)
    const waiting: Waiting = { low, high, time: event.time, page, text: JSON.stringify(event) }
    const key = groupKey(low, high)
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, { waiting: [waiting], latest: event.time })
    else {
      group.waiting.push(waiting)
      group.latest = Math.max(group.latest, event.time)
    }
    const others = this.#pages.get(page)
    if (others === undefined) this.#pages.set(page, new Set([waiting]))
    else others.add(waiting)
    this.#mark(page)
    this.#size++
  }

  /** Takes out the key's events whose times are answered, none of which is before `from`. */
  take(low: number, high: number, from: number, isAnswered: (time: number) => boolean): readonly T[] {
    const group = this.#groups.get(groupKey(low, high))
    if (group === undefined || group.latest < from) return []
    return this.#takeOut(group, groupKey(low, high), ({ time }) => isAnswered(time))
  }

  #takeOut(group: Group, key: number, isTaken: (waiting: Waiting) => boolean): readonly T[] {
    const taken = group.waiting.filter(isTaken)
    if (taken.length === 0) return []
    group.waiting = group.waiting.filter((waiting) => !isTaken(waiting))
    group.latest = Math.max(...group.waiting.map(({ time }) => time))
    if (group.waiting.length === 0) this.#groups.delete(key)
    for (const { page } of taken) this.#mark(page)
    for (const waiting of taken) {
      const page = this.#pages.get(waiting.page)
      page?.delete(waiting)
      if (page?.size === 0) this.#pages.delete(waiting.page)
    }
    this.#size -= taken.length
    return taken.map(({ text }): T => JSON.parse(text))
  }

  /** Takes out what happened before `time`, epoch ms. */
  takeBefore(time: number): readonly T[] {
    const isBefore = (waiting: Waiting): boolean => waiting.time < time
    const taken: T[] = []
    for (const [key, group] of this.#groups)
      if (group.waiting.some(isBefore)) taken.push(...this.#takeOut(group, key, isBefore))
    return taken
  }

  /** Gives up the oldest eighth or so. */
  #forgetOldest(): void {
    const times = new Float64Array(this.#size)
    let at = 0
    for (const page of this.#pages.values()) for (const { time } of page) times[at++] = time
    times.sort()
    this.#countForgotten(this.takeBefore((times[Math.floor(times.length / 8)] as number) + 1).length)
  }

  #countForgotten(count: number): void {
    this.forgotten += count
    this.#isForgottenDirty = true
  }

  #mark(page: number): void {
    if (this.#isDurable) this.#dirty.add(page)
  }

  save(out: ChunkWriter): void {
    for (const page of this.#dirty) {
      const waiting = [...(this.#pages.get(page) ?? [])]
      const texts = waiting.map(({ low, high, text }) => `[${low},${high},${text}]`)
      if (texts.length === 0) out.remove(`page/${page}`)
      else out.put(`page/${page}`, textEncoder.encode(`[${texts.join(',')}]`))
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
    for (const [low, high, event] of jsonOf<[number, number, T][]>(bytes)) this.#put(low, high, event)
    this.#next = after
    this.#dirty.clear()
  }
}

/** 53 bits of the hash. */
function groupKey(low: number, high: number): number {
  return (high & 0x1fffff) * 2 ** 32 + low
}
