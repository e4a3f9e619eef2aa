/**
 * Counts, apart from the others, of events that some exclusion's `where` selects: what is to be left out can be taken
 * away exactly, whenever the exclusion's time is changed. An event is counted once, under all that select it.
 */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../../events/chunk.ts'
import type { IdentityEvent } from '../../events/event.ts'
import type { Owner } from '../../events/ownership.ts'
import type { Verdict } from '../../indicators/indicator.ts'
import { type Retention, Tally } from '../../indicators/tally.ts'
import { whereMatches } from '../matching.ts'
import type { Where } from '../objective.ts'
import { whereKey } from './coverage.ts'

/** Counted since an instant of event time: what was counted before it is not told apart. */
interface Watched {
  /** Never given twice: what was counted under a former one is not mistaken for this one's. */
  readonly id: number
  /** -Infinity: from the very first event. */
  readonly since: number
}

interface SavedWatch {
  readonly next: number
  readonly watched: readonly (readonly [key: string, id: number, since: number | null])[]
}

interface Shadow {
  readonly row: number
  /** Ids of the `where`s that select the event, ascending, with dots between. */
  readonly signature: string
  readonly tally: Tally
}

export class Shadows implements Stateful {
  readonly #retention: Retention
  readonly #newest: () => number
  /** For each row of counts, what is counted apart there. */
  #rows: readonly (readonly Where[])[] = []
  readonly #watched = new Map<string, Watched>()
  #nextId = 1
  #shadows = new Map<string, Shadow>()
  /** Whether what is watched is what is to be: known after the state was restored, and not while it is. */
  #isSettled = false
  #isDirty = false
  /** Whether the store holds chunks of shadows that are gone. */
  #isRewritten = false

  /** `newest`: time of the newest event counted so far, whatever it was. */
  constructor(retention: Retention, newest: () => number) {
    this.#retention = retention
    this.#newest = newest
  }

  /** What is to be counted apart from now on, for each row of counts. */
  watch(rows: readonly (readonly Where[])[]): void {
    this.#rows = rows
    this.#isSettled = false
  }

  /** Begins with what is new, forgets what is not asked for any more. */
  settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    const wanted = new Set(this.#rows.flat().map(whereKey))
    const gone = [...this.#watched].filter(([key]) => !wanted.has(key))
    for (const [key] of gone) this.#watched.delete(key)
    const since = this.#newest()
    for (const key of wanted) {
      if (this.#watched.has(key)) continue
      this.#watched.set(key, { id: this.#nextId++, since })
      this.#isDirty = true
    }
    if (gone.length > 0) this.#regroup()
  }

  /** Events are grouped by what selects them: with fewer of these, some groups become one. */
  #regroup(): void {
    const former = this.#shadows.values()
    this.#shadows = new Map()
    for (const { row, signature, tally } of former) this.#shadow(row, signature)?.merge(tally)
    this.#isDirty = true
    this.#isRewritten = true
  }

  /** Which of the watched `where`s of a row select an event: the same for all events that agree in what those ask for. */
  signature(row: number, event: IdentityEvent, owner: Owner): string {
    this.settle()
    const ids = (this.#rows[row] ?? [])
      .filter((where) => whereMatches(where, event, owner))
      .map((where) => this.#watched.get(whereKey(where))?.id ?? 0)
    return ids.sort((a, b) => a - b).join('.')
  }

  /** `signature` may be a former one: a verdict that is taken back was given under it. */
  add(row: number, signature: string, time: number, verdict: Verdict, count: number): void {
    this.#shadow(row, signature)?.add(time, verdict, count)
  }

  #shadow(row: number, signature: string): Tally | undefined {
    const known = this.#shadows.get(`${row}/${signature}`)
    if (known !== undefined) return known.tally
    const ids = new Set([...this.#watched.values()].map(({ id }) => String(id)))
    const left = signature
      .split('.')
      .filter((id) => ids.has(id))
      .join('.')
    if (left === '') return undefined
    if (left !== signature) return this.#shadow(row, left)
    const tally = new Tally(this.#retention)
    this.#shadows.set(`${row}/${signature}`, { row, signature, tally })
    return tally
  }

  /** Each group of a row with the `where`s that select it, as keys. */
  *groups(row: number): Generator<{ readonly tally: Tally; readonly keys: readonly string[] }> {
    this.settle()
    const watched = [...this.#watched]
    for (const shadow of this.#shadows.values()) {
      if (shadow.row !== row) continue
      const ids = shadow.signature.split('.')
      const keys = watched.filter(([, { id }]) => ids.includes(String(id))).map(([key]) => key)
      yield { tally: shadow.tally, keys }
    }
  }

  /** Up to this instant, events of a `where` may not have been told apart; -Infinity: they all have. */
  since(key: string): number {
    this.settle()
    return this.#watched.get(key)?.since ?? Number.NEGATIVE_INFINITY
  }

  /** Bytes of all pages. */
  get bytes(): number {
    return [...this.#shadows.values()].reduce((sum, { tally }) => sum + tally.bytes, 0)
  }

  save(out: ChunkWriter): void {
    this.settle()
    if (this.#isRewritten) out.removeAll('')
    for (const [key, { tally }] of this.#shadows) tally.save(prefixed(out, `${key}/`))
    if (!this.#isDirty) return
    const watched = [...this.#watched].map(
      ([key, { id, since }]) => [key, id, Number.isFinite(since) ? since : null] as const,
    )
    const saved: SavedWatch = { next: this.#nextId, watched }
    out.put('watched', jsonBytes(saved))
  }

  saved(): void {
    for (const { tally } of this.#shadows.values()) tally.saved()
    this.#isDirty = false
    this.#isRewritten = false
  }

  restore(key: string, bytes: Uint8Array): void {
    this.#isSettled = false
    if (key === 'watched') {
      const { next, watched } = jsonOf<SavedWatch>(bytes)
      this.#nextId = next
      this.#watched.clear()
      for (const [where, id, since] of watched)
        this.#watched.set(where, { id, since: since ?? Number.NEGATIVE_INFINITY })
      return
    }
    const [row = '', signature = ''] = key.split('/')
    const name = `${row}/${signature}`
    let shadow = this.#shadows.get(name)
    if (shadow === undefined) {
      shadow = { row: Number(row), signature, tally: new Tally(this.#retention) }
      this.#shadows.set(name, shadow)
    }
    shadow.tally.restore(key.slice(name.length + 1), bytes)
  }
}
