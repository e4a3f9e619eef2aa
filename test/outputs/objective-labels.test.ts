import { describe, expect, it } from 'vitest'
import { objectiveMetrics } from '../../src/outputs/conventions.ts'
import {
  infoLabelValues,
  objectiveLabelValues,
  periodWindowLabel,
  slothLabelValues,
  slothPeriodLabel,
} from '../../src/outputs/objective-labels.ts'
import { anObjective, calendarMonth, rollingDays } from '../support/objective.ts'

describe('labels of an objective', () => {
  it('name it by id, name and service', () => {
    expect(objectiveLabelValues(anObjective())).toEqual({
      objective: 'checkout-token-issuance',
      slo: 'token-issuance',
      slo_service: 'checkout',
    })
    expect(slothLabelValues(anObjective())).toEqual({
      sloth_id: 'checkout-token-issuance',
      sloth_slo: 'token-issuance',
      sloth_service: 'checkout',
    })
  })

  it('of the info series are those of its family, in full', () => {
    const values = infoLabelValues(anObjective())
    expect(new Set(Object.keys(values))).toEqual(new Set(objectiveMetrics.info.labelNames))
    expect(values).toMatchObject({ target: '99.95', window: '30d', indicator: 'token-issuance' })
  })

  it('say composite where there is no single indicator', () => {
    expect(infoLabelValues(anObjective({ sli: undefined })).indicator).toBe('composite')
  })

  it("write the engine's period as the definition does", () => {
    expect(periodWindowLabel({ ...rollingDays(28), text: '4w' })).toBe('4w')
    expect(periodWindowLabel(calendarMonth)).toBe('1M')
  })

  it("write sloth's period as a duration, and keep a calendar period apart from a rolling one", () => {
    expect(slothPeriodLabel({ ...rollingDays(28), text: '4w' })).toBe('28d')
    expect(slothPeriodLabel(calendarMonth)).toBe('calendar-1M')
  })
})
