/** Judges events for every objective that wants them, in event time. */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../events/chunk.ts'
import { detached, detachedIfAny } from '../events/detach.ts'
import type { Aspect } from '../events/enrichment.ts'
import type { IdentityEvent, IdentityRadius, TokenUse } from '../events/event.ts'
import type { Owner } from '../events/ownership.ts'
import { RotationGrace } from '../events/rotation.ts'
import { TextPool } from '../events/text-pool.ts'
import type { Indicator, IndicatorId, JudgeOptions, Verdict } from '../indicators/indicator.ts'
import type { Counts } from '../indicators/tally.ts'
import { type eventFields, whereMatches } from './matching.ts'
import type { Objective, SliSource } from './objective.ts'
import { type EngineRetention, ObjectiveState } from './objective-state.ts'

/** One thing that an event is judged for: an objective (or a part of one), or an indicator's totals. */
export interface Target {
  /** Stable over restarts. */
  readonly id: string
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
  readonly event: TokenUse
  readonly target: Target
}

const defaultRotationGraceMs = 30_000

interface Candidate extends Target {
  readonly sli: SliSource | undefined
  /** The same for events that exclusions tell apart. */
  readonly apart?: ((signature: string) => Target) | undefined
  readonly signature?: ((event: IdentityEvent, owner: Owner) => string) | undefined
}

export class Engine implements Stateful {
  readonly states: readonly ObjectiveState[]
  readonly totals: readonly IndicatorTotals[]
  /** Whether an objective selects on the field, for the fields of which one identity's events differ. */
  readonly selectsOn: { readonly service: boolean; readonly audience: boolean; readonly workload: boolean }
  readonly #candidates: readonly Candidate[]
  readonly #rotation: RotationGrace<Excusable>
  /** By the key that their chunks stand under; only a restored engine needs it. */
  #byKey: ReadonlyMap<string, ObjectiveState> | undefined

  constructor(
    objectives: readonly Objective[],
    indicators: readonly Indicator[],
    retention: EngineRetention,
    former?: Engine,
  ) {
    const texts = new TextPool()
    this.states = objectives.map(
      (objective) =>
        former?.stateOf(objective)?.redefine(objective) ?? new ObjectiveState(objective, retention, texts),
    )
    // What waits to be excused was counted in states that are kept: a reload does not forget it.
    this.#rotation = former === undefined ? new RotationGrace() : former.#rotation
    this.totals =
      former?.totals ?? indicators.map((indicator) => ({ id: indicator.id, good: 0, bad: 0, excluded: 0 }))
    const forTotals = indicators.map((indicator, i): Candidate => {
      const totals = this.totals[i] as IndicatorTotals
      const record = (_event: IdentityEvent, verdict: Verdict, count: number): void => {
        totals[verdict] += count
      }
      const id = `total:${indicator.id}`
      return { id, indicator, options: {}, rotationGraceMs: defaultRotationGraceMs, record, sli: undefined }
    })
    const forObjectives = this.states.flatMap((state) => candidatesOf(state, indicators))
    this.#candidates = [...forTotals, ...forObjectives]
    const selects = (field: (typeof eventFields)[number]): boolean =>
      this.#candidates.some((candidate) => candidate.sli?.where[field] !== undefined) ||
      this.states.some(({ exclusions }) => exclusions.selectsOn(field))
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
    return targetsAmong(this.#candidates, event, owner)
  }

  /** Counts something that no record tells, so many times; a negative `count` takes it back, by the same targets. */
  count(event: IdentityRadius, targets: readonly Target[], count: number): void {
    for (const target of targets) {
      const verdict = target.indicator.judge(event, target.options)
      if (verdict !== undefined) target.record(event, verdict, count)
    }
  }

  observe(event: IdentityEvent, targets: readonly Target[]): void {
    let kept: TokenUse | undefined
    for (const target of targets) {
      const verdict = target.indicator.judge(event, target.options)
      if (verdict !== undefined) target.record(event, verdict, event.weight ?? 1)
      if (verdict === 'bad' && isExcused(target) && isExpiredToken(event)) {
        kept ??= detachedUse(event)
        this.#watch({ event: kept, target })
      }
    }
    if (event.kind === 'token.use' && event.decision === 'allowed') this.#excuse(event)
  }

  /**
   * Judges an event that was observed before by what is known of it only now: targets that waited for it, and no others.
   * @param times epoch ms, where it stands for equal events
   */
  learn(event: IdentityEvent, owner: Owner, aspect: Aspect, times: readonly number[] = [event.time]): void {
    const waited = this.#candidates.filter(({ indicator }) => indicator.aspect === aspect)
    for (const target of targetsAmong(waited, event, owner)) {
      const verdict = target.indicator.judge(event, target.options)
      if (verdict === undefined) continue
      for (const time of times) target.record({ ...event, time }, verdict, event.weight ?? 1)
    }
  }

  /** A 401 for an expired token: excused at once when the success that follows is known already. */
  #watch(failure: Excusable): void {
    const { event, target } = failure
    const key = rotationKey(event)
    if (this.#rotation.isFollowedBySuccess(key, event.time, target.rotationGraceMs)) excuse(failure)
    else this.#rotation.expired(key, event.time, target.rotationGraceMs, failure)
  }

  #excuse(success: TokenUse): void {
    for (const failure of this.#rotation.success(rotationKey(success), success.time)) excuse(failure)
  }

  save(out: ChunkWriter): void {
    for (const state of this.states) state.save(prefixed(out, `objective/${stateKey(state.objective)}/`))
    this.#rotation.save(prefixed(out, 'rotation/'), ({ event, target }) => [event, target.id])
    out.put('totals', jsonBytes(this.totals))
  }

  saved(): void {
    for (const state of this.states) state.saved()
    this.#rotation.saved()
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'totals') {
      for (const saved of jsonOf<IndicatorTotals[]>(bytes)) {
        Object.assign(this.totals.find(({ id }) => id === saved.id) ?? {}, saved)
      }
    } else if (key.startsWith('rotation/')) {
      this.#rotation.restore(key.slice('rotation/'.length), bytes, (value) => this.#excusable(value))
    } else {
      const [, id = ''] = key.split('/')
      this.#byKey ??= new Map(this.states.map((state) => [stateKey(state.objective), state]))
      const state = this.#byKey.get(id)
      // Counts of a definition that is gone or counts otherwise now: they stay in the store, and are not read.
      state?.restore(key.slice(`objective/${id}/`.length), bytes)
    }
  }

