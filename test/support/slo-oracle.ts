/**
 * What an objective says, from first principles: lists of events and loops, nothing kept, nothing clever, and no code
 * shared with what it checks. Slow, so for a few hundred events.
 */
import type { Objective, SliSource, WhereField } from '../../src/objectives/objective.ts'
import { type Delivery, globOf, isSelected, type Judgement, judgements } from './verdict-oracle.ts'

/** A stretch of time in which events are left out: all of them, or those that `where` selects. */
export interface OracleExclusion {
  readonly from: number
  readonly to: number
  readonly where?: SliSource['where'] | undefined
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
  /** Whether a page of a tier with this long window may go out. */
  readonly mayPage: (longMs: number) => boolean | undefined
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const unitsPerSlice = 1_000_000
const none: OracleCounts = { good: 0, bad: 0, excluded: 0 }

/** Something to count at an instant. */
interface Point extends OracleCounts {
  readonly time: number
  /** Undefined for a slice. */
  readonly delivery?: Delivery | undefined
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
    own.map(({ delivery, time, verdict }) => ({
      delivery,
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

/** Whether nothing that the source selects escapes the `where`: for each field, it asks for what the `where` asks for. */
function selectsAll(where: SliSource['where'] | undefined, source: SliSource): boolean {
  return Object.entries(where ?? {}).every(([field, patterns]) => {
    const wanted = source.where[field as WhereField]
    const isExact = (text: string): boolean => !/[*?]/.test(text)
    return wanted?.every((text) =>
      patterns?.some((pattern) => pattern === text || (isExact(text) && globOf(pattern).test(text))),
    )
  })
}

class Oracle {
  readonly #objective: Objective
  readonly #at: number
  readonly #exclusions: readonly OracleExclusion[]
  readonly #sources: readonly SliSource[]
  readonly #rows: readonly Row[]

  constructor(
    objective: Objective,
    deliveries: readonly Delivery[],
    at: number,
    exclusions: readonly OracleExclusion[],
  ) {
    this.#objective = objective
    this.#at = at
    this.#exclusions = exclusions
    this.#sources = objective.sli === undefined ? objective.parts.map(({ sli }) => sli) : [objective.sli]
    const all = judgements(objective, deliveries)
    const { budgeting } = objective
    const parts = objective.sli === undefined ? objective.parts.map((_, i) => i) : [0]
    const rows =
      budgeting.method === 'Occurrences'
        ? parts.map((part) => occurrences(all, part))
        : [slices(all, objective, budgeting.sliceMs)]
    this.#rows = rows.map((row) => ({ ...row, points: row.points.map((point) => this.#left(row, point)) }))
  }

  /** Whether a span, in whole slices where slices are counted, reaches into the finest bucket of an instant. */
  #touches({ from, to }: OracleExclusion, row: Row, time: number): boolean {
    const { budgeting } = this.#objective
    const slice = budgeting.method === 'Occurrences' ? 1 : budgeting.sliceMs
    const step = stepAt(time, row.newest, this.#objective)
    const bucket = Math.floor(time / step) * step
    return Math.floor(from / slice) * slice < bucket + step && Math.ceil(to / slice) * slice > bucket
  }

  #left(row: Row, point: Point): Point {
    const { time, good, bad, excluded, delivery } = point
    const isLeftOut = this.#exclusions.some(
      (exclusion) =>
        this.#touches(exclusion, row, time) &&
        (delivery === undefined || isSelected(delivery, exclusion.where ?? {})),
    )
    if (!isLeftOut) return point
    return { ...point, good: 0, bad: 0, excluded: delivery ? excluded + good + bad : excluded }
  }

  /** Whether whatever happens at an instant is left out of a row. */
  #isLeftOut(row: Row, index: number, time: number): boolean {
    const source = this.#sources[index]
    return this.#exclusions.some(
      (exclusion) =>
        (source === undefined || selectsAll(exclusion.where, source)) && this.#touches(exclusion, row, time),
    )
  }

