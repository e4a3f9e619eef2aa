/** What the exclusions of one objective take from its counts. */
import type { ChunkWriter, Stateful } from '../../events/chunk.ts'
import type { IdentityEvent } from '../../events/event.ts'
import type { Owner } from '../../events/ownership.ts'
import type { Verdict } from '../../indicators/indicator.ts'
import type { Retention, Tally } from '../../indicators/tally.ts'
import type { Objective, Schedule, Where } from '../objective.ts'
import { coverages, whereKey } from './coverage.ts'
import { type Interval, union } from './intervals.ts'
import { NetTally } from './net-tally.ts'
import { Shadows } from './shadows.ts'

const dayMs = 86_400_000

/** Some events of a row, and when they are left out. */
interface Narrow {
  readonly where: Where
  readonly schedules: readonly Schedule[]
}

/** What is left out of one row of counts: everything at some times, some events at others. */
interface RowRules {
  readonly whole: readonly Schedule[]
  readonly narrow: ReadonlyMap<string, Narrow>
}

function rulesOf(objective: Objective): readonly RowRules[] {
  const exclusions = (objective.exclusions ?? []).map((exclusion) => ({
    exclusion,
    parts: coverages(exclusion, objective),
  }))
  if (objective.budgeting.method !== 'Occurrences') {
    // A slice is judged by all of its events: it is left out whole, or not at all.
    const whole = exclusions.filter(({ parts }) => parts.every((each) => each === 'all'))
    return [{ whole: whole.map(({ exclusion }) => exclusion.schedule), narrow: new Map() }]
  }
  const rows = objective.sli === undefined ? objective.parts.length : 1
  return Array.from({ length: rows }, (_, row): RowRules => {
    const whole = exclusions.filter(({ parts }) => parts[row] === 'all')
    const narrow = new Map<string, Narrow>()
    for (const { exclusion, parts } of exclusions) {
      const { where, schedule } = exclusion
      if (parts[row] !== 'some' || where === undefined) continue
      const key = whereKey(where)
      narrow.set(key, { where, schedules: [...(narrow.get(key)?.schedules ?? []), schedule] })
    }
    return { whole: whole.map(({ exclusion }) => exclusion.schedule), narrow }
  })
}

function spansOf(schedules: readonly Schedule[], after: number, before: number): readonly Interval[] {
  return union(schedules.flatMap((schedule) => schedule.spans(after, before)))
}

export class ObjectiveExclusions implements Stateful {
  #rules: readonly RowRules[]
  #sliceMs: number | undefined
  readonly #shadows: Shadows
  /** As long as the longest window that is read, and longer. */
  readonly #keptMs: number

  constructor(objective: Objective, retention: Retention, newest: () => number) {
    this.#keptMs = Math.max(...retention.keepMs)
    this.#shadows = new Shadows(retention, newest)
    this.#rules = rulesOf(objective)
    this.#sliceMs = sliceOf(objective)
    this.#watch()
  }

  /** Other exclusions, of the past too: the objective goes on counting as it did. */
  redefine(objective: Objective): void {
    this.#rules = rulesOf(objective)
    this.#sliceMs = sliceOf(objective)
    this.#watch()
    this.#shadows.settle()
  }

  #watch(): void {
    this.#shadows.watch(this.#rules.map(({ narrow }) => [...narrow.values()].map(({ where }) => where)))
  }

  get isEmpty(): boolean {
    return this.#rules.every(({ whole, narrow }) => whole.length === 0 && narrow.size === 0)
  }

  /** Bytes of what is counted apart. */
  get bytes(): number {
    return this.#shadows.bytes
  }

  /** Fields that some exclusion selects on. */
  selectsOn(field: keyof Where): boolean {
    return this.#rules.some(({ narrow }) =>
      [...narrow.values()].some(({ where }) => where[field] !== undefined),
    )
  }

  /** What tells the event from others of the row, for `add`; empty where nothing does. */
  signature(row: number, event: IdentityEvent, owner: Owner): string {
    return this.#shadows.signature(row, event, owner)
  }

  add(row: number, signature: string, time: number, verdict: Verdict, count: number): void {
    this.#shadows.add(row, signature, time, verdict, count)
  }

  /** The row's tally without what is left out of it, for readings up to `at`, epoch ms. */
  net(row: number, tally: Tally, at: number): NetTally {
    const rules = this.#rules[row]
    // A bucket or slice reaches beyond the instant that is asked for; the longest bucket is a day.
    const reach = dayMs + (this.#sliceMs ?? 0)
    const after = Math.min(tally.keptFrom, at - this.#keptMs) - reach
    const before = Math.max(at, tally.newest) + reach
    const whole = spansOf(rules?.whole ?? [], after, before)
    const narrow = [...this.#shadows.groups(row)].map((group) => ({
      tally: group.tally,
      spans: spansOf(
        group.keys.flatMap((key) => rules?.narrow.get(key)?.schedules ?? []),
        after,
        before,
      ),
    }))
    return new NetTally(tally, this.#inWholeSlices(whole), narrow, this.#sliceMs === undefined)
  }

  #inWholeSlices(spans: readonly Interval[]): readonly Interval[] {
    const slice = this.#sliceMs
    if (slice === undefined) return spans
    return spans.map(({ from, to }) => ({
      from: Math.floor(from / slice) * slice,
      to: Math.ceil(to / slice) * slice,
    }))
  }

  /**
   * The instant before which events of some exclusion's `where` may not have been told apart, so that they are still
   * counted in [from, to); undefined where all of them are left out.
   */
  partialBefore(from: number, to: number): number | undefined {
    const instants = this.#rules.flatMap(({ narrow }) =>
      [...narrow].flatMap(([key, { schedules }]) => {
        const since = this.#shadows.since(key)
        const isPartial = spansOf(schedules, from, Math.min(to, since + 1)).length > 0
        return isPartial ? [since] : []
      }),
    )
    return instants.length === 0 ? undefined : Math.max(...instants)
  }

  save(out: ChunkWriter): void {
    this.#shadows.save(out)
  }

  saved(): void {
    this.#shadows.saved()
  }

  restore(key: string, bytes: Uint8Array): void {
    this.#shadows.restore(key, bytes)
  }
}

function sliceOf({ budgeting }: Objective): number | undefined {
  return budgeting.method === 'Occurrences' ? undefined : budgeting.sliceMs
}
