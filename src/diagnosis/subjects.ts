/** The identities that evidence is kept of, as many as there is room for, and as they outlive a restart. */
import type { ChunkWriter, Stateful } from '../events/chunk.ts'
import type { IdentityEvent } from '../events/event.ts'
import { Journal } from './journal.ts'
import { keptMinutes, minuteMs, minuteOf } from './minutes.ts'
import { Subject, type SubjectMemo, type SubjectNames } from './subject.ts'
import { SubjectChunks } from './subject-chunks.ts'

/** About 3 KB each without trouble. */
const defaultMax = 20_000
const keptMs = keptMinutes * minuteMs

function keyOf({ provider, tenant, id }: SubjectNames): string {
  return `${provider} ${tenant} ${id}`
}

export class Subjects implements Stateful {
  readonly #byKey = new Map<string, Subject>()
  readonly #byNumber = new Map<number, Subject>()
  readonly #journal: Journal
  readonly #chunks: SubjectChunks
  readonly #max: number
  #next = 0
  /** Until then none of them is stale, epoch ms. */
  #fullUntil = Number.NEGATIVE_INFINITY

  constructor(isDurable: boolean, max = defaultMax) {
    this.#journal = new Journal(isDurable)
    this.#chunks = new SubjectChunks(this.#journal, this.#byNumber)
    this.#max = max
  }

  all(): Iterable<Subject> {
    return this.#byNumber.values()
  }

  /**
   * Undefined where there is no room: who is in trouble takes the place of those that are silent for longest, others
   * only that of the stale.
   */
  of(event: IdentityEvent, memo: SubjectMemo, isTrouble: boolean): Subject | undefined {
    if (memo.subject !== undefined) return memo.subject
    if (!isTrouble && event.time < memo.fullUntil) return undefined
    const { id, name, tenant } = event.identity
    const names = { id, name, tenant, provider: event.provider, app: event.app }
    const known = this.#byKey.get(keyOf(names))
    if (known === undefined && !this.#hasRoom(event.time, isTrouble)) {
      memo.fullUntil = this.#fullUntil
      return undefined
    }
    const subject = known ?? this.#add(new Subject(this.#next++, names, this.#journal))
    lead(memo, subject)
    return subject
  }

  #add(subject: Subject): Subject {
    this.#byKey.set(keyOf(subject), subject)
    this.#byNumber.set(subject.number, subject)
    this.#journal.profile(subject.number)
    return subject
  }

  /** Whether there is room for one more, after some had to go. */
  #hasRoom(time: number, isTrouble: boolean): boolean {
    const size = this.#byNumber.size
    if (!isTrouble && time < this.#fullUntil) return false
    if (size < this.#max) return true
    const newest = Float64Array.from(this.#byNumber.values(), (subject) => subject.newest).sort()
    const some = Math.max(1, Math.floor(size / 10))
    const longest = newest[some - 1] ?? time
    const line = isTrouble ? longest : Math.min(longest, time - keptMs)
    let room = some
    for (const subject of this.#byNumber.values()) {
      if (subject.newest > line || room === 0) continue
      this.#forget(subject)
      room--
    }
    const isFreed = this.#byNumber.size < size
    // What was freed for somebody in trouble is not for everybody.
    this.#fullUntil = (newest[isFreed ? some : 0] ?? time) + keptMs
    return isFreed
  }

  #forget(subject: Subject): void {
    this.#byKey.delete(keyOf(subject))
    this.#byNumber.delete(subject.number)
    for (const memo of subject.memos) memo.subject = undefined
    this.#journal.forget(subject.number)
  }

  /** Lets go of those whose newest event is before `line`, epoch ms. */
  prune(line: number): void {
    for (const subject of this.#byNumber.values()) if (subject.newest < line) this.#forget(subject)
    if (this.#byNumber.size < this.#max / 2) this.#fullUntil = Number.NEGATIVE_INFINITY
    this.#chunks.prune(minuteOf(line) - keptMinutes)
  }

  save(out: ChunkWriter): void {
    this.#chunks.save(out, this.#next)
  }

  saved(): void {
    this.#chunks.saved(this.#next)
  }

  restore(key: string, bytes: Uint8Array): void {
    const { next, subject } = this.#chunks.restore(key, bytes)
    if (subject !== undefined) this.#add(subject)
    this.#next = Math.max(this.#next, next ?? 0)
    this.#journal.clear()
  }
}

/** Descriptions of one identity come and go: those that are gone must not pile up. */
const maxMemos = 64

function lead(memo: SubjectMemo, subject: Subject): void {
  if (subject.memos.length >= maxMemos) {
    for (const former of subject.memos) former.subject = undefined
    subject.memos = []
  }
  memo.subject = subject
  subject.memos.push(memo)
}
