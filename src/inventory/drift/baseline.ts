/** The rights that are as they should be, and what else accounts for a change: an approved actor, a change window. */
import type { Actor, AssignmentChange, Provider } from '../../events/event.ts'
import { globMatches } from '../../events/glob.ts'
import { principalKey } from '../names.ts'
import { deletedBinding, grantKey, grantOf, type HeldGrant, isBoundBy } from './held-grant.ts'

export interface BaselineContent {
  readonly grants: readonly HeldGrant[]
  /** Ids or globs of those whose changes are all expected. */
  readonly approvedActors: readonly string[]
  /** Whether the change lies in a change window. */
  readonly isInWindow: (change: AssignmentChange) => boolean
}

/** What accounts for a change. */
export type Account = 'baseline' | 'approved-actor' | 'change-window'

export class Baseline {
  readonly grants: ReadonlyMap<string, HeldGrant>
  readonly #bound: readonly HeldGrant[]
  readonly #content: BaselineContent

  constructor(content: BaselineContent) {
    this.#content = content
    this.grants = new Map(content.grants.map((grant) => [grantKey(grant), grant]))
    this.#bound = content.grants.filter(({ binding }) => binding !== undefined)
  }

  /**
   * Undefined: nothing does, and the change is drift. `raw` is the event before pseudonyms: rules may be written in
   * either spelling. Depends on nothing but the event and the baseline, so the order of events does not matter.
   */
  accountFor(change: AssignmentChange, raw: AssignmentChange = change): Account | undefined {
    if (this.#leadsHere(change, raw)) return 'baseline'
    if (this.#isApproved(change.provider, raw.actor) || this.#isApproved(change.provider, change.actor))
      return 'approved-actor'
    return this.#content.isInWindow(raw) ? 'change-window' : undefined
  }

  /** A removal leads here if the right does not belong here, any other change if it does. */
  #leadsHere(change: AssignmentChange, raw: AssignmentChange): boolean {
    const deleted = deletedBinding(change)
    if (deleted !== undefined) return !this.#bound.some((grant) => isBoundBy(grant, deleted))
    const found = [grantOf(change), grantOf(raw)].filter((grant) => grant !== undefined)
    // What the record does not say cannot be compared: somebody has to look.
    if (found.length === 0) return false
    const isHere = found.some((grant) => this.grants.has(grantKey(grant)))
    return change.op === 'removed' ? !isHere : isHere
  }

  #isApproved(provider: Provider, { id }: Actor): boolean {
    const spelled = principalKey(provider, '', id)
    return this.#content.approvedActors.some((pattern) =>
      globMatches(principalKey(provider, '', pattern), spelled),
    )
  }
}
