/** The stable JSON of `replay` and of `/api/v1`: what was read, the indicators, the objectives, the identities. */
import type { AlertReading, BeforeExclusions, ObjectiveStatus } from '../objectives/evaluate.ts'
import { contributorDimensions } from '../objectives/objective-state.ts'

export interface AlertReport {
  readonly id: string
  readonly severity: 'page' | 'ticket'
  readonly firing: boolean
  /** Set where it would page, and only the guard against blips and chance says no. */
  readonly heldBack?: true
  readonly factor: number
  readonly longWindow: string
  /** Absent where one window decides. */
  readonly shortWindow?: string
}

/** The numbers as they would be if nothing were left out; absent where an objective has no exclusions. */
export interface BeforeExclusionsReport {
  readonly good: number
  readonly bad: number
  readonly excluded: number
  readonly value: number
  readonly errorBudgetRemaining: number
  /** Time of the window in which everything is left out. */
  readonly leftOutSeconds: number
  /** Exclusions that are under way. */
  readonly active: readonly string[]
  /** RFC 3339: up to here some exclusion's events are still counted; `replay` leaves them out. */
  readonly partialBefore?: string
}

export interface ObjectiveReport {
  readonly name: string
  readonly service: string
  readonly indicator: string
  /** 0 to 1. */
  readonly target: number
  readonly window: string
  readonly from: string
  readonly to: string
  readonly good: number
  readonly bad: number
  readonly excluded: number
  readonly value: number
  readonly errorBudgetRemaining: number
  readonly beforeExclusions?: BeforeExclusionsReport
  readonly hasData: boolean
  readonly burnRates: Readonly<Record<string, number>>
  readonly alerts: readonly AlertReport[]
  /** ms; only where latencies are measured. */
  readonly latency?: { readonly p50: number; readonly p95: number; readonly p99: number }
  readonly topContributors: Readonly<Record<string, readonly { key: string; bad: number }[]>>
}

export function alertReport({ isFiring, isHeldBack, ...alert }: AlertReading): AlertReport {
  return { ...alert, firing: isFiring, ...(isHeldBack && { heldBack: true }) }
}

const topContributors = 5

function latencyOf(status: ObjectiveStatus): ObjectiveReport['latency'] {
  if (status.state.objective.sli?.indicator !== 'token-fetch-latency') return undefined
  const sketch = status.state.latencies(status.from, status.to)
  if (sketch.total === 0) return undefined
  const at = (q: number): number => Number((sketch.quantile(q) ?? 0).toPrecision(4))
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

function beforeReport(before: BeforeExclusions): BeforeExclusionsReport {
  const { counts, value, errorBudgetRemaining, leftOutMs, active, partialBefore } = before
  return {
    ...counts,
    value,
    errorBudgetRemaining,
    leftOutSeconds: leftOutMs / 1000,
    active,
    ...(partialBefore !== undefined && { partialBefore: new Date(partialBefore).toISOString() }),
  }
}

export function objectiveReport(status: ObjectiveStatus): ObjectiveReport {
  const { objective } = status.state
  const contributors = contributorDimensions.map((dimension) => {
    const top = status.state.contributors(dimension, status.from, status.to).top(topContributors)
    return [dimension, top.map(({ key, bad }) => ({ key, bad }))] as const
  })
  const latency = latencyOf(status)
  return {
    name: objective.name,
    service: objective.service,
    indicator: objective.sli?.indicator ?? 'composite',
    target: Number(objective.target.ratio),
    window: objective.window.text,
    from: new Date(status.from).toISOString(),
    to: new Date(status.to).toISOString(),
    good: status.counts.good,
    bad: status.counts.bad,
    excluded: status.counts.excluded,
    value: status.value,
    errorBudgetRemaining: status.errorBudgetRemaining,
    ...(status.beforeExclusions && { beforeExclusions: beforeReport(status.beforeExclusions) }),
    hasData: status.hasData,
    burnRates: Object.fromEntries(status.burnReadings.map(({ window, rate }) => [window, rate])),
    alerts: status.alerts.map(alertReport),
    ...(latency === undefined ? {} : { latency }),
    topContributors: Object.fromEntries(contributors),
  }
}
