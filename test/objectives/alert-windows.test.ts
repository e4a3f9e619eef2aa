import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertPlan, alertTiers, burnWindowsMs, type TierChoice } from '../../src/objectives/alert-windows.ts'
import { formatDuration } from '../../src/objectives/duration.ts'
import type { AlertTierId } from '../../src/objectives/objective.ts'
import { anObjective, rollingDays } from '../support/objective.ts'

const minute = 60_000
const day = 86_400_000

/** `page-quick 1h/5m 14.4`. */
function tableOf(periodMs: number): readonly string[] {
  return alertPlan(periodMs).windows.map(
    ({ id, longMs, shortMs, factor }) =>
      `${id} ${formatDuration(longMs)}/${formatDuration(shortMs)} ${factor}`,
  )
}

describe('the plan of burn-rate alerts', () => {
  it('over 30 d is the table of the SRE workbook with sloth’s fourth tier, to the last digit', () => {
    expect(tableOf(30 * day)).toEqual([
      'page-quick 1h/5m 14.4',
      'page-slow 6h/30m 6',
      'ticket-quick 1d/2h 3',
      'ticket-slow 3d/6h 1',
    ])
    expect(alertPlan(30 * day).notes).toEqual([])
  })

  it('over 28 d spends the same shares, and scales the one tier whose factor would be 0.933', () => {
    expect(tableOf(28 * day)).toEqual([
      'page-quick 1h/5m 13.44',
      'page-slow 6h/30m 5.6',
      'ticket-quick 1d/2h 2.8',
      `ticket-slow 36h/3h ${28 / 15}`,
    ])
    expect(alertPlan(28 * day).notes).toEqual([
      'tier ticket-slow is scaled to 36h/3h: over 28d its factor would be under 1',
    ])
  })

  it('over 7 d scales one ticket and drops the other, and says so', () => {
    expect(tableOf(7 * day)).toEqual([
      'page-quick 1h/5m 3.36',
      'page-slow 6h/30m 1.4',
      'ticket-quick 12h/1h 1.4',
    ])
    expect(alertPlan(7 * day).notes).toEqual([
      'tier ticket-quick is scaled to 12h/1h: over 7d its factor would be under 1',
      'tier ticket-slow is dropped: over 7d its windows would be no longer than those of the tier before it',
    ])
  })

  it('over 90 d asks for three times the rates of 30 d', () => {
    expect(alertPlan(90 * day).windows.map(({ factor }) => factor)).toEqual([43.2, 18, 9, 3])
  })

  it('over a day says of each dropped tier why', () => {
    const { windows, notes } = alertPlan(day)
    const dropped = notes.filter((note) => note.includes('is dropped'))
    expect(windows.length + dropped.length).toBe(4)
    expect(notes).toContain('tier page-quick is dropped: over 1d its factor would be under 1')
  })

  const chosen = fc.option(fc.subarray(alertTiers.map(({ id }) => id)), { nil: undefined })
  const periods = fc.oneof(
    fc.integer({ min: 1, max: 400 }).map((days) => days * day),
    fc.integer({ min: 1, max: 10_000 }).map((minutes) => minutes * minute),
  )

  it('for any period spends each tier’s share in its long window, above a rate of 1, in windows that grow', () => {
    fc.assert(
      fc.property(periods, chosen, (period, tiers) => {
        const { windows, notes } = alertPlan(period, { alertTiers: tiers })
        const wanted = alertTiers.filter(({ id, isForCritical }) => tiers?.includes(id) ?? !isForCritical)
        for (const [i, { id, factor, longMs, shortMs, budgetPercent, severity }] of windows.entries()) {
          const tier = wanted.find((each) => each.id === id)
          expect({ budgetPercent, severity }).toEqual({
            budgetPercent: tier?.budgetPercent,
            severity: tier?.severity,
          })
          expect((factor * longMs) / period).toBeCloseTo(budgetPercent / 100, 12)
          expect(factor).toBeGreaterThanOrEqual(1)
          expect(shortMs).toBe(longMs / (id === 'page-sustained' ? 3 : 12))
          expect(shortMs % minute).toBe(0)
          expect(longMs).toBeGreaterThan(windows[i - 1]?.longMs ?? 0)
          const isScaled = longMs !== tier?.longMs
          expect(notes.some((note) => note.startsWith(`tier ${id} is scaled`))).toBe(isScaled)
        }
        const dropped = wanted.filter(({ id }) => !windows.some((window) => window.id === id))
        expect(notes.filter((note) => note.includes('is dropped'))).toHaveLength(dropped.length)
      }),
    )
  })
})

describe('the tier for a sustained error rate', () => {
  const ids = (choice: TierChoice) => alertPlan(30 * day, choice).windows.map(({ id }) => id)

  it('is there for critical objectives that count events, and for those that name it', () => {
    expect(ids({ severityClass: 'critical' })).toContain('page-sustained')
    expect(ids({ severityClass: 'standard' })).not.toContain('page-sustained')
    expect(ids({ severityClass: 'critical', budgeting: { method: 'Timeslices' } })).not.toContain(
      'page-sustained',
    )
    expect(ids({ severityClass: 'standard', alertTiers: ['page-sustained'] })).toEqual(['page-sustained'])
    expect(ids({ severityClass: 'critical', alertTiers: ['page-quick'] })).toEqual(['page-quick'])
  })

  it('asks for nearly the rate of the slow page, in a quarter of an hour', () => {
    const factors = (days: number) =>
      alertPlan(days * day, { severityClass: 'critical' })
        .windows.filter(({ severity }) => severity === 'page')
        .map(({ id, factor }) => [id, factor])
    expect(factors(30)).toEqual([
      ['page-sustained', 5.76],
      ['page-quick', 14.4],
      ['page-slow', 6],
    ])
    expect(factors(7)[0]).toEqual(['page-sustained', 1.344])
  })
})

describe('the burn-rate windows of an objective', () => {
  const standard = [5, 15, 30, 60, 120, 360, 1440, 4320]
  it.each<[string, number, readonly AlertTierId[] | undefined, readonly number[]]>([
    ['30 d', 30, undefined, standard],
    ['28 d, with the scaled ones', 28, undefined, [5, 15, 30, 60, 120, 180, 360, 1440, 2160, 4320]],
    ['30 d without alerts', 30, [], standard.filter((minutes) => minutes !== 15)],
  ])('are those of all tiers, ascending: over %s', (_, days, alertTiersOf, minutes) => {
    const objective = anObjective({ window: rollingDays(days), alertTiers: alertTiersOf })
    expect(burnWindowsMs(objective).map((ms) => ms / minute)).toEqual(minutes)
  })
})