  /** How much of a stretch is left out whatever happens in it: looked at bucket by bucket. */
  #leftOutMs(row: Row, index: number, from: number, to: number): number {
    if (this.#exclusions.length === 0) return 0
    let length = 0
    for (let at = from; at < to; ) {
      const step = stepAt(at, row.newest, this.#objective)
      const end = Math.min(to, Math.floor(at / step) * step + step)
      if (this.#isLeftOut(row, index, at)) length += end - at
      at = end
    }
    return length
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
  #worth(row: Row, index: number, from: number, to: number, holds: boolean): OracleCounts {
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
    if (budgeting.method === 'Occurrences') {
      const step = stepAt(to, row.newest, this.#objective)
      const [first, end] = [this.#start(row, from), Math.ceil(to / step) * step]
      const isLeftOut = isEmpty && this.#leftOutMs(row, index, first, end) === end - first
      return isEmpty && !isLeftOut ? { ...counts, [noData]: 1 } : counts
    }
    let empty = 0
    const { sliceMs } = budgeting
    const start = this.#start(row, from)
    if (row.points.length > 0) {
      const withData = new Set(row.points.filter(({ good, bad }) => good + bad > 0).map(({ time }) => time))
      for (let slice = Math.floor(row.oldest / sliceMs) * sliceMs; slice + sliceMs <= to; slice += sliceMs)
        if (slice >= start && !withData.has(slice) && !this.#isLeftOut(row, index, slice)) empty++
    }
    return { ...counts, [noData]: counts[noData] + empty * unitsPerSlice }
  }

  #shown({ good, bad, excluded }: OracleCounts): OracleCounts {
    const unit = this.#objective.budgeting.method === 'Occurrences' ? 1 : unitsPerSlice
    return { good: good / unit, bad: bad / unit, excluded }
  }

  window(
    from: number,
    to: number,
    holds: boolean,
  ): OracleWindow & { readonly worths: readonly OracleCounts[] } {
    const add = (all: readonly OracleCounts[]): OracleCounts =>
      all.reduce(
        (a, b) => ({ good: a.good + b.good, bad: a.bad + b.bad, excluded: a.excluded + b.excluded }),
        none,
      )
    const counts = add(this.#rows.map((row) => this.#count(row, from, to)))
    const worths = this.#rows.map((row, i) => this.#worth(row, i, from, to, holds))
    const worth = add(worths)
    const total = worth.good + worth.bad
    return {
      counts: this.#shown(counts),
      worths,
      value: total === 0 ? 1 : worth.good / total,
      errorRatio: total === 0 ? 0 : worth.bad / total,
      burn: this.#weighted(worths, ({ good, bad }, budget) => bad / (good + bad) / budget),
    }
  }

  /** Mean over the parts that have data. */
  #weighted(
    worths: readonly OracleCounts[],
    of: (worth: OracleCounts, budget: number, index: number) => number,
  ): number {
    const { parts, target } = this.#objective
    const isWeighted = worths.length > 1
    let total = 0
    let weights = 0
    for (const [i, worth] of worths.entries()) {
      if (worth.good + worth.bad === 0) continue
      const weight = isWeighted ? (parts[i]?.weight ?? Number.NaN) : 1
      const budget = Number(isWeighted ? parts[i]?.target.budget : target.budget)
      total += weight * of(worth, budget, i)
      weights += weight
    }
    return weights === 0 ? 0 : total / weights
  }

  /** Share of the budget that went in the last hour, where a young history is taken to go on as it began. */
  #spentInHour(from: number): number {
    const at = this.#at
    const { window } = this.#objective
    const begin = at - window.durationMs
    const traffic = this.window(window.kind === 'rolling' ? from : begin, at, false).worths
    return this.#weighted(traffic, ({ good, bad }, budget, i) => {
      const row = this.#rows[i]
      if (row === undefined) return Number.NaN
      const since = Math.max(begin, Math.min(row.oldest, at - hour))
      const seen = at - since - this.#leftOutMs(row, i, since, at)
      const whole = window.durationMs - this.#leftOutMs(row, i, begin, at)
      const expected = (good + bad) / Math.min(1, Math.max(hour, seen) / whole)
      return this.#count(row, at - hour, at).bad / (expected * budget)
    })
  }

  /** Of the last half hour at most, all but the worst 50 s must be 2.5 standard deviations above what is allowed. */
  #mayPage(longMs: number): boolean | undefined {
    const { minBadEvents, budgeting, parts, target } = this.#objective
    if (minBadEvents === 1 || budgeting.method !== 'Occurrences') return true
    const from = Math.floor((this.#at - Math.min(longMs, 30 * minute)) / 10_000) * 10_000
    const to = Math.ceil(this.#at / 10_000) * 10_000
    const bad = (start: number, end: number): number =>
      this.#rows.reduce((sum, row) => sum + this.#count(row, start, end).bad, 0)
    const allowed = this.#rows.reduce((sum, row, i) => {
      const counts = this.#count(row, from, to)
      const budget = Number((this.#rows.length > 1 ? parts[i]?.target : target)?.budget)
      return sum + (counts.good + counts.bad) * budget
    }, 0)
    let worst = 0
    for (let start = from; start < to; start += 10_000)
      worst = Math.max(worst, bad(start, Math.min(to, start + 50 * second)))
    return isAbove(2 * Math.sqrt(bad(from, to) - worst) - 2 * Math.sqrt(allowed), 2.5)
  }

  status(from: number, windowsMs: readonly number[]): OracleStatus {
    const at = this.#at
    const period = this.window(from, at, false)
    const lastHour = this.window(at - hour, at, true)
    return {
      ...period,
      from,
      remaining: 1 - period.burn,
      windows: new Map(windowsMs.map((ms) => [ms, this.window(at - ms, at, true)])),
      halfBudget: all(
        () => isEnough(this.#objective, lastHour.counts.bad),
        () => isAbove(this.#spentInHour(from), 0.5),
        () => this.#mayPage(hour),
      ),
      mayPage: (longMs) => this.#mayPage(longMs),
      exhausted: isEnough(this.#objective, period.counts.bad) && isAbove(period.burn, 1),
    }
  }
}

/** A part of a slice is as good as a whole one. */
export function isEnough({ budgeting, minBadEvents }: Objective, bad: number): boolean {
  return (budgeting.method === 'RatioTimeslices' ? Math.ceil(bad) : bad) >= minBadEvents
}

/** Undefined where one that could decide is. The costly ones stand last: they are not asked when all is decided. */
export function all(...conditions: readonly (() => boolean | undefined)[]): boolean | undefined {
  let result: boolean | undefined = true
  for (const condition of conditions) {
    const holds = condition()
    if (holds === false) return false
    if (holds === undefined) result = undefined
  }
  return result
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
  exclusions: readonly OracleExclusion[] = [],
): OracleStatus {
  return new Oracle(objective, deliveries, at, exclusions).status(from, windowsMs)
}
