/** The lowest target for which alerts can fire is where the message says. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertPlan } from '../../../src/objectives/alert-windows.ts'
import { parseDecimal, shift } from '../../../src/objectives/definitions/decimal.ts'
import { createProblemLog } from '../../../src/objectives/definitions/problem.ts'
import { checkTarget, toTarget } from '../../../src/objectives/definitions/targets.ts'
import type { AlertTierId } from '../../../src/objectives/objective.ts'

const DAY = 86_400_000

function refusal(percent: string, durationMs: number, tiers?: readonly AlertTierId[]): string | undefined {
  const decimal = parseDecimal(percent)
  if (!decimal) throw new Error(percent)
  const log = createProblemLog()
  const window = { kind: 'rolling', durationMs, text: `${durationMs}ms` } as const
  checkTarget(shift(decimal, -2), window, { alertTiers: tiers }, { file: 'a', line: 1, column: 1 }, log)
  return log.problems[0]?.message
}

test('a target is written exactly in all three forms', () => {
  const ratio = parseDecimal('0.9995')
  expect(ratio && toTarget(ratio)).toEqual({ percent: '99.95', ratio: '0.9995', budget: '0.0005' })
})

test('over 30 days, page-quick needs more than 93.055 %', () => {
  expect(refusal('93.05', 30 * DAY)).toContain('The lowest target allowed here is 93.06 %')
  expect(refusal('93.06', 30 * DAY)).toBeUndefined()
})

test('a burn rate that only reaches the factor is not above it', () => {
  // Factor 1 exactly: with no budget at stake at all, everything bad burns at exactly 1.
  expect(refusal('0', 30 * DAY, ['ticket-slow'])).toContain('The lowest target allowed here is 0.01 %')
  expect(refusal('0.01', 30 * DAY, ['ticket-slow'])).toBeUndefined()
})

test('leaving a tier out allows what it forbade', () => {
  expect(refusal('90', 30 * DAY)).toContain('alert-tiers: page-slow,ticket-quick,ticket-slow')
  expect(refusal('90', 30 * DAY, ['page-slow', 'ticket-quick', 'ticket-slow'])).toBeUndefined()
  expect(refusal('0', 30 * DAY, [])).toBeUndefined()
})

test('the lowest target named is allowed, and a hundredth less is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), (days) => {
      if (alertPlan(days * DAY).windows.length === 0) return
      const named = /allowed here is ([\d.]+) %/.exec(refusal('0', days * DAY) ?? '')?.[1]
      if (named === undefined) throw new Error('no lowest target named')
      expect(refusal(named, days * DAY)).toBeUndefined()
      const below = ((Number(named) * 100 - 1) / 100).toFixed(2)
      if (Number(below) >= 0) expect(refusal(below, days * DAY)).toBeDefined()
    }),
  )
})

test('a plan of chosen tiers has those and no others', () => {
  const plan = alertPlan(7 * DAY, { alertTiers: ['page-quick', 'ticket-slow'] })
  expect(plan.windows.map((window) => window.id)).toEqual(['page-quick', 'ticket-slow'])
  expect(alertPlan(30 * DAY, { alertTiers: [] })).toEqual({ windows: [], notes: [] })
  expect(alertPlan(30 * DAY, {})).toEqual(alertPlan(30 * DAY))
})
