/** Compares what /metrics shows with the truth. */
import { type Exposition, parseExposition } from '../exposition.ts'
import type { Book } from './book.ts'
import type { Differences } from './differences.ts'
import type { Fact } from './fact.ts'
import { oracleObjectives, serviceName } from './objectives.ts'
import { windowMs } from './status-comparison.ts'
import { instantOf, objectiveTruth } from './truth.ts'

const bucketBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30]

export function compareMetrics(
  text: string,
  facts: readonly Fact[],
  book: Book,
  differences: Differences,
): void {
  const metrics = parseExposition(text)
  compareObjectives(metrics, facts, differences)
  compareIssuances(metrics, facts, differences)
  compareUses(metrics, facts, differences)
  compareDurations(metrics, facts, differences)
  compareSources(metrics, facts, book, differences)
}

function compareObjectives(metrics: Exposition, facts: readonly Fact[], differences: Differences): void {
  const at = instantOf(facts)
  for (const objective of oracleObjectives) {
    const truth = objectiveTruth(objective, facts, at)
    const labels = { objective: `${serviceName}-${objective.name}` }
    const value = (name: string, rest: Readonly<Record<string, string>> = {}): number | undefined =>
      metrics.select(name, { ...labels, ...rest })[0]?.value
    for (const verdict of ['good', 'bad', 'excluded'] as const)
      differences.exact(
        `events_total ${verdict} of ${objective.name}`,
        value('identity_slo_events_total', { verdict }),
        truth.seen[verdict],
      )
    const remaining = value('identity_slo_error_budget_remaining_ratio')
    differences.ratio(`error_budget_remaining of ${objective.name}`, remaining, truth.remaining)
    const shown = metrics.select('identity_slo_burn_rate', labels).map(({ labels: { window } }) => window)
    for (const window of new Set(['5m', '1h', '6h', objective.label, ...shown.map((one) => one ?? '')])) {
      const expected = window === objective.label ? truth.period : truth.window(windowMs(window))
      const of = `over ${window} of ${objective.name}`
      const [burn, ratio] = ['identity_slo_burn_rate', 'identity_slo_sli_error_ratio'].map((name) =>
        value(name, { window }),
      )
      differences.ratio(`burn_rate ${of}`, burn, expected.burn)
      differences.ratio(`sli_error_ratio ${of}`, ratio, expected.errorRatio)
    }
  }
}

function labelsOf({ provider, identityType, app, layer }: Fact): Readonly<Record<string, string>> {
  return { provider, identity_type: identityType, app, layer }
}

/** Every series of a family against the facts that it counts, and their sum, so that none has too many. */
function compareCounts(
  metrics: Exposition,
  name: string,
  counted: readonly (readonly [labels: Readonly<Record<string, string>>, fact: Fact])[],
  differences: Differences,
): void {
  for (const [key, some] of Map.groupBy(counted, ([labels]) => JSON.stringify(labels))) {
    const shown = metrics.sum(name, JSON.parse(key) as Readonly<Record<string, string>>)
    differences.exact(`${name}${key}`, shown, some.length)
  }
  differences.exact(`${name} in all`, metrics.sum(name), counted.length)
}

function compareIssuances(metrics: Exposition, facts: readonly Fact[], differences: Differences): void {
  const issuances = facts.filter(({ kind }) => kind === 'issuance')
  compareCounts(
    metrics,
    'identity_token_requests_total',
    issuances.map((fact) => [labelsOf(fact), fact]),
    differences,
  )
  compareCounts(
    metrics,
    'identity_token_request_failures_total',
    issuances.flatMap((fact) => {
      const { failure } = fact
      if (failure === undefined) return []
      return [[{ ...labelsOf(fact), reason: failure.reason, fault: failure.fault }, fact]] as const
    }),
    differences,
  )
}

function compareUses(metrics: Exposition, facts: readonly Fact[], differences: Differences): void {
  const uses = facts.filter(({ kind }) => kind === 'use')
  compareCounts(
    metrics,
    'identity_service_auth_total',
    uses.map((fact) => [labelsOf(fact), fact]),
    differences,
  )
  compareCounts(
    metrics,
    'identity_service_auth_failures_total',
    uses.flatMap((fact) =>
      fact.refused === undefined ? [] : [[{ ...labelsOf(fact), status: String(fact.refused) }, fact]],
    ),
    differences,
  )
}

function compareDurations(metrics: Exposition, facts: readonly Fact[], differences: Differences): void {
  const name = 'identity_token_fetch_duration_seconds'
  const timed = facts.flatMap(({ latencyMs, failure }) =>
    latencyMs === undefined || failure !== undefined ? [] : [latencyMs],
  )
  for (const bound of bucketBounds) {
    const below = timed.filter((ms) => ms <= bound * 1000).length
    differences.exact(`${name} up to ${bound}`, metrics.sum(`${name}_bucket`, { le: String(bound) }), below)
  }
  differences.exact(`${name}_count`, metrics.sum(`${name}_count`), timed.length)
  const seconds = timed.reduce((sum, ms) => sum + ms, 0) / 1000
  // Thousands of additions, in another order.
  differences.ratio(`${name}_sum`, metrics.sum(`${name}_sum`), seconds, 1e-9)
}

function compareSources(
  metrics: Exposition,
  facts: readonly Fact[],
  book: Book,
  differences: Differences,
): void {
  for (const [source, own] of Map.groupBy(facts, (fact) => fact.source)) {
    const shown = metrics.sum('identity_slo_records_total', { source, result: 'accepted' })
    differences.exact(`records of ${source}`, shown, own.length)
    differences.exact(`late of ${source}`, metrics.sum('identity_slo_late_dropped_total', { source }), 0)
  }
  const repeated = book.deliveries - facts.length
  const most = repeated + book.unanswered + book.archived
  differences.within('duplicates_total', metrics.sum('identity_slo_duplicates_total'), repeated, most)
}
