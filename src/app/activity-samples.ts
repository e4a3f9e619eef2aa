/** What identities did lately as bounded series: refusals by service, and the busiest and most refused pairs. */
import type { AccessPattern, Decision, DecisionCounts } from '../outputs/activity/access-patterns.ts'
import { identityMetrics } from '../outputs/conventions.ts'
import { labelValue } from '../outputs/label-value.ts'
import type { LabelsOf } from '../outputs/metric-family.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { type ActivityBook, activityLimits } from './activity-book.ts'
import { samples } from './metric-samples.ts'

const decisions = ['allowed', 'unauthenticated', 'forbidden'] as const satisfies readonly Decision[]
const statuses = ['401', '403'] as const

/** Most series that `activitySamples` gives, the overflow of services among them. */
export function activitySeries(maxSeries: number): number {
  const { services, pairs } = activityLimits(maxSeries)
  return (services + 1) * statuses.length + 2 * pairs * decisions.length
}

function refusedOf({ unauthenticated, forbidden }: DecisionCounts): number {
  return unauthenticated + forbidden
}

/** The busiest, and those that were refused most: one that is both is there once. */
function shown(patterns: readonly AccessPattern[], limit: number): ReadonlySet<AccessPattern> {
  const refused = patterns
    .filter(({ calls }) => refusedOf(calls) > 0)
    .sort((a, b) => refusedOf(b.calls) - refusedOf(a.calls))
  return new Set([...patterns.slice(0, limit), ...refused.slice(0, limit)])
}

type PatternLabels = LabelsOf<typeof identityMetrics.accessPatternCalls>

/** Texts that are alike as labels share their series. */
function patternSamples(patterns: Iterable<AccessPattern>): FamilySamples {
  const values = new Map<string, { labels: PatternLabels; value: number }>()
  for (const { provider, app, identity, service, calls } of patterns) {
    for (const decision of decisions.filter((each) => calls[each] > 0)) {
      const labels = {
        provider,
        identity_type: identity.type,
        app: labelValue(app),
        identity: labelValue(identity.name ?? identity.id),
        target_service: labelValue(service),
        decision,
      }
      const key = JSON.stringify(labels)
      const value = calls[decision] + (values.get(key)?.value ?? 0)
      values.set(key, { labels, value })
    }
  }
  return samples(identityMetrics.accessPatternCalls, [...values.values()])
}

/** @param at evaluation time, epoch ms; undefined before the first event */
export function activitySamples(
  { refusals, patterns }: ActivityBook,
  maxSeries: number,
  at: number | undefined,
): readonly FamilySamples[] {
  const known = at === undefined ? [] : patterns.upTo(at)
  return [
    samples(
      identityMetrics.targetServiceRefusals,
      refusals.all().flatMap(({ provider, service, counts }) =>
        statuses.map((status) => ({
          labels: { provider, target_service: labelValue(service), status },
          value: counts[status],
        })),
      ),
    ),
    patternSamples(shown(known, activityLimits(maxSeries).pairs)),
  ]
}
