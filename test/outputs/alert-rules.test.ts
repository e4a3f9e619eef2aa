import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Objective } from '../../src/objectives/objective.ts'
import { alertGroup, eventTimeAlertGroup } from '../../src/outputs/alert-rules.ts'
import { unconfiguredLinks } from '../../src/outputs/alert-text.ts'
import type { AlertRule } from '../../src/outputs/rule-file.ts'
import { arbitraryObjective } from '../support/arbitrary-objective.ts'
import { anObjective, aTarget, calendarMonth, rollingDays } from '../support/objective.ts'

function alertsOf(objective: Objective): readonly AlertRule[] {
  return alertGroup(objective, unconfiguredLinks).rules.filter((rule) => 'alert' in rule)
}

function tier(objective: Objective, id: string): AlertRule {
  const [found] = alertsOf(objective).filter((rule) => rule.labels['tier'] === id)
  if (!found) throw new Error(`no alert of tier ${id}`)
  return found
}

const tiersOf = (objective: Objective) => alertsOf(objective).map((rule) => rule.labels['tier'])

describe('alerts by the gauges of the engine', () => {
  const plain = ({ alert, labels, annotations, keep_firing_for }: AlertRule) => {
    return { alert, labels, annotations, keep_firing_for }
  }

  it('are the alerts by counters, with other expressions', () => {
    fc.assert(
      fc.property(arbitraryObjective, (objective) => {
        const byEngine = eventTimeAlertGroup(objective, unconfiguredLinks).rules.filter(
          (rule) => 'alert' in rule,
        )
        expect(byEngine.map(plain)).toEqual(alertsOf(objective).map(plain))
      }),
    )
  })
})

describe('alerts on error budgets', () => {
  it('have a rule for each tier, the half budget and the empty one', () => {
    expect(
      alertsOf(anObjective()).map((rule) => [rule.labels['tier'], rule.labels['severity'], rule.alert]),
    ).toEqual([
      ['page-sustained', 'page', 'IdentitySLOErrorRateSustained'],
      ['page-quick', 'page', 'IdentitySLOErrorBudgetBurn'],
      ['page-slow', 'page', 'IdentitySLOErrorBudgetBurn'],
      ['ticket-quick', 'ticket', 'IdentitySLOErrorBudgetBurn'],
      ['ticket-slow', 'ticket', 'IdentitySLOErrorBudgetBurn'],
      ['page-half-budget', 'page', 'IdentitySLOErrorBudgetHalfSpent'],
      ['ticket-exhausted', 'ticket', 'IdentitySLOErrorBudgetExhausted'],
    ])
  })

  it('burn when both windows are strictly above factor × budget, with enough bad events', () => {
    const id = 'sloth_id="checkout-token-issuance"'
    expect(tier(anObjective(), 'page-quick').expr.text).toBe(
      [
        `max(slo:sli_error:ratio_rate1h{${id},sloth_window="1h"}) > 0.0072`,
        'and',
        `max(slo:sli_error:ratio_rate5m{${id},sloth_window="5m"}) > 0.0072`,
        'and',
        'sum(increase(identity_slo_events_total{objective="checkout-token-issuance",verdict="bad"}[1h])) >= 2',
        'and',
        `max(slo:sli_error_lasting:sigmas30m{${id}}) > 2.5`,
      ].join('\n'),
    )
  })

  it.each([
    ['99.9', 30, 'page-sustained', '0.00576'],
    ['99.9', 30, 'page-quick', '0.0144'],
    ['99.9', 30, 'ticket-slow', '0.001'],
    ['99.9', 28, 'page-slow', '0.0056'],
    ['99', 7, 'page-quick', '0.0336'],
    ['99.9', 31, 'ticket-slow', '0.00103333333333'],
  ])('have the exact threshold: target %s, %d days, %s: %s', (percent, days, id, limit) => {
    const objective = anObjective({ target: aTarget(percent), window: rollingDays(days) })
    expect(tier(objective, id).expr.text).toContain(`> ${limit}\n`)
  })

  it('say the factor, the objective and how long the budget lasts', () => {
    const { annotations } = tier(anObjective(), 'page-quick')
    expect(annotations['summary']).toBe(
      'checkout: Token issuance burns its error budget (burn rate over 14.4)',
    )
    expect(annotations['description']).toBe(
      'Over the last 1h {{ $value | humanizePercentage }} of the events were bad. ' +
        'The objective is 99.95 % over 30d; at this rate its budget is spent in 50h or less.',
    )
  })

  it('page at once when over half of the budget went in an hour', () => {
    const { expr } = tier(anObjective(), 'page-half-budget')
    expect(expr.text).toContain('* 0.0005 > 0)')
    expect(expr.text).toContain('max(slo:period_coverage:ratio{')
    expect(expr.text).toContain(') > 0.5\nand\n')
    expect(expr.text).not.toContain('[5m]')
    expect(tier(anObjective(), 'page-half-budget').for).toBeUndefined()
  })

  it('go on for ten minutes where they page', () => {
    for (const rule of alertsOf(anObjective()))
      expect(rule.keep_firing_for).toBe(rule.labels['severity'] === 'page' ? '10m' : undefined)
  })

  it('have no guard where one failure is enough, nor where they are tickets', () => {
    const guarded = (objective: Objective) =>
      alertsOf(objective)
        .filter(({ expr }) => expr.text.includes('lasting'))
        .map(({ labels }) => labels['tier'])
    expect(guarded(anObjective())).toEqual(['page-sustained', 'page-quick', 'page-slow', 'page-half-budget'])
    expect(guarded(anObjective({ minBadEvents: 1 }))).toEqual([])
  })

  it('never page where an objective names tickets only', () => {
    expect(tiersOf(anObjective({ alertTiers: ['ticket-quick'] }))).toEqual([
      'ticket-quick',
      'ticket-exhausted',
    ])
  })

  it('of time slices, composites and exclusions go by what the engine says', () => {
    const budgeting = { method: 'RatioTimeslices', sliceMs: 60_000 } as const
    expect(tier(anObjective({ budgeting }), 'page-quick').expr.text).toBe(
      [
        'max(identity_slo_sli_error_ratio{objective="checkout-token-issuance",window="1h"})',
        'and',
        'max(identity_slo_alert_firing{objective="checkout-token-issuance",tier="page-quick"}) > 0',
      ].join('\n'),
    )
  })

  it('leave the half budget out where the period is no longer than the hour', () => {
    const window = { kind: 'rolling', durationMs: 3_600_000, text: '1h' } as const
    expect(tiersOf(anObjective({ window }))).not.toContain('page-half-budget')
  })

  it('are only of the tiers that the objective chooses', () => {
    expect(tiersOf(anObjective({ alertTiers: ['page-slow'] }))).toEqual([
      'page-slow',
      'page-half-budget',
      'ticket-exhausted',
    ])
  })

  it('call a budget overspent only below zero', () => {
    expect(tier(anObjective(), 'ticket-exhausted').expr.text).toMatch(/remaining:ratio\{[^}]*\}\) < 0\nand\n/)
  })

  it('use the nominal length of a calendar period', () => {
    const rolling = tier(anObjective(), 'page-slow').expr.text
    expect(tier(anObjective({ window: calendarMonth }), 'page-slow').expr.text).toBe(rolling)
  })

  it('carry no template of the user into labels', () => {
    const owner = '{{ query "up" }}'
    expect(tier(anObjective({ owner }), 'page-quick').labels['owner']).toBe('{{ "{{" }} query "up" }}')
  })
})
