/**
 * The evidence that diagnoses and findings rest on, in event time: of each identity what failed and what went well by
 * the minute, the changes before, and where tokens were used. The order of events changes nothing within the bounds.
 */
import { type ChunkWriter, prefixed, type Stateful } from '../events/chunk.ts'
import type { IdentityEvent } from '../events/event.ts'
import { Changes } from './changes.ts'
import { MetadataCallers } from './findings/metadata-callers.ts'
import { TokenPlaces } from './findings/token-places.ts'
import { keptMinutes, minuteMs } from './minutes.ts'
import { isPastItsEnd, signalOf } from './signals.ts'
import { newSubjectMemo, type Subject, type SubjectMemo } from './subject.ts'
import { Subjects } from './subjects.ts'

const changesKeptMs = 3 * 86_400_000
/** An identity that is silent for so long is forgotten, ms: its history is what an unusual hour is held against. */
const silentMs = 86_400_000

export interface EvidenceOptions {
  /** Whether the state is kept in a store. */
  readonly isDurable?: boolean | undefined
  readonly maxSubjects?: number | undefined
}

export class EvidenceBook implements Stateful {
  readonly changes: Changes
  readonly places: TokenPlaces
  readonly callers: MetadataCallers
  readonly #subjects: Subjects

  constructor({ isDurable = false, maxSubjects }: EvidenceOptions = {}) {
    this.changes = new Changes(isDurable)
    this.places = new TokenPlaces(isDurable)
    this.callers = new MetadataCallers(isDurable)
    this.#subjects = new Subjects(isDurable, maxSubjects)
  }

  /** People are left out: they mistype, and give up. `memo`: what was kept beside the same identity before. */
  observe(event: IdentityEvent, memo: SubjectMemo = newSubjectMemo()): void {
    if (event.kind === 'assignment.change' || event.kind === 'identity.change') {
      this.changes.observe(event)
      return
    }
    if (isStatic(event)) this.observeStatic(event, memo)
    if (event.identity.type === 'user' || event.kind === 'secret.read') return
    if (event.kind === 'token.use') this.places.observe(event)
    else if (event.kind === 'token.request' || event.kind === 'metadata.call') this.callers.observe(event)
    if (event.kind === 'token.request' && event.isCountedElsewhere === true) return
    this.#subjects.of(event, memo, signalOf(event) !== undefined)?.observe(event)
  }

  /** A static credential, or a lesser one than the workload has, was used; this may be known only after its event. */
  observeStatic(event: IdentityEvent, memo: SubjectMemo = newSubjectMemo()): void {
    this.#subjects.of(event, memo, true)?.trace('static-credential', event)
  }

  /** The age of a token became known after its use was observed. */
  learnAge(event: IdentityEvent): void {
    if (event.kind !== 'token.use') return
    if (event.identity.type === 'user') return
    const isSignal = event.reason !== 'token_expired' && isPastItsEnd(event)
    const subject = this.#subjects.of(event, newSubjectMemo(), isSignal)
    if (isSignal) subject?.observe(event)
    else if (event.outcome === 'success') subject?.learnAge(event)
  }

  subjects(): Iterable<Subject> {
    return this.#subjects.all()
  }

  /** `floor`: events before it are late, epoch ms. */
  prune(floor: number): void {
    this.changes.prune(floor - changesKeptMs)
    this.places.prune(floor - keptMinutes * minuteMs)
    this.callers.prune(floor - silentMs)
    this.#subjects.prune(floor - silentMs)
  }

  #parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [
      ['caller/', this.callers],
      ['change/', this.changes],
      ['place/', this.places],
      ['subject/', this.#subjects],
    ]
  }

  save(out: ChunkWriter): void {
    for (const [prefix, part] of this.#parts()) part.save(prefixed(out, prefix))
  }

  saved(): void {
    for (const [, part] of this.#parts()) part.saved()
  }

  restore(key: string, bytes: Uint8Array): void {
    for (const [prefix, part] of this.#parts())
      if (key.startsWith(prefix)) part.restore(key.slice(prefix.length), bytes)
  }
}

const longLived: ReadonlySet<string> = new Set(['secret', 'access-key', 'password'])

/** A fallback, or a build agent's own static key: pipelines can be federated. */
function isStatic(event: IdentityEvent): boolean {
  if (event.kind === 'secret.read') return event.fallback === true
  if (event.kind !== 'token.request' && event.kind !== 'token.use') return false
  if (event.fallback === true) return true
  const { layer, workload, identity } = event
  // People's own tokens are no build agent's, though they work on the same platform.
  const isBuild = (layer === 'cicd' || workload?.kind === 'repository') && identity.type !== 'user'
  return isBuild && event.credentialType !== undefined && longLived.has(event.credentialType)
}
