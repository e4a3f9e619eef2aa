/** What the engine keeps of one objective: its tallies, slices, latencies and who burned its budget. */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../events/chunk.ts'
import type { IdentityEvent } from '../events/event.ts'
import { TextPool } from '../events/text-pool.ts'
import { type Verdict, weighedIndicators } from '../indicators/indicator.ts'
import { LatencySketch } from '../indicators/latency-sketch.ts'
import { type Counts, retentionFor, Tally } from '../indicators/tally.ts'
import { type AlertWindow, alertPlan, burnWindowsMs } from './alert-windows.ts'
import { AppCounts } from './app-counts.ts'
import { type Fraction, fraction } from './budget.ts'
import { type Period, periodAt, type ZoneOffset, zoneOffset } from './calendar.ts'
import { Contributors } from './contributors.ts'
import { ObjectiveExclusions } from './exclusions/objective-exclusions.ts'
import type { Objective } from './objective.ts'
import { Slices } from './slices.ts'

export const contributorDimensions = ['identity', 'workload', 'reason', 'code'] as const
export type ContributorDimension = (typeof contributorDimensions)[number]

const dayMs = 86_400_000
const contributorsPerDay = 64

export interface EngineRetention {
  /** Finest buckets, and inner counts of slices, are kept this long behind the newest event, ms. */
  readonly fineMs: number
  readonly slicesMs: number
}

/** One day's attribution and latencies. */
interface Day {
  /** Each from its first bad event on: most days of most objectives have none. */
  readonly contributors: { [dimension in ContributorDimension]?: Contributors }
  latencies: LatencySketch | undefined
}

interface SavedDay {
  readonly contributors: Readonly<Record<ContributorDimension, ReturnType<Contributors['entries']>>>
  readonly latencies: ReturnType<LatencySketch['entries']>
  /** By dimension; left out where there were few. */
  readonly unseen?: Readonly<Record<ContributorDimension, number>>
}

function byDimension<T>(of: (dimension: ContributorDimension) => T): Record<ContributorDimension, T> {
  return { identity: of('identity'), workload: of('workload'), reason: of('reason'), code: of('code') }
}

function savedDay({ contributors, latencies }: Day): SavedDay {
  const hasUnseen = Object.values(contributors).some(({ unseen }) => unseen > 0)
  return {
    contributors: byDimension((dimension) => contributors[dimension]?.entries() ?? []),
    latencies: latencies?.entries() ?? [],
    ...(hasUnseen && { unseen: byDimension((dimension) => contributors[dimension]?.unseen ?? 0) }),
  }
}

function contributorsOf(
  { contributors }: Day,
  dimension: ContributorDimension,
  texts: TextPool,
): Contributors {
  contributors[dimension] ??= new Contributors(contributorsPerDay, texts)
  return contributors[dimension]
}

function restoreDay(day: Day, saved: SavedDay, texts: TextPool): void {
  for (const dimension of contributorDimensions) {
    const entries = saved.contributors[dimension]
    const unseen = saved.unseen?.[dimension] ?? 0
    if (entries.length > 0 || unseen > 0) contributorsOf(day, dimension, texts).restore(entries, unseen)
  }
  if (saved.latencies.length === 0) return
  day.latencies ??= new LatencySketch()
  day.latencies.addBins(saved.latencies)
}

export class ObjectiveState implements Stateful {
  objective: Objective
  budget: Fraction
  burnWindowsMs: readonly number[]
  alertWindows: readonly AlertWindow[]
  readonly #zone: ZoneOffset | undefined
  #period: Period | undefined
  /** Counts events, or millionths of slices. One for each part of a composite that counts occurrences. */
  readonly tallies: readonly Tally[]
  partBudgets: readonly Fraction[]
  /** All verdicts ever given: what the counters of /metrics show. Taken-back verdicts do not lower a counter. */
  readonly seen: Counts = { good: 0, bad: 0, excluded: 0 }
  readonly exclusions: ObjectiveExclusions
  /** The same events by application, of the last hours; exclusions leave nothing out of them. */
  readonly apps = new AppCounts()
  readonly #slices: Slices | undefined
  readonly #days = new Map<number, Day>()
  readonly #dirtyDays = new Set<number>()
  #isSeenDirty = false
  /** False until it is known that the store holds this state and nothing older under its keys. */
  #isAnchored = false
  #keepDaysFrom = Number.NEGATIVE_INFINITY

