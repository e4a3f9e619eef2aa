/** Counts of one label set about ways in: calls to metadata endpoints and how long they took, denials by policy, fallbacks to static secrets. */
import type { IdentityEvent } from '../events/event.ts'
import { isPolicyDenial } from '../indicators/permission-violation.ts'
import { BucketCounts, type SavedBuckets } from './bucket-counts.ts'
import { identityMetrics } from './conventions.ts'

/** Whether the configuration lists the flow; `unknown` where it lists none. */
type Planned = 'true' | 'false' | 'unknown'

export interface SavedAccess {
  readonly calls: number
  readonly callFailures: number
  readonly callDurations?: SavedBuckets
  readonly violations: readonly (readonly [Planned, number])[]
  readonly fallbacks: number
}

/** The calls, and those that failed: both from the first call on, so that a ratio of them is never absent. */
const callSeries = 2
const durationBounds = identityMetrics.metadataCallDuration.buckets
const durationSeries = durationBounds.length + 3

function plannedLabel(planned: boolean | undefined): Planned {
  return planned === undefined ? 'unknown' : planned ? 'true' : 'false'
}

function isFallback(event: IdentityEvent): boolean {
  const { kind } = event
  const isPossible = kind === 'token.use' || kind === 'token.request' || kind === 'secret.read'
  return isPossible && event.fallback === true
}

export class AccessCounts {
  calls = 0
  callFailures = 0
  callDurations: BucketCounts | undefined
  readonly violations = new Map<Planned, number>()
  fallbacks = 0

  /** How many lines of the exposition the event would add. */
  newSeries(event: IdentityEvent): number {
    if (event.kind === 'metadata.call') {
      const isFirstTimed = event.latencyMs !== undefined && this.callDurations === undefined
      return (this.calls === 0 ? callSeries : 0) + (isFirstTimed ? durationSeries : 0)
    }
    const violations = isPolicyDenial(event) && !this.violations.has(plannedLabel(event.planned)) ? 1 : 0
    return violations + this.newFallbackSeries(event)
  }

  newFallbackSeries(event: IdentityEvent): number {
    return this.fallbacks === 0 && isFallback(event) ? 1 : 0
  }

  get size(): number {
    const calls = (this.calls > 0 ? callSeries : 0) + (this.callDurations === undefined ? 0 : durationSeries)
    return calls + this.violations.size + (this.fallbacks > 0 ? 1 : 0)
  }

  observe(event: IdentityEvent): void {
    const weight = event.weight ?? 1
    if (event.kind === 'metadata.call') {
      this.calls += weight
      if (event.outcome === 'failure') this.callFailures += weight
      if (event.latencyMs !== undefined) {
        this.callDurations ??= new BucketCounts(durationBounds)
        this.callDurations.observe(event.latencyMs / 1000, weight)
      }
      return
    }
    if (isPolicyDenial(event)) {
      const planned = plannedLabel(event.planned)
      this.violations.set(planned, (this.violations.get(planned) ?? 0) + weight)
    }
    this.learn(event)
  }

  /** Whether it fell back may become known later than the rest of the event. */
  learn(event: IdentityEvent): void {
    if (isFallback(event)) this.fallbacks += event.weight ?? 1
  }

  saved(): SavedAccess {
    const { calls, callFailures, callDurations, violations, fallbacks } = this
    return {
      calls,
      callFailures,
      ...(callDurations && { callDurations: { counts: callDurations.counts, sum: callDurations.sum } }),
      violations: [...violations],
      fallbacks,
    }
  }

  restore({ calls, callFailures, callDurations, violations, fallbacks }: SavedAccess): void {
    this.calls = calls
    this.callFailures = callFailures
    if (callDurations !== undefined) {
      this.callDurations = new BucketCounts(durationBounds)
      this.callDurations.restore(callDurations)
    }
    for (const [planned, count] of violations) this.violations.set(planned, count)
    this.fallbacks = fallbacks
  }
}
