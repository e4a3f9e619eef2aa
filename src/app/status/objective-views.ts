/** Objectives as `/api/v1` and the pages show them. Evaluated once for all who look within the same moment. */
import { budgetCourse } from '../../objectives/budget-course.ts'
import type { AlertReading, BurnReading, ObjectiveStatus } from '../../objectives/evaluate.ts'
import { contributorDimensions } from '../../objectives/objective-state.ts'
import { alertReport } from '../../outputs/replay-report.ts'
import type { ObjectiveList, ObjectiveRow, ObjectiveView } from '../../outputs/status-views.ts'
import type { Pipeline } from '../pipeline.ts'
import { pageOf } from './page-of.ts'

/** For so long, everybody who looks sees the same: evaluating a thousand objectives costs more than showing them. */
const standMs = 2000
const contributorLimit = 10
const courseSteps = 60
const hour = '1h'

const severities: Readonly<Record<ObjectiveRow['state'], number>> = {
  page: 0,
  overspent: 1,
  ticket: 2,
  ok: 3,
  'no-data': 4,
}

function stateOf({ alerts, hasData, errorBudgetRemaining }: ObjectiveStatus): ObjectiveRow['state'] {
  const firing = alerts.filter(({ isFiring }) => isFiring)
  if (firing.some(({ severity }) => severity === 'page')) return 'page'
  if (!hasData) return 'no-data'
  if (errorBudgetRemaining < 0) return 'overspent'
  return firing.length > 0 ? 'ticket' : 'ok'
}

function rowOf(status: ObjectiveStatus): ObjectiveRow {
  const { state, value, errorBudgetRemaining, hasData, burnReadings, alerts, counts } = status
  const { id, name, service, sli, target, window } = state.objective
  return {
    id,
    name,
    service,
    indicator: sli?.indicator ?? 'composite',
    state: stateOf(status),
    firing: alerts.filter(({ isFiring }) => isFiring).map((alert) => alert.id),
    target: Number(target.ratio),
    value,
    hasData,
    window: window.text,
    errorBudgetRemaining,
    burnRate1h: burnReadings.find((reading) => reading.window === hour)?.rate ?? 0,
    bad: counts.bad,
  }
}

/** The worst first, by name among equals. */
function byTrouble(a: ObjectiveRow, b: ObjectiveRow): number {
  return (
    severities[a.state] - severities[b.state] ||
    a.errorBudgetRemaining - b.errorBudgetRemaining ||
    (a.id < b.id ? -1 : 1)
  )
}

function viewOf(status: ObjectiveStatus, pipeline: Pipeline): ObjectiveView {
  const { state, from, to, counts, burnReadings, alerts, beforeExclusions: before } = status
  const { displayName, description, owner, severityClass, exclusions = [] } = state.objective
  const { definedAt, definition } = state.objective
  return {
    ...rowOf(status),
    ...{ displayName, description, owner, severityClass, definedAt, definition },
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    good: counts.good,
    excluded: counts.excluded,
    burn: burnReadings.map(({ window, rate, errorRatio, counts: { good, bad } }) => {
      return { window, rate, errorRatio, good, bad }
    }),
    alerts: alerts.map((alert) => alertOf(alert, burnReadings)),
    contributors: contributorsOf(status, pipeline),
    exclusions: exclusions.map(({ name, reason, definedAt: place }) => {
      return { name, reason, definedAt: place, active: before?.active.includes(name) ?? false }
    }),
    beforeExclusions: before && {
      good: before.counts.good,
      bad: before.counts.bad,
      value: before.value,
      errorBudgetRemaining: before.errorBudgetRemaining,
      leftOutSeconds: before.leftOutMs / 1000,
    },
    course: budgetCourse(status, courseSteps).map(({ time, remaining }) => {
      return { time: new Date(time).toISOString(), errorBudgetRemaining: remaining }
    }),
  }
}

function alertOf(alert: AlertReading, readings: readonly BurnReading[]): ObjectiveView['alerts'][number] {
  const report = alertReport(alert)
  // The count tiers have one window, and no burn rate that says when they fire.
  if (alert.shortWindow === undefined) return report
  const rateOf = (window: string) => readings.find((reading) => reading.window === window)?.rate
  return { ...report, longBurnRate: rateOf(alert.longWindow), shortBurnRate: rateOf(alert.shortWindow) }
}

function contributorsOf(
  { state, from, to }: ObjectiveStatus,
  pipeline: Pipeline,
): ObjectiveView['contributors'] {
  const top = (dimension: (typeof contributorDimensions)[number]) =>
    state.contributors(dimension, from, to).top(contributorLimit)
  const [identity, workload, reason, code] = contributorDimensions.map(top)
  const { tallies } = pipeline.identities
  return {
    identity: (identity ?? []).map((one) => ({ ...one, name: tallies.nameOf(one.key) })),
    workload: [...(workload ?? [])],
    reason: [...(reason ?? [])],
    code: [...(code ?? [])],
  }
}

export class ObjectiveViews {
  readonly #pipeline: Pipeline
  readonly #steadyMs: () => number
  #stand: { readonly until: number; readonly rows: readonly ObjectiveRow[]; readonly of: unknown } | undefined

  /** `steadyMs`: a clock that only goes forward. */
  constructor(pipeline: Pipeline, steadyMs: () => number) {
    this.#pipeline = pipeline
    this.#steadyMs = steadyMs
  }

  #rows(): readonly ObjectiveRow[] {
    const now = this.#steadyMs()
    // Another engine: the definitions were reloaded.
    if (this.#stand === undefined || now >= this.#stand.until || this.#stand.of !== this.#pipeline.engine) {
      const rows = this.#pipeline.statuses().map(rowOf).sort(byTrouble)
      this.#stand = { until: now + standMs, rows, of: this.#pipeline.engine }
    }
    return this.#stand.rows
  }

  /** `q`: part of a name or a service. */
  list(q: string, page: number): ObjectiveList {
    const rows = this.#rows()
    const text = q.toLowerCase()
    const states: Partial<Record<ObjectiveRow['state'], number>> = {}
    for (const { state } of rows) states[state] = (states[state] ?? 0) + 1
    const found =
      text === ''
        ? rows
        : rows.filter(({ name, service }) => `${service} / ${name}`.toLowerCase().includes(text))
    const { items, ...place } = pageOf(found, page)
    return { ...place, states: { ...noStates, ...states }, objectives: items }
  }

  /** Undefined where no objective has the id. */
  one(id: string): ObjectiveView | undefined {
    const pipeline = this.#pipeline
    const state = pipeline.engine.states.find(({ objective }) => objective.id === id)
    const [status] = state === undefined ? [] : pipeline.statuses([state])
    return status && viewOf(status, pipeline)
  }
}

const noStates = { page: 0, ticket: 0, overspent: 0, ok: 0, 'no-data': 0 }
