import { describe, expect, it } from 'vitest'
import { tokenRefresh } from '../../src/indicators/token-refresh.ts'
import { aFailedTokenRequest, aTokenRequest, aTokenUse } from '../support/event.ts'

const person = { id: 'someone', type: 'user', tenant: 'tenant-1' } as const

describe('token-refresh', () => {
  it('is about renewals only', () => {
    const others = [aTokenRequest(), aTokenRequest({ refresh: false, whileValid: true }), aTokenUse()]
    expect(others.map((event) => tokenRefresh.judge(event, {}))).toEqual([undefined, undefined, undefined])
  })

  it('counts a renewal that gave a token as good, whoever called it one', () => {
    expect(tokenRefresh.judge(aTokenRequest({ refresh: true }), {})).toBe('good')
    expect(tokenRefresh.judge(aTokenRequest({ refresh: 'inferred', whileValid: true }), {})).toBe('good')
  })

  it('counts a failure as bad while the former token was valid, and leaves it out afterwards', () => {
    expect(tokenRefresh.judge(aFailedTokenRequest({ refresh: 'inferred', whileValid: true }), {})).toBe('bad')
    expect(tokenRefresh.judge(aFailedTokenRequest({ refresh: true, whileValid: false }), {})).toBe('excluded')
  })

  it('says nothing of a failure until the former token is known, not even of a person', () => {
    expect(tokenRefresh.judge(aFailedTokenRequest({ refresh: true }), {})).toBeUndefined()
    expect(tokenRefresh.judge(aFailedTokenRequest({ refresh: true, identity: person }), {})).toBeUndefined()
  })

  it('leaves people and failures of other faults out', () => {
    const failed = aFailedTokenRequest({ refresh: true, whileValid: true, fault: 'caller' })
    expect(tokenRefresh.judge(failed, { faults: ['platform'] })).toBe('excluded')
    expect(tokenRefresh.judge(failed, { faults: ['caller'] })).toBe('bad')
    expect(tokenRefresh.judge({ ...failed, identity: person }, {})).toBe('excluded')
    expect(tokenRefresh.judge({ ...failed, identity: person }, { includesPeople: true })).toBe('bad')
  })
})