  readonly #texts: TextPool

  /** `texts`, where other objectives keep the same names. */
  constructor(objective: Objective, retention: EngineRetention, texts = new TextPool()) {
    this.#texts = texts
    this.objective = objective
    this.budget = fraction(objective.target.budget)
    this.partBudgets = objective.parts.map((part) => fraction(part.target.budget))
    this.burnWindowsMs = burnWindowsMs(objective)
    this.alertWindows = alertPlan(objective.window.durationMs, objective).windows
    this.#zone = objective.window.kind === 'calendar' ? zoneOffset(objective.window.timeZone) : undefined
    const weights = objective.parts.length > 0 ? objective.parts.map((part) => part.weight) : [1]
    const longest = Math.max(objective.window.durationMs, ...this.burnWindowsMs)
    // A calendar month or year can be longer than its nominal length.
    const periodMs = objective.window.kind === 'calendar' ? longest * 1.05 + dayMs : longest
    const keep = retentionFor(periodMs, retention.fineMs)
    if (objective.budgeting.method === 'Occurrences') {
      this.tallies = weights.map(() => new Tally(keep))
    } else {
      const outer = new Tally(keep)
      this.tallies = [outer]
      const slis = [objective.sli, ...objective.parts.map(({ sli }) => sli)]
      const isWeighed = slis.some((sli) => sli !== undefined && weighedIndicators.has(sli.indicator))
      this.#slices = new Slices(objective.budgeting, outer, weights, retention.slicesMs, isWeighed)
    }
    this.exclusions = new ObjectiveExclusions(objective, keep, () => this.newest)
  }

  /** A definition of the same revision: another target, owner or maintenance window, the same counts. */
  redefine(objective: Objective): this {
    this.objective = objective
    this.budget = fraction(objective.target.budget)
    this.partBudgets = objective.parts.map((part) => fraction(part.target.budget))
    this.burnWindowsMs = burnWindowsMs(objective)
    this.alertWindows = alertPlan(objective.window.durationMs, objective).windows
    this.exclusions.redefine(objective)
    return this
  }

  get newest(): number {
    return Math.max(...this.tallies.map((tally) => tally.newest))
  }

  get oldest(): number {
    return Math.min(...this.tallies.map((tally) => tally.oldest))
  }

