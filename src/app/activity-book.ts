/** What identities did lately, in bounded tables: rows for `/api/v1`, and the top of them as series. */
import type { Stateful } from '../events/chunk.ts'
import type { Aspect } from '../events/enrichment.ts'
import type { IdentityEvent } from '../events/event.ts'
import { tokenRefresh } from '../indicators/token-refresh.ts'
import { AccessPatterns } from '../outputs/activity/access-patterns.ts'
import {
  type ChangeRow,
  changeRowOf,
  type RefreshFailureRow,
  refreshFailureRowOf,
} from '../outputs/activity/activity-rows.ts'
import { RecentRows } from '../outputs/activity/recent-rows.ts'
import { RefusalsByService } from '../outputs/activity/refusals-by-service.ts'

/** About 500 bytes each. */
const maxRows = 500

/** About a fortieth of all series. @param maxSeries of /metrics */
export function activityLimits(maxSeries: number): { readonly services: number; readonly pairs: number } {
  return {
    services: Math.min(100, Math.floor(maxSeries / 150)),
    pairs: Math.min(25, Math.floor(maxSeries / 400)),
  }
}

export class ActivityBook {
  readonly changes = new RecentRows<ChangeRow>(maxRows)
  readonly refreshFailures = new RecentRows<RefreshFailureRow>(maxRows)
  readonly patterns = new AccessPatterns()
  readonly refusals: RefusalsByService

  constructor(maxSeries: number) {
    this.refusals = new RefusalsByService(activityLimits(maxSeries).services)
  }

  /** An event that counts, in which people are hidden. */
  observe(event: IdentityEvent): void {
    if (event.kind === 'token.use') {
      this.patterns.observe(event)
      if (event.decision !== 'allowed') this.refusals.observe(event)
    } else if (event.kind === 'token.request') this.#refresh(event)
    else if (event.kind === 'assignment.change' || event.kind === 'identity.change') {
      if (event.outcome === 'success') this.changes.add(event.id, event.time, changeRowOf(event))
    }
  }

  /** What is known of an earlier event only now. */
  learn(event: IdentityEvent, aspect: Aspect): void {
    if (aspect === 'refresh') this.#refresh(event)
  }

  #refresh(event: IdentityEvent): void {
    if (event.kind !== 'token.request' || event.outcome === 'success') return
    if (tokenRefresh.judge(event, {}) === 'bad')
      this.refreshFailures.add(event.id, event.time, refreshFailureRowOf(event))
  }

  /** `floor`: events before it are late, epoch ms. */
  prune(floor: number): void {
    this.patterns.prune(floor)
  }

  /** By prefix of their chunks. */
  parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [
      ['changes/', this.changes],
      ['patterns/', this.patterns],
      ['refresh-failures/', this.refreshFailures],
      ['refusals/', this.refusals],
    ]
  }
}
