/**
 * Subjects as chunks of state, in the order of their keys: `identity/` who it is and how its tokens live, `minute/`
 * what went well in one minute for a block of them, `next` the number after the last, `resource/` what one reached,
 * `trace/` what failed for one in one minute.
 */
import { type ChunkWriter, jsonBytes, jsonOf } from '../events/chunk.ts'
import { blockSize, type Journal } from './journal.ts'
import type { Lifetime } from './lifetimes.ts'
import { keptMinutes, minuteMs, minuteOf } from './minutes.ts'
import { Subject, type SubjectNames, type TraceKind } from './subject.ts'
import type { Cohort } from './token-cohorts.ts'
import { Trace, type TraceMinute } from './trace.ts'

interface SavedIdentity {
  readonly names: SubjectNames
  /** Null before any event. */
  readonly first: number | null
  readonly lifetimes: readonly Lifetime[]
  readonly cohorts: readonly Cohort[]
}

type SavedTraces = readonly (readonly [kind: TraceKind, minute: TraceMinute])[]

/** Numbers of a row: the subject's, its successes of three kinds, and when in the minute its newest event was. */
const rowLength = 5
const none = 0xffff_ffff

function rowOf(subject: Subject, minute: number): readonly number[] | undefined {
  const { number, issued, allowed, metadata, newest } = subject
  const counts = [issued.at(minute), allowed.at(minute), metadata.at(minute)]
  const isNewest = minuteOf(newest) === minute
  if (!isNewest && counts.every((count) => count === 0)) return undefined
  return [number, ...counts, isNewest ? newest - minute * minuteMs : none]
}

export class SubjectChunks {
  readonly #journal: Journal
  readonly #subjects: ReadonlyMap<number, Subject>
  /** Blocks of each minute that are in the store. */
  readonly #stored = new Map<number, Set<number>>()
  #newestMinute = Number.NEGATIVE_INFINITY
  #savedNext = 0

  constructor(journal: Journal, subjects: ReadonlyMap<number, Subject>) {
    this.#journal = journal
    this.#subjects = subjects
  }

  save(out: ChunkWriter, next: number): void {
    const { profiles, resources, gone, traces } = this.#journal
    for (const number of gone) {
      out.remove(`identity/${number}`)
      out.remove(`resource/${number}`)
      out.removeAll(`trace/${number}/`)
    }
    for (const number of profiles) this.#saveIdentity(out, number)
    for (const number of resources) {
      const subject = this.#subjects.get(number)
      if (subject !== undefined) out.put(`resource/${number}`, jsonBytes([...subject.resources]))
    }
    for (const [number, minutes] of traces)
      for (const minute of minutes) this.#saveTraces(out, number, minute)
    for (const { minute, block } of this.#journal.counts()) this.#saveCounts(out, minute, block)
    if (next !== this.#savedNext) out.put('next', jsonBytes(next))
  }

  saved(next: number): void {
    this.#savedNext = next
    this.#journal.clear()
  }

  #saveIdentity(out: ChunkWriter, number: number): void {
    const subject = this.#subjects.get(number)
    if (subject === undefined) return
    const { id, name, provider, tenant, app, first, lifetimes, cohorts } = subject
    const saved: SavedIdentity = {
      names: { id, name, provider, tenant, app },
      first: Number.isFinite(first) ? first : null,
      lifetimes: lifetimes.all(),
      cohorts: cohorts.all(),
    }
    out.put(`identity/${number}`, jsonBytes(saved))
  }

  #saveTraces(out: ChunkWriter, number: number, minute: number): void {
    const traces = [...(this.#subjects.get(number)?.traces ?? [])].flatMap(([kind, { minutes }]) => {
      const entry = minutes.get(minute)
      return entry === undefined ? [] : [[kind, entry] as const]
    })
    const key = `trace/${number}/${minute}`
    if (traces.length === 0) out.remove(key)
    else out.put(key, jsonBytes(traces satisfies SavedTraces))
  }