  /** Start of the objective's own window that ends at `at`, epoch ms. */
  windowStart(at: number): number {
    const { window } = this.objective
    if (window.kind === 'rolling' || this.#zone === undefined) return at - window.durationMs
    // At the end of a period, it is that period which ends. Asking the zone costs more than all the counting.
    const last = at - 1
    if (this.#period === undefined || last < this.#period.start || last >= this.#period.end)
      this.#period = periodAt(window, last, this.#zone)
    return this.#period.start
  }

  /** Whether the slice, numbered from the epoch, has good or bad events. */
  isSliceJudged(slice: number): boolean {
    return this.#slices?.isJudged(slice) ?? false
  }

  get countsSlices(): boolean {
    return this.#slices !== undefined
  }

  /**
   * `count` is negative when a verdict is taken back.
   * @param signature of `exclusions`: which of their `where`s select the event
   * @param badShare how much of the event is bad, in thousandths, where the indicator weighs
   */
  record(
    event: IdentityEvent,
    part: number,
    verdict: Verdict,
    count: number,
    signature = '',
    badShare?: number,
  ): void {
    if (signature !== '') this.exclusions.add(part, signature, event.time, verdict, count)
    if (count > 0) {
      this.seen[verdict] += count
      this.#isSeenDirty = true
    }
    if (this.#slices === undefined) this.tallies[part]?.add(event.time, verdict, count)
    else this.#slices.add(event.time, part, verdict, count, badShare)
    // What an identity could reach is no event of its application.
    const isRatio = this.objective.budgeting.method === 'RatioTimeslices'
    if (event.kind !== 'identity.radius')
      this.apps.add(event.app, event.time, part, verdict, count, isRatio ? badShare : undefined)
    if (verdict === 'bad') this.#attribute(event, count)
    if (event.kind === 'token.request' && event.latencyMs !== undefined && verdict !== 'excluded') {
      const day = this.#day(event.time)
      day.latencies ??= new LatencySketch()
      day.latencies.add(event.latencyMs, count)
    }
  }

  #attribute(event: IdentityEvent, count: number): void {
    const day = this.#day(event.time)
    const add = (dimension: ContributorDimension, key: string | undefined): void => {
      if (key !== undefined) contributorsOf(day, dimension, this.#texts).add(key, count)
    }
    add('identity', event.identity.id)
    add('workload', event.workload && `${event.workload.kind} ${event.workload.name}`)
    add('reason', event.reason)
    add('code', event.code)
  }

  #day(time: number): Day {
    const key = Math.floor(time / dayMs)
    let day = this.#days.get(key)
    if (day === undefined) {
      this.#packDays()
      day = { contributors: {}, latencies: undefined }
      this.#days.set(key, day)
    }
    this.#dirtyDays.add(key)
    return day
  }

  /** The days before are over, but for what comes late. */
  #packDays(): void {
    for (const { contributors, latencies } of this.#days.values()) {
      for (const dimension of contributorDimensions) contributors[dimension]?.pack()
      latencies?.pack()
    }
  }

  save(out: ChunkWriter): void {
    if (!this.#isAnchored) out.removeAll('')
    this.tallies.forEach((tally, i) => {
      tally.save(prefixed(out, `tally/${i}/`))
    })
    this.#slices?.save(prefixed(out, 'slices/'))
    this.exclusions.save(prefixed(out, 'shadow/'))
    this.apps.save(prefixed(out, 'apps/'))
    for (const key of this.#dirtyDays) {
      const day = this.#days.get(key)
      if (day === undefined) out.remove(`day/${key}`)
      else out.put(`day/${key}`, jsonBytes(savedDay(day)))
    }
    if (this.#isSeenDirty) out.put('seen', jsonBytes(this.seen))
  }

  saved(): void {
    for (const tally of this.tallies) tally.saved()
    this.#slices?.saved()
    this.exclusions.saved()
    this.apps.saved()
    this.#dirtyDays.clear()
    this.#isSeenDirty = false
    this.#isAnchored = true
  }

  restore(key: string, bytes: Uint8Array): void {
    this.#isAnchored = true
    const [kind = '', index = ''] = key.split('/')
    const rest = key.slice(kind.length + 1)
    if (kind === 'seen') Object.assign(this.seen, jsonOf<Counts>(bytes))
    else if (kind === 'slices') this.#slices?.restore(rest, bytes)
    else if (kind === 'shadow') this.exclusions.restore(rest, bytes)
    else if (kind === 'apps') this.apps.restore(rest, bytes)
    else if (kind === 'day')
      restoreDay(this.#day(Number(index) * dayMs), jsonOf<SavedDay>(bytes), this.#texts)
    else this.tallies[Number(index)]?.restore(rest.slice(index.length + 1), bytes)
    this.#dirtyDays.clear()
  }

  /** Top contributors over the whole days that [from, to) touches. */
  contributors(dimension: ContributorDimension, from: number, to: number): Contributors {
    const all = new Contributors(contributorsPerDay * 4)
    for (const [key, day] of [...this.#days].sort(([a], [b]) => a - b)) {
      const of = day.contributors[dimension]
      if (of !== undefined && (key + 1) * dayMs > from && key * dayMs < to) all.merge(of)
    }
    return all
  }

  /** What one contributor did over the same days; costs less than to merge them. */
  badOf(dimension: ContributorDimension, key: string, from: number, to: number): number {
    let bad = 0
    for (const [day, { contributors }] of this.#days) {
      if ((day + 1) * dayMs > from && day * dayMs < to) bad += contributors[dimension]?.badOf(key) ?? 0
    }
    return bad
  }

  latencies(from: number, to: number): LatencySketch {
    const all = new LatencySketch()
    for (const [key, day] of this.#days) {
      if ((key + 1) * dayMs > from && key * dayMs < to && day.latencies) all.merge(day.latencies)
    }
    return all
  }

  /** Lets go of what no window can reach any more. */
  prune(): void {
    this.#slices?.prune(this.newest)
    const from = Math.floor((this.newest - this.objective.window.durationMs * 1.05) / dayMs) - 4
    if (!Number.isFinite(from) || from === this.#keepDaysFrom) return
    this.#keepDaysFrom = from
    for (const key of this.#days.keys()) {
      if (key >= from) continue
      this.#days.delete(key)
      this.#dirtyDays.add(key)
    }
  }
}
