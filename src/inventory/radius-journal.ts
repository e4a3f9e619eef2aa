/**
 * What each identity reached at the end of each slice of time, told as observations: as soon as a slice is over, and
 * corrected when a change comes to light late. Kept over restarts, so that nothing is told twice.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { Inventory, RightsChange } from './inventory.ts'
import { byText } from './names.ts'
import { type Observation, type Past, type Run, rewritten } from './radius-runs.ts'
import { firstTold, radiusIn } from './slice-radius.ts'

/** Identities are looked at once in each: rights change by the day, and every look costs. */
export const radiusSliceMs = 3_600_000

export interface RadiusListener {
  /** All that decides which objectives look at the identity: what was told under another text is final. */
  readonly about: (identity: string) => string
  /** `value` resources, Infinity for a wide radius; `count` is 1, or -1 where it is taken back. */
  readonly observed: (identity: string, observation: Observation) => void
}

type SavedPast = readonly [
  about: string,
  isFromTheStart: boolean,
  from: number,
  until: number,
  final: number | null,
  runs: readonly (number | null)[],
]

interface Saved {
  /** Null before the first slices are told. */
  readonly told: readonly [begun: number, closed: number] | null
  /** Null where no round was under way, or nothing changed for everybody. */
  readonly closing: number | null
  readonly everybody: number | null
  readonly changed: readonly (readonly [string, number])[]
}

/** Beyond so many changed identities, all are looked at. */
const maxChanged = 10_000
const sliceOf = (time: number): number => Math.floor(time / radiusSliceMs)

export class RadiusJournal implements Stateful {
  readonly #pasts = new Map<string, Past>()
  /** Slices [begun, closed) are told; NaN before the first are. */
  #begun = Number.NaN
  #closed = Number.NaN
  /** The same of the round that is under way. */
  #closing = Number.NaN
  /** Slices before it are final. */
  #floor = Number.NEGATIVE_INFINITY
  /** Identities, and everybody, with the earliest change that is not taken in yet, as a slice. */
  #changed = new Map<string, number>()
  #everybody = Number.POSITIVE_INFINITY
  /** The same of the round that is under way. */
  #inRound = new Map<string, number>()
  #everybodyInRound = Number.POSITIVE_INFINITY
  readonly #dirty = new Set<string>()
  #isDirty = false

