/** What change events said last of each right: the same whatever their order. */
import type { AssignmentChange } from '../../events/event.ts'
import { isGlob } from '../../events/glob.ts'
import { deletedBinding, grantKey, grantOf, type HeldGrant, isBoundBy, saidBy } from './held-grant.ts'

/** The newest that was said of a right. */
export interface Telling {
  readonly op: 'granted' | 'removed'
  /** Epoch ms. */
  readonly time: number
}

/** With what is kept of the event that said it. */
export interface Told<Evidence> extends Telling {
  readonly id: string
  readonly evidence: Evidence
}

/** Of two at one instant the removal holds, whichever came first; of two of one kind the one whose id is first. */
function isNewer(a: Told<unknown>, b: Told<unknown> | undefined): boolean {
  if (b === undefined || a.time !== b.time) return b === undefined || a.time > b.time
  return a.op === b.op ? a.id < b.id : a.op === 'removed'
}

/** Keeps as much as there are rights that changed. */
export class Tellings<Evidence> {
  readonly #byKey = new Map<string, { readonly grant: HeldGrant; readonly told: Told<Evidence> }>()
  /** From spellings before pseudonyms: a list may know a principal as something else, and not hide it. */
  readonly #shownKeys = new Map<string, string>()
  readonly #deleted = new Map<string, Told<Evidence>>()
  readonly #deletedPatterns = new Map<string, Told<Evidence>>()

  /** `raw` is the event before pseudonyms. */
  add(change: AssignmentChange, evidence: Evidence, raw: AssignmentChange = change): void {
    const op = saidBy(change)
    if (op === undefined) return
    const told = { id: change.id, op, time: change.time, evidence }
    const deleted = deletedBinding(change)
    if (deleted !== undefined) {
      const into = isGlob(deleted) ? this.#deletedPatterns : this.#deleted
      if (isNewer(told, into.get(deleted))) into.set(deleted, told)
      return
    }
    const [grant, rawGrant] = [grantOf(change), grantOf(raw)]
    if (grant === undefined) return
    const key = grantKey(grant)
    if (rawGrant !== undefined) this.#shownKeys.set(grantKey(rawGrant), key)
    if (isNewer(told, this.#byKey.get(key)?.told)) this.#byKey.set(key, { grant, told })
  }

  /** The newest that was said of the right, or of the binding that gives it. */
  newest(grant: HeldGrant): Told<Evidence> | undefined {
    const key = this.shownKey(grantKey(grant))
    const known = this.#byKey.get(key)
    const binding = grant.binding ?? known?.grant.binding
    let newest = known?.told
    if (binding === undefined) return newest
    const bound = { ...grant, binding }
    const deletions = [...this.#deletedPatterns].filter(([pattern]) => isBoundBy(bound, pattern))
    for (const told of [this.#deleted.get(binding), ...deletions.map(([, each]) => each)])
      if (told !== undefined && isNewer(told, newest)) newest = told
    return newest
  }

  /** The key under which the right is shown, whichever spelling is given. */
  shownKey(key: string): string {
    return this.#shownKeys.get(key) ?? key
  }

  /** Every right that events speak of by its principal. */
  *grants(): Generator<HeldGrant> {
    for (const { grant } of this.#byKey.values()) yield grant
  }
}
