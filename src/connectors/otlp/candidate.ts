/** What one piece of telemetry says, before it is known whether another one says the same. */
import type { IdentityEvent } from '../../events/event.ts'

/**
 * Who tells of a fetch. One fetch may be seen by all of them: the call over HTTP, the SDK that made it, our client
 * library around it, and the counters of the process. The later in this list, the more it knows of the whole.
 */
export const observers = ['http', 'sdk', 'library', 'metric'] as const
export type Observer = (typeof observers)[number]

export interface Candidate {
  /** The process: see Resource. */
  readonly instance: string
  readonly observer: Observer
  readonly events: readonly IdentityEvent[]
}
