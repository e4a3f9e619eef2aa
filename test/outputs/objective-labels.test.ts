import { describe, expect, it } from 'vitest'
import { objectiveMetrics } from '../../src/outputs/conventions.ts'
import {
  infoLabelValues,
  objectiveLabelValues,
  periodWindowLabel,
  slothLabelValues,
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

  it('keep a calendar period apart from the rolling one of the same length', () => {
    expect(periodWindowLabel(rollingDays(28))).toBe('28d')
    expect(periodWindowLabel(calendarMonth)).toBe('calendar-1M')
  })
})
