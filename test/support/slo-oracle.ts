/**
 * What an objective says, from first principles: lists of events and loops, nothing kept, nothing clever, and no code
 * shared with what it checks. Slow, so for a few hundred events.
 */
import type { IdentityEvent } from '../../src/events/event.ts'
import type { Owner } from '../../src/events/ownership.ts'
import type { Objective, SliSource, WhereField } from '../../src/objectives/objective.ts'

export interface Delivery {
  readonly event: IdentityEvent
  readonly owner: Owner
}

export interface OracleCounts {
  readonly good: number
  readonly bad: number
  readonly excluded: number
}

export interface OracleWindow {
  readonly counts: OracleCounts
  readonly value: number
  readonly errorRatio: number
  readonly burn: number
}

export interface OracleStatus extends OracleWindow {
  readonly from: number
  readonly remaining: number
  readonly windows: ReadonlyMap<number, OracleWindow>
  /** Undefined: too close to the threshold for floating point to tell. */
  readonly halfBudget: boolean | undefined
  readonly exhausted: boolean | undefined
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const unitsPerSlice = 1_000_000
const none: OracleCounts = { good: 0, bad: 0, excluded: 0 }

type OracleVerdict = 'good' | 'bad' | 'excluded' | 'excused'

function textsOf(field: WhereField, { event, owner }: Delivery): readonly (string | undefined)[] {
  const { identity } = event
  const texts: Record<WhereField, readonly (string | undefined)[]> = {
    provider: [event.provider],
    app: [owner.app],
    team: [owner.team],
    criticality: [owner.criticality],
    identity: [identity.id, identity.name],
    identityType: [identity.type],
    tenant: [identity.tenant],
    namespace: [identity.namespace],
    layer: [event.layer],
    source: [event.source],
    service: ['service' in event ? event.service : undefined],
    audience: ['audience' in event ? event.audience : undefined],
    workload: [event.workload?.name],
  }
  return texts[field]
}

function globOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`)
}

function isSelected(delivery: Delivery, sli: SliSource): boolean {
  for (const [field, patterns] of Object.entries(sli.where)) {
    const texts = textsOf(field as WhereField, delivery).filter((text) => text !== undefined)
    if (!patterns?.some((pattern) => texts.some((text) => globOf(pattern).test(text)))) return false
  }
  return true
}

function judged(event: IdentityEvent, sli: SliSource): OracleVerdict | undefined {
  const isPerson = event.identity.type === 'user' && !sli.includesPeople
  const failed = (): OracleVerdict => {
    if (sli.faults === undefined) return 'bad'
    return sli.faults.some((fault) => fault === event.fault) ? 'bad' : 'excluded'
  }
  if (sli.indicator === 'token-issuance') {
    if (event.kind !== 'token.request' || event.vantage !== 'issuer') return undefined
    if (isPerson) return 'excluded'
    return event.outcome === 'success' ? 'good' : failed()
  }
  if (sli.indicator === 'token-fetch-latency') {
    if (event.kind !== 'token.request' || event.latencyMs === undefined) return undefined
    if (isPerson || event.outcome === 'failure') return 'excluded'
    return event.latencyMs > (sli.thresholdMs ?? 200) ? 'bad' : 'good'
  }
  if (event.kind !== 'token.use') return undefined
  if (isPerson) return 'excluded'
  return event.decision === 'allowed' ? 'good' : failed()
}

/** Whether the same identity got into the same service within the grace after a 401 for an expired token. */
function isRotation(event: IdentityEvent, all: readonly Delivery[], graceMs: number): boolean {
  if (event.kind !== 'token.use' || event.decision !== 'unauthenticated') return false
  if (event.reason !== 'token_expired' || graceMs === 0) return false
  return all.some(
    ({ event: other }) =>
      other.kind === 'token.use' &&
      other.decision === 'allowed' &&
      other.identity.id === event.identity.id &&
      other.service === event.service &&
      other.time >= event.time &&
      other.time <= event.time + graceMs,
  )
}

interface Judgement {
  readonly time: number
  readonly part: number
  readonly verdict: OracleVerdict
}

function judgements(objective: Objective, deliveries: readonly Delivery[]): readonly Judgement[] {
  const unique = [...new Map(deliveries.map((delivery) => [delivery.event.id, delivery])).values()]
  const sources = objective.sli === undefined ? objective.parts.map(({ sli }) => sli) : [objective.sli]
  return sources.flatMap((sli, part) =>
    unique.flatMap((delivery): Judgement[] => {
      const { event } = delivery
      const verdict = isSelected(delivery, sli) ? judged(event, sli) : undefined
      if (verdict === undefined) return []
      const isExcused = verdict === 'bad' && isRotation(event, unique, objective.rotationGraceMs)
      return [{ time: event.time, part, verdict: isExcused ? 'excused' : verdict }]
    }),
  )
}

/** Something to count at an instant. */
interface Point extends OracleCounts {
  readonly time: number
}

/** What one row of counts is made of, and the instants between which anything happened. */
interface Row {
  readonly points: readonly Point[]
  readonly newest: number
  readonly oldest: number
}

function rowOf(points: readonly Point[]): Row {
  const times = points.map(({ time }) => time)
  return { points, newest: Math.max(...times), oldest: Math.min(...times) }
}

function occurrences(all: readonly Judgement[], part: number): Row {
  const own = all.filter((judgement) => judgement.part === part)
  return rowOf(
    own.map(({ time, verdict }) => ({
      time,
      good: verdict === 'good' ? 1 : 0,
      bad: verdict === 'bad' ? 1 : 0,
      excluded: verdict === 'excluded' || verdict === 'excused' ? 1 : 0,
    })),
  )
}

/** Millionths of a slice that are good. */
function worthOf(inSlice: readonly Judgement[], objective: Objective): number {
  const weights = objective.sli === undefined ? objective.parts.map(({ weight }) => weight) : [1]
  let badness = 0
  let weightsWithData = 0
  let hasBadPart = false
  for (const [part, weight] of weights.entries()) {
    const own = inSlice.filter((judgement) => judgement.part === part)
    const bad = own.filter(({ verdict }) => verdict === 'bad').length
    if (own.length === 0) continue
    weightsWithData += weight
    badness += weight * (bad / own.length)
    if (objective.budgeting.method !== 'Timeslices') continue
    const target = decimal(objective.budgeting.sliceTarget)
    if (BigInt(own.length - bad) * target.scale < BigInt(own.length) * target.units) hasBadPart = true
  }
  if (objective.budgeting.method === 'Timeslices') return hasBadPart ? 0 : unitsPerSlice
  return unitsPerSlice - Math.round((badness / weightsWithData) * unitsPerSlice)
}

function isCounted({ verdict }: Judgement): boolean {
  return verdict === 'good' || verdict === 'bad'
}

function slices(all: readonly Judgement[], objective: Objective, sliceMs: number): Row {
  const sliceOf = (judgement: Judgement): number => Math.floor(judgement.time / sliceMs)
  const counted = new Set(all.filter(isCounted).map(sliceOf))
  const points = [...counted].map((slice): Point => {
    const good = worthOf(
      all.filter((each) => isCounted(each) && sliceOf(each) === slice),
      objective,
    )
    return { time: slice * sliceMs, good, bad: unitsPerSlice - good, excluded: 0 }
  })
  for (const { time, verdict } of all) {
    if (verdict === 'excluded' || verdict === 'excused') points.push({ time, good: 0, bad: 0, excluded: 1 })
    // Was bad until the success came, so its slice has been there.
    if (verdict === 'excused') points.push({ time: Math.floor(time / sliceMs) * sliceMs, ...none })
  }
  return rowOf(points)
}

/** A decimal text as a fraction of whole numbers. */
function decimal(text: string): { units: bigint; scale: bigint } {
  const [whole = '', places = ''] = text.split('.')
  return { units: BigInt(whole + places), scale: 10n ** BigInt(places.length) }
}

/** What ADR 5 promises to keep: 10 s by the hour for 2 h, 5 min by the day for a month (8 d of longer windows), hours. */
function stepAt(time: number, newest: number, objective: Objective): number {
  if (time >= Math.floor((newest - 2 * hour) / hour) * hour) return 10 * second
  const nominal = Math.max(objective.window.durationMs, 3 * day)
  const longest = objective.window.kind === 'calendar' ? nominal * 1.05 + day : nominal
  const fiveMinutesFor = longest < 35 * day ? Math.min(longest, 31 * day) + day : 8 * day
  return time >= Math.floor((newest - fiveMinutesFor) / day) * day ? 5 * minute : hour
}

class Oracle {
  readonly #objective: Objective
  readonly #at: number
  readonly #rows: readonly Row[]

  constructor(objective: Objective, deliveries: readonly Delivery[], at: number) {
    this.#objective = objective
    this.#at = at
    const all = judgements(objective, deliveries)
    const { budgeting } = objective
    const parts = objective.sli === undefined ? objective.parts.map((_, i) => i) : [0]
    this.#rows =
      budgeting.method === 'Occurrences'
        ? parts.map((part) => occurrences(all, part))
        : [slices(all, objective, budgeting.sliceMs)]
  }

  get oldest(): number {
    return Math.min(...this.#rows.map(({ oldest }) => oldest))
  }

  #start(row: Row, from: number): number {
    const step = stepAt(Math.floor(from / 10_000) * 10_000, row.newest, this.#objective)
    return Math.floor(from / step) * step
  }

  #count(row: Row, from: number, to: number): OracleCounts {
    const step = stepAt(to, row.newest, this.#objective)
    const start = this.#start(row, from)
    const end = Math.ceil(to / step) * step
    const inside = row.points.filter(({ time }) => time >= start && time < end)
    const sum = (of: (point: Point) => number): number => inside.reduce((all, point) => all + of(point), 0)
    return { good: sum((p) => p.good), bad: sum((p) => p.bad), excluded: sum((p) => p.excluded) }
  }

  /** A window without good and bad events is worth what the objective says. */
  #worth(row: Row, from: number, to: number, holds: boolean): OracleCounts {
    const { noData, budgeting } = this.#objective
    const counts = this.#count(row, from, to)
    const isEmpty = counts.good + counts.bad === 0
    if (noData === 'hold') {
      const withData = row.points.filter(({ good, bad }) => good + bad > 0).map(({ time }) => time)
      if (!isEmpty || !holds || withData.length === 0) return counts
      const last = Math.max(...withData)
      const step = stepAt(last, row.newest, this.#objective)
      const end = Math.floor(last / step) * step + step
      return end > from ? counts : this.#count(row, end - (to - from), end)
    }
    if (budgeting.method === 'Occurrences') return isEmpty ? { ...counts, [noData]: 1 } : counts
    let empty = 0
    const { sliceMs } = budgeting
    const start = this.#start(row, from)
    if (row.points.length > 0) {
      const withData = new Set(row.points.filter(({ good, bad }) => good + bad > 0).map(({ time }) => time))
      for (let slice = Math.floor(row.oldest / sliceMs) * sliceMs; slice + sliceMs <= to; slice += sliceMs)
        if (slice >= start && !withData.has(slice)) empty++
    }
    return { ...counts, [noData]: counts[noData] + empty * unitsPerSlice }
  }

  #shown({ good, bad, excluded }: OracleCounts): OracleCounts {
    const unit = this.#objective.budgeting.method === 'Occurrences' ? 1 : unitsPerSlice
    return { good: good / unit, bad: bad / unit, excluded }
  }

  window(from: number, to: number, holds: boolean): OracleWindow & { readonly worth: OracleCounts } {
    const add = (all: readonly OracleCounts[]): OracleCounts =>
      all.reduce(
        (a, b) => ({ good: a.good + b.good, bad: a.bad + b.bad, excluded: a.excluded + b.excluded }),
        none,
      )
    const counts = add(this.#rows.map((row) => this.#count(row, from, to)))
    const worths = this.#rows.map((row) => this.#worth(row, from, to, holds))
    const worth = add(worths)
    const total = worth.good + worth.bad
    const { parts, target } = this.#objective
    const isWeighted = worths.length > 1
    let burn = 0
    let weights = 0
    for (const [i, { good, bad }] of worths.entries()) {
      if (good + bad === 0) continue
      const weight = isWeighted ? (parts[i]?.weight ?? Number.NaN) : 1
      const budget = Number(isWeighted ? parts[i]?.target.budget : target.budget)
      burn += (weight * (bad / (good + bad))) / budget
      weights += weight
    }
    return {
      counts: this.#shown(counts),
      worth: this.#shown(worth),
      value: total === 0 ? 1 : worth.good / total,
      errorRatio: total === 0 ? 0 : worth.bad / total,
      burn: weights === 0 ? 0 : burn / weights,
    }
  }

  status(from: number, windowsMs: readonly number[]): OracleStatus {
    const at = this.#at
    const { window, minBadEvents, target } = this.#objective
    const period = this.window(from, at, false)
    const lastHour = this.window(at - hour, at, true)
    const traffic = this.window(window.kind === 'rolling' ? from : at - window.durationMs, at, false).worth
    const covered = Math.min(1, Math.max(hour, at - this.oldest) / window.durationMs)
    const allowed = ((traffic.good + traffic.bad) / covered) * Number(target.budget)
    return {
      ...period,
      from,
      remaining: 1 - period.burn,
      windows: new Map(windowsMs.map((ms) => [ms, this.window(at - ms, at, true)])),
      halfBudget:
        lastHour.counts.bad < minBadEvents || allowed === 0
          ? false
          : isAbove(lastHour.counts.bad / allowed, 0.5),
      exhausted: period.counts.bad < minBadEvents ? false : isAbove(period.burn, 1),
    }
  }
}

/** Undefined where rounding could decide. */
export function isAbove(value: number, threshold: number): boolean | undefined {
  return Math.abs(value - threshold) < 1e-9 * threshold ? undefined : value > threshold
}

/** @param from start of the objective's own window: periods of calendars have an oracle of their own */
export function oracleStatus(
  objective: Objective,
  deliveries: readonly Delivery[],
  at: number,
  from: number,
  windowsMs: readonly number[],
): OracleStatus {
  return new Oracle(objective, deliveries, at).status(from, windowsMs)
}