  #saveCounts(out: ChunkWriter, minute: number, block: number): void {
    const rows: number[] = []
    for (let number = block * blockSize; number < (block + 1) * blockSize; number++) {
      const subject = this.#subjects.get(number)
      const row = subject && rowOf(subject, minute)
      if (row !== undefined) rows.push(...row)
    }
    const key = `minute/${minute}/${block}`
    if (rows.length === 0) {
      out.remove(key)
      return
    }
    out.put(key, new Uint8Array(Uint32Array.from(rows).buffer))
    this.#note(minute, block)
  }

  #note(minute: number, block: number): void {
    const blocks = this.#stored.get(minute)
    if (blocks === undefined) this.#stored.set(minute, new Set([block]))
    else blocks.add(block)
  }

  /** Minutes that most identities have let go of are written anew without them, and those before `line` go. */
  prune(line: number): void {
    const newest = Math.max(...this.#stored.keys(), this.#newestMinute)
    for (const [minute, blocks] of this.#stored) {
      const hasBecomeOld = minute <= newest - keptMinutes && minute > this.#newestMinute - keptMinutes
      if (minute >= line && !hasBecomeOld) continue
      for (const block of blocks) this.#journal.count(block * blockSize, minute)
      if (minute < line) this.#stored.delete(minute)
    }
    this.#newestMinute = newest
  }

  /** Gives the subject that a chunk is about, or the next number. Throws on a chunk that `save` cannot have written. */
  restore(key: string, bytes: Uint8Array): { readonly next?: number; readonly subject?: Subject } {
    const [kind, number = Number.NaN, minute = Number.NaN] = parts(key)
    if (kind === 'next') return { next: jsonOf<number>(bytes) }
    if (kind === 'identity') return { subject: this.#identity(number, bytes) }
    if (kind === 'minute') this.#restoreCounts(number, minute, bytes)
    const subject = this.#subjects.get(number)
    if (subject === undefined) return {}
    if (kind === 'resource')
      for (const [resource, first] of jsonOf<readonly [string, number][]>(bytes))
        subject.resources.set(resource, first)
    if (kind === 'trace') restoreTraces(subject, minute, jsonOf<SavedTraces>(bytes))
    return {}
  }

  #identity(number: number, bytes: Uint8Array): Subject {
    const { names, first, lifetimes, cohorts } = jsonOf<SavedIdentity>(bytes)
    const subject = new Subject(number, names, this.#journal)
    subject.first = first ?? Number.POSITIVE_INFINITY
    subject.lifetimes.restore(lifetimes)
    subject.cohorts.restore(cohorts)
    return subject
  }

  #restoreCounts(minute: number, block: number, bytes: Uint8Array): void {
    if (bytes.length % (4 * rowLength) !== 0) throw new Error('not whole rows of counts')
    const rows = new Uint32Array(bytes.slice().buffer)
    this.#note(minute, block)
    for (let at = 0; at < rows.length; at += rowLength) {
      const [number = 0, issued = 0, allowed = 0, metadata = 0, offset = none] = rows.subarray(
        at,
        at + rowLength,
      )
      const subject = this.#subjects.get(number)
      if (subject === undefined) continue
      if (issued > 0) subject.issued.addAt(minute, issued)
      if (allowed > 0) subject.allowed.addAt(minute, allowed)
      if (metadata > 0) subject.metadata.addAt(minute, metadata)
      if (offset !== none) subject.newest = Math.max(subject.newest, minute * minuteMs + offset)
    }
  }
}

function parts(key: string): readonly [kind: string, ...numbers: number[]] {
  const [kind = '', ...numbers] = key.split('/')
  return [kind, ...numbers.map(Number)]
}

function restoreTraces(subject: Subject, minute: number, traces: SavedTraces): void {
  for (const [kind, entry] of traces) {
    const trace = subject.traces.get(kind) ?? new Trace()
    subject.traces.set(kind, trace)
    trace.restore(minute, entry)
    if (kind !== 'static-credential') subject.newestSignal = Math.max(subject.newestSignal, entry.last)
    subject.newest = Math.max(subject.newest, entry.last)
  }
}
