/** Random valid objectives for property tests. */
import fc from 'fast-check'
import { indicatorIds } from '../../src/indicators/indicator.ts'
import { alertPlan, alertTiers } from '../../src/objectives/alert-windows.ts'
import type { Budgeting, Objective, TimeWindow } from '../../src/objectives/objective.ts'
import { anObjective, aTarget, calendarMonth } from './objective.ts'

const dayMs = 86_400_000
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/)
/** Free text: services, owners and titles may hold quotes, braces and line ends. */
const freeText = fc.oneof(name, fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }))

/** 90.0000 to 99.9999 %. */
const percent = fc.integer({ min: 900_000, max: 999_999 }).map((units) => {
  const text = String(units)
  return `${text.slice(0, 2)}.${text.slice(2)}`.replace(/\.?0+$/, '')
})

const rolling: fc.Arbitrary<TimeWindow> = fc
  .oneof(
    fc.integer({ min: 1, max: 90 }).map((days) => [days * dayMs, `${days}d`] as const),
    fc.integer({ min: 1, max: 48 }).map((hours) => [hours * 3_600_000, `${hours}h`] as const),
  )
  .map(([durationMs, text]) => ({ kind: 'rolling', durationMs, text }))

const calendar: fc.Arbitrary<TimeWindow> = fc.constantFrom(
  calendarMonth,
  { ...calendarMonth, durationMs: dayMs, text: '1d', unit: 'd' as const },
  { ...calendarMonth, durationMs: 7 * dayMs, text: '1w', unit: 'w' as const },
  { ...calendarMonth, durationMs: 90 * dayMs, text: '1Q', unit: 'Q' as const },
)

const budgeting: fc.Arbitrary<Budgeting> = fc.constantFrom<Budgeting>(
  { method: 'Occurrences' },
  { method: 'Timeslices', sliceMs: 60_000, sliceTarget: '0.95' },
  { method: 'RatioTimeslices', sliceMs: 300_000 },
)

/** What the loader demands: an error ratio of 1 is above every threshold. */
function everyTierCanFire(objective: Objective): boolean {
  const { target, window } = objective
  return alertPlan(window.durationMs, objective).windows.every(
    (tier) => tier.factor * Number(target.budget) < 1,
  )
}

export const arbitraryObjective: fc.Arbitrary<Objective> = fc
  .record({
    name,
    service: freeText,
    displayName: fc.oneof(fc.constant(''), freeText),
    owner: fc.oneof(fc.constant(''), freeText),
    target: percent.map(aTarget),
    window: fc.oneof(rolling, calendar),
    budgeting,
    sli: fc.option(
      fc.constantFrom(...indicatorIds).map((indicator) => ({ indicator, where: {} })),
      { nil: undefined },
    ),
    noData: fc.constantFrom('hold' as const, 'good' as const, 'bad' as const),
    severityClass: fc.constantFrom('critical' as const, 'standard' as const, 'batch' as const),
    minBadEvents: fc.integer({ min: 1, max: 1000 }),
    alertTiers: fc.option(
      fc.subarray(
        alertTiers.map((tier) => tier.id),
        { minLength: 1 },
      ),
      { nil: undefined },
    ),
  })
  .map(anObjective)
  .filter(everyTierCanFire)

/** Objectives whose ids differ, as the loader guarantees. */
export const arbitraryObjectives: fc.Arbitrary<readonly Objective[]> = fc.uniqueArray(arbitraryObjective, {
  maxLength: 5,
  selector: (objective) => objective.id,
})
