/** Judges events for every objective that wants them, in event time. */
import type { IdentityEvent } from '../events/event.ts'
import type { Owner } from '../events/ownership.ts'
import { RotationGrace } from '../events/rotation.ts'
import type { Indicator, IndicatorId, JudgeOptions, Verdict } from '../indicators/indicator.ts'
import type { Counts } from '../indicators/tally.ts'
import { type eventFields, whereMatches } from './matching.ts'
import type { Objective, SliSource } from './objective.ts'
import { type EngineRetention, ObjectiveState } from './objective-state.ts'

/** One thing that an event is judged for: an objective (or a part of one), or an indicator's totals. */
export interface Target {
  readonly indicator: Indicator
  readonly options: JudgeOptions
  readonly rotationGraceMs: number
  readonly record: (event: IdentityEvent, verdict: Verdict, count: number) => void
}

export interface IndicatorTotals extends Counts {
  readonly id: IndicatorId
}

/** A 401 that may still turn out to be part of a rotation. */
interface Excusable {
  readonly event: IdentityEvent
  readonly target: Target
  isExcused: boolean
}

const defaultRotationGraceMs = 30_000
const maxRotationGraceMs = 3_600_000

interface Candidate extends Target {
  readonly sli: SliSource | undefined
}

export class Engine {
  readonly states: readonly ObjectiveState[]
  readonly totals: readonly IndicatorTotals[]
  /** Whether an objective selects on the field, for the fields of which one identity's events differ. */
  readonly selectsOn: { readonly service: boolean; readonly audience: boolean; readonly workload: boolean }
  readonly #candidates: readonly Candidate[]
  readonly #rotation = new RotationGrace<Excusable>(maxRotationGraceMs)

  constructor(
    objectives: readonly Objective[],
    indicators: readonly Indicator[],
    retention: EngineRetention,
    former?: Engine,
  ) {
    this.states = objectives.map(
      (objective) =>
        former?.stateOf(objective)?.redefine(objective) ?? new ObjectiveState(objective, retention),
    )
    this.totals =
      former?.totals ?? indicators.map((indicator) => ({ id: indicator.id, good: 0, bad: 0, excluded: 0 }))
    const forTotals = indicators.map((indicator, i): Candidate => {
      const totals = this.totals[i] as IndicatorTotals
      const record = (_event: IdentityEvent, verdict: Verdict, count: number): void => {
        totals[verdict] += count
      }
      return { indicator, options: {}, rotationGraceMs: defaultRotationGraceMs, record, sli: undefined }
    })
    const forObjectives = this.states.flatMap((state) => candidatesOf(state, indicators))
    this.#candidates = [...forTotals, ...forObjectives]
    const selects = (field: (typeof eventFields)[number]): boolean =>
      this.#candidates.some((candidate) => candidate.sli?.where[field] !== undefined)
    this.selectsOn = {
      service: selects('service'),
      audience: selects('audience'),
      workload: selects('workload'),
    }
  }

  /** The state of an objective that counts the same: unchanged objectives keep their history over a reload. */
  stateOf(objective: Objective): ObjectiveState | undefined {
    return this.states.find(
      (state) => state.objective.id === objective.id && state.objective.revision === objective.revision,
    )
  }

  /** What an event like this one is judged for; the same for all events that agree in what `where` can select on. */
  targetsFor(event: IdentityEvent, owner: Owner): readonly Target[] {
    return this.#candidates.filter(
      ({ indicator, sli }) =>
        indicator.kinds.includes(event.kind) && (sli === undefined || whereMatches(sli.where, event, owner)),
    )
  }

  observe(event: IdentityEvent, targets: readonly Target[]): void {
    for (const target of targets) {
      const verdict = target.indicator.judge(event, target.options)
      if (verdict !== undefined) target.record(event, verdict, 1)
      if (verdict === 'bad' && isExpiredToken(event)) this.#watch({ event, target, isExcused: false })
    }
    if (event.kind === 'token.use' && event.decision === 'allowed') this.#excuse(event)
  }

  /** A 401 for an expired token: excused at once when the success that follows is known already. */
  #watch(failure: Excusable): void {
    const { event, target } = failure
    const key = rotationKey(event)
    if (this.#rotation.isFollowedBySuccess(key, event.time, target.rotationGraceMs)) excuse(failure)
    else this.#rotation.expired(key, event.time, failure)
  }

  #excuse(success: IdentityEvent): void {
    for (const { time, subject } of this.#rotation.success(rotationKey(success), success.time)) {
      if (!subject.isExcused && success.time - time <= subject.target.rotationGraceMs) excuse(subject)
    }
  }

  /** Lets go of what lies before `floor` (epoch ms) and can no longer change. */
  prune(floor: number): void {
    this.#rotation.prune(floor)
    for (const state of this.states) state.prune()
  }
}

function candidatesOf(state: ObjectiveState, indicators: readonly Indicator[]): Candidate[] {
  const { objective } = state
  const sources = objective.parts.length > 0 ? objective.parts.map((part) => part.sli) : [objective.sli]
  return sources.flatMap((sli, part) => {
    const indicator = indicators.find((candidate) => candidate.id === sli?.indicator)
    if (sli === undefined || indicator === undefined) return []
    const record = (event: IdentityEvent, verdict: Verdict, count: number): void =>
      state.record(event, part, verdict, count)
    return [{ indicator, options: sli, rotationGraceMs: objective.rotationGraceMs, record, sli }]
  })
}

function isExpiredToken(event: IdentityEvent): boolean {
  return (
    event.kind === 'token.use' && event.decision === 'unauthenticated' && event.reason === 'token_expired'
  )
}

function rotationKey(event: IdentityEvent): string {
  return event.kind === 'token.use' ? `${event.identity.id}\n${event.service}` : event.identity.id
}

function excuse(failure: Excusable): void {
  failure.isExcused = true
  failure.target.record(failure.event, 'bad', -1)
  failure.target.record(failure.event, 'excluded', 1)
}
