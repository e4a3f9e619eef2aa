import { describe, expect, it } from 'vitest'
import { enoughBad, isEventRatio, recordedErrorRatio } from '../../src/outputs/objective-expressions.ts'
import { anObjective } from '../support/objective.ts'

const hourMs = 3_600_000

describe('expressions of an objective', () => {
  it('take the ratio from counted events for occurrences of one indicator only', () => {
    expect(isEventRatio(anObjective())).toBe(true)
    expect(isEventRatio(anObjective({ sli: undefined }))).toBe(false)
    expect(isEventRatio(anObjective({ budgeting: { method: 'RatioTimeslices', sliceMs: 60_000 } }))).toBe(
      false,
    )
  })

  it('name the recorded series by id and window', () => {
    expect(recordedErrorRatio(anObjective(), 90 * 60_000).text).toBe(
      'max(slo:sli_error:ratio_rate90m{sloth_id="checkout-token-issuance",sloth_window="90m"})',
    )
  })

  it('ask for a minimum of bad events', () => {
    expect(enoughBad(anObjective({ minBadEvents: 5 }), hourMs).text).toBe(
      'sum(increase(identity_slo_events_total{objective="checkout-token-issuance",verdict="bad"}[1h])) >= 5',
    )
  })
})
