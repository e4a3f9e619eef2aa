import { describe, expect, it } from 'vitest'
import type { Objective } from '../../src/objectives/objective.ts'
import { recordingGroups } from '../../src/outputs/recording-rules.ts'
import type { RecordingRule } from '../../src/outputs/rule-file.ts'
import { anObjective, aTarget, calendarMonth, rollingDays } from '../support/objective.ts'

function rulesOf(objective: Objective): readonly RecordingRule[] {
  return recordingGroups(objective).flatMap((group) => group.rules.filter((rule) => 'record' in rule))
}

function exprOf(objective: Objective, record: string): string {
  const found = rulesOf(objective).filter((rule) => rule.record === record)
  expect(found).toHaveLength(1)
  return found[0]?.expr.text ?? ''
}

describe('recording rules', () => {
  it("are sloth's series in sloth's groups", () => {
    const groups = recordingGroups(anObjective())
    expect(groups.map((group) => group.name)).toEqual([
      'sloth-slo-sli-recordings-checkout-token-issuance',
      'sloth-slo-meta-recordings-checkout-token-issuance',
    ])
    expect(rulesOf(anObjective()).map((rule) => rule.record)).toEqual([
      'slo:sli_error:ratio_rate5m',
      'slo:sli_error:ratio_rate15m',
      'slo:sli_error:ratio_rate30m',
      'slo:sli_error:ratio_rate1h',
      'slo:sli_error:ratio_rate2h',
      'slo:sli_error:ratio_rate6h',
      'slo:sli_error:ratio_rate1d',
      'slo:sli_error:ratio_rate3d',
      'slo:period_events:increase',
      'slo:period_coverage:ratio',
      'slo:sli_error:ratio_rate30d',
      'slo:sli_error_lasting:sigmas15m',
      'slo:sli_error_lasting:sigmas30m',
      'slo:objective:ratio',
      'slo:error_budget:ratio',
      'slo:time_period:days',
      'slo:current_burn_rate:ratio',
      'slo:period_burn_rate:ratio',
      'slo:period_error_budget_remaining:ratio',
      'sloth_slo_info',
    ])
  })

  it("carry sloth's labels", () => {
    const own = {
      sloth_id: 'checkout-token-issuance',
      sloth_service: 'checkout',
      sloth_slo: 'token-issuance',
    }
    for (const rule of rulesOf(anObjective())) expect(rule.labels).toMatchObject(own)
    const [first] = rulesOf(anObjective())
    expect(first?.labels).toEqual({ ...own, sloth_window: '5m' })
    expect(rulesOf(anObjective()).at(-1)?.labels).toMatchObject({ sloth_objective: '99.95' })
  })

  it('take the period from counts, read once', () => {
    expect(exprOf(anObjective(), 'slo:period_events:increase')).toBe(
      'sum by (verdict) (increase(identity_slo_events_total{objective="checkout-token-issuance",verdict=~"good|bad"}[30d]))',
    )
    const period = exprOf(anObjective(), 'slo:sli_error:ratio_rate30d')
    expect(period).toContain('slo:period_events:increase')
    expect(period).not.toContain('_over_time(slo:sli_error:ratio_rate5m')
  })

  it('keep excluded events out of the denominator', () => {
    for (const { expr } of rulesOf(anObjective())) {
      if (expr.text.includes('events_total{')) expect(expr.text).toMatch(/verdict=(~"good\|bad"|"bad")/)
    }
  })

  it.each([
    ['hold', /or\nmax\(last_over_time\(slo:sli_error:ratio_rate1h\{[^}]*\}\[1d\]\)\)\nor\nvector\(0\)$/],
    ['good', /\nor\nvector\(0\)$/],
    ['bad', /\nor\nvector\(1\)$/],
  ] as const)('end every error ratio in what noData %s says', (noData, ending) => {
    expect(exprOf(anObjective({ noData }), 'slo:sli_error:ratio_rate1h')).toMatch(ending)
    expect(exprOf(anObjective({ noData: 'good' }), 'slo:sli_error:ratio_rate1h')).not.toContain(
      'last_over_time',
    )
  })

  it("read the engine's period under the name that the definition gives it", () => {
    const window = { ...rollingDays(28), text: '4w' }
    const objective = anObjective({ window, sli: undefined })
    expect(exprOf(objective, 'slo:sli_error:ratio_rate28d')).toContain(',window="4w"}')
  })

  it.each([
    ['hold', '0'],
    ['good', '0'],
    ['bad', '1'],
  ] as const)('hold no value over an empty period: noData %s gives %s', (noData, value) => {
    const period = exprOf(anObjective({ noData }), 'slo:sli_error:ratio_rate30d')
    expect(period).not.toContain('last_over_time')
    expect(period.endsWith(`\nor\nvector(${value})`)).toBe(true)
  })

  it('spell targets as decimals', () => {
    const objective = anObjective({ target: aTarget('99.9'), window: rollingDays(7) })
    expect(exprOf(objective, 'slo:objective:ratio')).toBe('vector(0.999)')
    expect(exprOf(objective, 'slo:error_budget:ratio')).toBe('vector(0.001)')
    expect(exprOf(objective, 'slo:time_period:days')).toBe('vector(7)')
  })

  it('spell a period of less than a day as a fraction of days', () => {
    const window = { kind: 'rolling', durationMs: 12 * 3_600_000, text: '12h' } as const
    expect(exprOf(anObjective({ window }), 'slo:time_period:days')).toBe('vector(0.5)')
  })

  it('record a period that is also a burn window once', () => {
    const names = rulesOf(anObjective({ window: rollingDays(3) })).map((rule) => rule.record)
    expect(names.filter((name) => name === 'slo:sli_error:ratio_rate3d')).toHaveLength(1)
  })

  it("take time slices and composites from the engine's gauge", () => {
    const slices = anObjective({ budgeting: { method: 'Timeslices', sliceMs: 60_000, sliceTarget: '0.9' } })
    for (const objective of [slices, anObjective({ sli: undefined })]) {
      expect(exprOf(objective, 'slo:sli_error:ratio_rate5m')).toContain(
        'max(identity_slo_sli_error_ratio{objective="checkout-token-issuance",window="5m"})',
      )
      expect(exprOf(objective, 'slo:sli_error:ratio_rate30d')).toContain('window="30d"')
      expect(rulesOf(objective).map((rule) => rule.record)).not.toContain('slo:period_events:increase')
    }
  })

  it("take a calendar period from the engine's gauge, and its burn windows from counts", () => {
    const objective = anObjective({ window: calendarMonth })
    expect(exprOf(objective, 'slo:sli_error:ratio_rate30d')).toContain('window="1M"')
    expect(exprOf(objective, 'slo:period_burn_rate:ratio')).toContain('sloth_window="calendar-1M"')
    expect(exprOf(objective, 'slo:sli_error:ratio_rate5m')).toContain('events_total')
  })

  it('keep a calendar day apart from the rolling day', () => {
    const window = { ...calendarMonth, durationMs: 86_400_000, text: '1d', unit: 'd' } as const
    const day = rulesOf(anObjective({ window })).filter(
      (rule) => rule.record === 'slo:sli_error:ratio_rate1d',
    )
    expect(day.map((rule) => Object.values(rule.labels).at(-1))).toEqual(['1d', 'calendar-1d'])
  })
})