  note({ identity, isShared, time }: RightsChange): void {
    const slice = Math.max(sliceOf(time), 0)
    // What is not told yet is told rightly.
    if (!(slice < this.#closed || slice < this.#closing)) return
    this.#isDirty = true
    const hasRoom = this.#changed.size < maxChanged || this.#changed.has(identity)
    if (isShared || !hasRoom) this.#everybody = Math.min(this.#everybody, slice)
    if (hasRoom) this.#changed.set(identity, Math.min(slice, this.#changed.get(identity) ?? slice))
  }

  /** Whether a round has begun and not ended, be it in a process before this one. */
  get isUnderWay(): boolean {
    return !Number.isNaN(this.#closing)
  }

  /** Whether a round with the same times would tell anything. Epoch ms: oldest event, and up to where it is known. */
  isDue(oldest: number, until: number): boolean {
    if (!Number.isFinite(oldest) || !Number.isFinite(until)) return false
    return this.#isWhole(sliceOf(oldest), sliceOf(until)) || this.#changed.size + this.#inRound.size > 0
  }

  #isWhole(from: number, until: number): boolean {
    const isNew = Number.isNaN(this.#closed) ? until > from : until > this.#closed || from < this.#begun
    return isNew || Math.min(this.#everybody, this.#everybodyInRound) < this.#closed
  }

  /** Tells what is new of slices that are over by `until`, epoch ms. May be left off where it yields, and begun anew. */
  *round(
    inventory: Inventory,
    oldest: number,
    until: number,
    listener: RadiusListener,
  ): Generator<void, void> {
    if (!this.isDue(oldest, until)) return
    const from = Math.min(sliceOf(oldest), this.#begun || Number.POSITIVE_INFINITY)
    const end = Math.max(sliceOf(until), this.#closed || Number.NEGATIVE_INFINITY)
    const isWhole = this.#isWhole(from, end)
    this.#begin()
    this.#closing = Math.max(end, this.#closing || end)
    this.#isDirty = true
    const keys = isWhole ? inventory.identities() : [...this.#inRound.keys()]
    for (const key of keys) {
      this.#tell(key, inventory, from, end, listener)
      yield
    }
    this.#begun = from
    this.#closed = end
    this.#closing = Number.NaN
    this.#inRound.clear()
    this.#everybodyInRound = Number.POSITIVE_INFINITY
    this.#isDirty = true
  }

  #begin(): void {
    for (const [key, slice] of this.#changed)
      this.#inRound.set(key, Math.min(slice, this.#inRound.get(key) ?? slice))
    this.#everybodyInRound = Math.min(this.#everybody, this.#everybodyInRound)
    this.#changed = new Map()
    this.#everybody = Number.POSITIVE_INFINITY
  }

  #tell(key: string, inventory: Inventory, from: number, end: number, listener: RadiusListener): void {
    const told = firstTold(inventory, key)
    if (told === undefined) return
    const about = listener.about(key)
    const known = this.#pasts.get(key)
    const past = known ?? this.#unwritten(about, told, from)
    const isOther = past.about !== about
    const final = Math.max(isOther ? past.until : past.final, this.#floor)
    const isOlder = !isOther && past.isFromTheStart && from < past.from
    const changed = Math.min(this.#inRound.get(key) ?? Number.POSITIVE_INFINITY, this.#everybodyInRound)
    const again = Math.max(changed, final, told === 'listed' ? past.from : Math.max(from, sliceOf(told)))
    const start = isOlder ? from : Math.min(again, past.until)
    if (start >= end && known !== undefined && !isOther) return
    const values = radiusIn(inventory, key, start, end, radiusSliceMs)
    const runs = rewritten(past, start, end, values, (observation) => listener.observed(key, observation))
    const { isFromTheStart } = past
    const fresh = { about, isFromTheStart, from: Math.min(past.from, start), until: end, final }
    this.#pasts.set(key, { ...fresh, runs: this.#kept(runs) })
    this.#dirty.add(key)
  }

  /** An identity that a list of today names first: nothing is said of the days before, unless all is told anew. */
  #unwritten(about: string, told: 'listed' | number, from: number): Past {
    const isFromTheStart = told === 'listed' && Number.isNaN(this.#closed)
    const first = told !== 'listed' ? Math.max(from, sliceOf(told)) : isFromTheStart ? from : this.#closed
    return { about, isFromTheStart, from: first, until: first, final: Number.NEGATIVE_INFINITY, runs: [] }
  }

  /** The run in force at the floor, and those after it. */
  #kept(runs: readonly Run[]): readonly Run[] {
    return runs.filter((_, i) => (runs[i + 1]?.slice ?? Number.POSITIVE_INFINITY) > this.#floor)
  }

  /** Before `floor`, epoch ms, nothing changes any more. */
  prune(floor: number): void {
    this.#floor = sliceOf(floor)
    for (const [key, { until }] of this.#pasts) {
      if (until >= this.#floor) continue
      this.#pasts.delete(key)
      this.#dirty.add(key)
    }
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const past = this.#pasts.get(key)
      if (past === undefined) out.remove(`of/${encodeURIComponent(key)}`)
      else out.put(`of/${encodeURIComponent(key)}`, jsonBytes(saved(past)))
    }
    if (!this.#isDirty) return
    const everybody = Math.min(this.#everybody, this.#everybodyInRound)
    const state: Saved = {
      told: Number.isNaN(this.#closed) ? null : [this.#begun, this.#closed],
      closing: Number.isNaN(this.#closing) ? null : this.#closing,
      everybody: Number.isFinite(everybody) ? everybody : null,
      changed: [...this.#inRound, ...this.#changed].sort(([a], [b]) => byText(a, b)),
    }
    out.put('told', jsonBytes(state))
  }

  saved(): void {
    this.#dirty.clear()
    this.#isDirty = false
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key !== 'told') {
      this.#pasts.set(decodeURIComponent(key.slice('of/'.length)), restored(jsonOf<SavedPast>(bytes)))
      return
    }
    const { told, closing, everybody, changed } = jsonOf<Saved>(bytes)
    ;[this.#begun, this.#closed] = told ?? [Number.NaN, Number.NaN]
    this.#closing = closing ?? Number.NaN
    this.#everybody = everybody ?? Number.POSITIVE_INFINITY
    for (const [identity, slice] of changed)
      this.#changed.set(identity, Math.min(slice, this.#changed.get(identity) ?? slice))
  }
}

/** JSON has no Infinity: it writes null for a wide radius, and for what is not final at all. */
function saved({ about, isFromTheStart, from, until, final, runs }: Past): SavedPast {
  const flat = runs.flatMap(({ slice, value }) => [slice, Number.isFinite(value) ? value : null])
  return [about, isFromTheStart, from, until, Number.isFinite(final) ? final : null, flat]
}

function restored([about, isFromTheStart, from, until, final, flat]: SavedPast): Past {
  const runs = Array.from(
    { length: flat.length / 2 },
    (_, i): Run => ({ slice: flat[2 * i] ?? from, value: flat[2 * i + 1] ?? Number.POSITIVE_INFINITY }),
  )
  return { about, isFromTheStart, from, until, final: final ?? Number.NEGATIVE_INFINITY, runs }
}