  #excusable(value: unknown): Excusable | undefined {
    const [event, targetId] = value as [TokenUse, string]
    const [key, part, signature = ''] = targetId.split('#')
    const id = part === undefined ? key : `${key}#${part}`
    const candidate = this.#candidates.find((each) => each.id === id)
    return candidate && { event, target: variantOf(candidate, signature) }
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
    const targetOf = (signature: string): Target => ({
      id: `${stateKey(objective)}#${part}${signature === '' ? '' : `#${signature}`}`,
      indicator,
      options: sli,
      rotationGraceMs: objective.rotationGraceMs,
      record: (event, verdict, count) =>
        state.record(event, part, verdict, count, signature, indicator.weigh?.(event)),
    })
    const signature = (event: IdentityEvent, owner: Owner): string =>
      state.exclusions.signature(part, event, owner)
    return [{ ...targetOf(''), sli, apart: targetOf, signature }]
  })
}

function targetsAmong(
  candidates: readonly Candidate[],
  event: IdentityEvent,
  owner: Owner,
): readonly Target[] {
  return candidates
    .filter(
      ({ indicator, sli }) =>
        indicator.kinds.includes(event.kind) && (sli === undefined || whereMatches(sli.where, event, owner)),
    )
    .map((candidate) => variantOf(candidate, candidate.signature?.(event, owner) ?? ''))
}

function variantOf(candidate: Candidate, signature: string): Target {
  return signature === '' ? candidate : (candidate.apart?.(signature) ?? candidate)
}

/** Where the state of an objective is kept: with another revision, counting starts anew. */
function stateKey(objective: Objective): string {
  return `${encodeURIComponent(objective.id)}@${objective.revision}`
}

/** A rotation excuses a refused token, and no other verdict on the same event. */
function isExcused({ indicator, rotationGraceMs }: Target): boolean {
  return indicator.id === 'service-auth' && rotationGraceMs > 0
}

function isExpiredToken(event: IdentityEvent): event is TokenUse {
  return (
    event.kind === 'token.use' && event.decision === 'unauthenticated' && event.reason === 'token_expired'
  )
}

function rotationKey(event: TokenUse): string {
  return `${event.identity.id}\n${event.service}`
}

/** A failure may wait for days: it must not keep the bytes alive that its texts were cut from. */
function detachedUse(event: TokenUse): TokenUse {
  const { id, type, tenant } = event.identity
  return {
    ...event,
    id: '',
    identity: { id: detached(id), type, tenant: detached(tenant) },
    app: detached(event.app),
    workload: event.workload && { kind: event.workload.kind, name: detached(event.workload.name) },
    code: detachedIfAny(event.code),
    service: detached(event.service),
    resource: undefined,
    correlation: undefined,
  }
}

function excuse(failure: Excusable): void {
  const weight = failure.event.weight ?? 1
  failure.target.record(failure.event, 'bad', -weight)
  failure.target.record(failure.event, 'excluded', weight)
}
