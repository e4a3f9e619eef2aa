/**
 * What has to be shown of a set of facts, by plain arithmetic over all of them: no buckets, nothing kept. The only things
 * taken from the product's documents are the instant at which windows end and how finely the edge of a window is cut.
 */
import type { Fact } from './fact.ts'
import type { OracleObjective, Verdict } from './objectives.ts'

const tenSecondsMs = 10_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface Counts {
  readonly good: number
  readonly bad: number
  readonly excluded: number
}

export interface WindowTruth extends Counts {
  readonly errorRatio: number
  readonly burn: number
}

export interface ObjectiveTruth {
  readonly from: number
  readonly period: WindowTruth
  readonly value: number
  readonly remaining: number
  /** Every verdict that was ever given: those taken back later as well. */
  readonly seen: Counts
  /** By dimension: keys with their bad events, most first. */
  readonly top: Readonly<Record<Dimension, readonly (readonly [key: string, bad: number])[]>>
  readonly window: (lengthMs: number) => WindowTruth
}

export const dimensions = ['identity', 'workload', 'reason', 'code'] as const
export type Dimension = (typeof dimensions)[number]

/** Windows end with the ten seconds in which the newest event lies. */
export function instantOf(facts: readonly Fact[]): number {
  const newest = facts.reduce((latest, { time }) => Math.max(latest, time), 0)
  return (Math.floor(newest / tenSecondsMs) + 1) * tenSecondsMs
}

interface Judged {
  readonly fact: Fact
  readonly verdict: Verdict
  /** Was bad until the success became known. */
  readonly isExcused: boolean
}

/** Times of successful uses by identity and service. */
function successes(facts: readonly Fact[]): (fact: Fact) => readonly number[] {
  const times = Map.groupBy(
    facts.filter(({ kind, refused }) => kind === 'use' && refused === undefined),
    ({ identity, service }) => `${identity} ${service}`,
  )
  return ({ identity, service }) => (times.get(`${identity} ${service}`) ?? []).map(({ time }) => time)
}

function judgedBy({ judge, graceMs }: OracleObjective, facts: readonly Fact[]): readonly Judged[] {
  const successesOf = successes(facts)
  return facts.flatMap((fact): Judged[] => {
    const verdict = judge(fact)
    if (verdict === undefined) return []
    const canBeExcused = verdict === 'bad' && graceMs > 0 && fact.failure?.reason === 'token_expired'
    const isExcused =
      canBeExcused && successesOf(fact).some((time) => time >= fact.time && time <= fact.time + graceMs)
    return [{ fact, verdict: isExcused ? 'excluded' : verdict, isExcused }]
  })
}

/** Something to count at an instant: an event, or a slice. */
interface Point {
  readonly time: number
  readonly verdict: Verdict
}

function pointsOf({ slices }: OracleObjective, judged: readonly Judged[]): readonly Point[] {
  const events = judged.map(({ fact, verdict }): Point => ({ time: fact.time, verdict }))
  if (slices === undefined) return events
  const counted = events.filter(({ verdict }) => verdict !== 'excluded')
  const bySlice = Map.groupBy(counted, ({ time }) => Math.floor(time / slices.ms))
  const whole = [...bySlice].map(([slice, inside]): Point => {
    const good = inside.filter(({ verdict }) => verdict === 'good').length
    return { time: slice * slices.ms, verdict: good >= slices.target * inside.length ? 'good' : 'bad' }
  })
  return [...whole, ...events.filter(({ verdict }) => verdict === 'excluded')]
}

function count(points: readonly Point[], from: number, to: number): Counts {
  const of = (wanted: Verdict): number =>
    points.filter(({ time, verdict }) => verdict === wanted && time >= from && time < to).length
  return { good: of('good'), bad: of('bad'), excluded: of('excluded') }
}

/**
 * How finely time is cut where a window begins: into ten seconds for the last two hours and what is left of their
 * first one, before that into five minutes.
 */
function stepAt(time: number, newest: number): number {
  const fineFrom = Math.floor((newest - 2 * hourMs) / hourMs) * hourMs
  return time >= fineFrom ? tenSecondsMs : 30 * tenSecondsMs
}

function ratios(counts: Counts, budget: number): WindowTruth {
  const { good, bad } = counts
  const errorRatio = good + bad === 0 ? 0 : bad / (good + bad)
  return { ...counts, errorRatio, burn: errorRatio / budget }
}

function topOf(facts: readonly Fact[]): ObjectiveTruth['top'] {
  const keyOf: Readonly<Record<Dimension, (fact: Fact) => string | undefined>> = {
    identity: ({ identity }) => identity,
    workload: ({ workload }) => workload,
    reason: ({ failure }) => failure?.reason,
    code: ({ failure }) => failure?.code,
  }
  const ranked = (dimension: Dimension): readonly (readonly [string, number])[] => {
    const counts = new Map<string, number>()
    for (const fact of facts) {
      const key = keyOf[dimension](fact)
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return [...counts].sort(([a, badA], [b, badB]) => badB - badA || (a < b ? -1 : 1))
  }
  return {
    identity: ranked('identity'),
    workload: ranked('workload'),
    reason: ranked('reason'),
    code: ranked('code'),
  }
}

function periodStart({ windowMs }: OracleObjective, at: number): number {
  if (windowMs !== undefined) return at - windowMs
  const last = new Date(at - 1)
  return Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1)
}

export function objectiveTruth(
  objective: OracleObjective,
  facts: readonly Fact[],
  at: number,
): ObjectiveTruth {
  const judged = judgedBy(objective, facts)
  const points = pointsOf(objective, judged)
  const newest = Math.max(...points.map(({ time }) => time))
  const judgedPoints = points.filter(({ verdict }) => verdict !== 'excluded')
  const lastJudged = Math.max(...judgedPoints.map(({ time }) => time))
  const budget = Number(((100 - Number(objective.target)) / 100).toFixed(6))
  const from = periodStart(objective, at)
  const between = (start: number, end: number): Counts => {
    const step = stepAt(start, newest)
    return count(points, Math.floor(start / step) * step, end)
  }
  const period = ratios(between(from, at), budget)
  const bad = judged.filter(({ verdict }) => verdict === 'bad').map(({ fact }) => fact)
  const excused = judged.filter(({ isExcused }) => isExcused).length
  const seen = (wanted: Verdict): number => judged.filter(({ verdict }) => verdict === wanted).length
  return {
    from,
    period,
    value: 1 - period.errorRatio,
    remaining: 1 - period.burn,
    seen: { good: seen('good'), bad: seen('bad') + excused, excluded: seen('excluded') },
    // Who burned the budget is known by the day.
    top: topOf(
      bad.filter(
        ({ time }) => (Math.floor(time / dayMs) + 1) * dayMs > from && Math.floor(time / dayMs) * dayMs < at,
      ),
    ),
    window: (lengthMs) => {
      const counts = between(at - lengthMs, at)
      if (counts.good + counts.bad > 0 || judgedPoints.length === 0) return ratios(counts, budget)
      // Without events it is worth what it was when there last were some.
      const step = stepAt(lastJudged, newest)
      const end = (Math.floor(lastJudged / step) + 1) * step
      return ratios(between(end - lengthMs, end), budget)
    },
  }
}
