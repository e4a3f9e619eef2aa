/** What is known about an event beyond its own record: added in the events stage, before indicators judge it. */
import type { Stateful } from './chunk.ts'
import type { IdentityEvent } from './event.ts'

/** What was learned later than the event: an indicator that waits for it judges the event then, and not before. */
export type Aspect = 'refresh' | 'age' | 'fallback'

export interface LaterKnowledge {
  /** As it was observed, completed now. */
  readonly event: IdentityEvent
  readonly aspect: Aspect
}

/** Order of arrival must not matter: what comes first waits, within bounds, for what belongs to it. */
export interface Enricher extends Stateful {
  /** Completes the event in place; gives earlier events about which something is known only now. */
  readonly enrich: (event: IdentityEvent) => readonly LaterKnowledge[]
  /** Forgets what lies before `floor`, epoch ms: nothing older will come. */
  readonly prune: (floor: number) => void
}
