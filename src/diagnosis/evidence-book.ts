/**
 * The evidence that diagnoses rest on, in event time: of each identity what failed and what went well by the minute,
 * and the changes before. The order of events changes nothing within the bounds.
 */
import type { Identity, IdentityEvent } from '../events/event.ts'
import { Changes } from './changes.ts'
import { isPastItsEnd } from './signals.ts'
import { Subject } from './subject.ts'

/** Beyond it, those that were not heard of for longest are forgotten: about 5 KB each. */
const maxSubjects = 10_000
const changesKeptMs = 3 * 86_400_000
/** An identity that is silent for so long is forgotten, ms: its history is what an unusual hour is held against. */
const silentMs = 86_400_000

export class EvidenceBook {
  readonly changes = new Changes()
  readonly #subjects = new Map<string, Subject>()
  /** By the one object that stands for equal identities: a look-up without building a key. */
  readonly #known = new Map<Identity, Subject>()

  /** People are left out: they mistype, and give up. */
  observe(event: IdentityEvent): void {
    if (event.kind === 'assignment.change' || event.kind === 'identity.change') {
      this.changes.observe(event)
      return
    }
    if (event.identity.type === 'user' || event.kind === 'secret.read') return
    if (event.kind === 'token.request' && event.isCountedElsewhere === true) return
    this.#subjectOf(event).observe(event)
  }

  /** The age of a token became known after its use was observed. */
  learnAge(event: IdentityEvent): void {
    if (event.kind !== 'token.use' || event.reason === 'token_expired' || !isPastItsEnd(event)) return
    this.observe(event)
  }

  #subjectOf(event: IdentityEvent): Subject {
    const known = this.#known.get(event.identity)
    if (known !== undefined) return known
    const { identity, provider } = event
    const key = `${provider} ${identity.tenant} ${identity.id}`
    let subject = this.#subjects.get(key)
    if (subject === undefined) {
      if (this.#subjects.size >= maxSubjects) this.#forget()
      subject = new Subject(event)
      this.#subjects.set(key, subject)
    }
    if (this.#known.size >= 4 * maxSubjects) this.#known.clear()
    this.#known.set(identity, subject)
    return subject
  }

  #forget(): void {
    const oldestFirst = [...this.#subjects].sort(([a, x], [b, y]) => x.newest - y.newest || (a < b ? -1 : 1))
    for (const [key] of oldestFirst.slice(0, maxSubjects / 10)) this.#subjects.delete(key)
    this.#known.clear()
  }

  subjects(): Iterable<Subject> {
    return this.#subjects.values()
  }

  /** `floor`: events before it are late, epoch ms. */
  prune(floor: number): void {
    this.changes.prune(floor - changesKeptMs)
    for (const [key, { newest }] of this.#subjects) if (newest < floor - silentMs) this.#subjects.delete(key)
    this.#known.clear()
  }
}
