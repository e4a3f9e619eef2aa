import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/events/event.ts'
import { tokenIssuance } from '../../src/indicators/token-issuance.ts'
import { aFailedTokenRequest, aTokenRequest, aTokenUse } from '../support/event.ts'

const person = { id: 'alice', type: 'user', tenant: 'tenant-1' } as const

describe('token-issuance', () => {
  it.each([
    ['a token that was issued', aTokenRequest(), 'good'],
    ['a token that was refused', aFailedTokenRequest(), 'bad'],
    ['a refusal that was the own fault of the caller', aFailedTokenRequest({ fault: 'caller' }), 'bad'],
    ['a refusal whose fault nobody knows', aFailedTokenRequest({ fault: undefined }), 'bad'],
    ['a retry that failed again', aFailedTokenRequest({ attempt: 3 }), 'bad'],
    ['a slow token', aTokenRequest({ latencyMs: 60_000 }), 'good'],
    ['a request as the client saw it', aFailedTokenRequest({ vantage: 'client' }), undefined],
    ['a request as the metadata endpoint saw it', aTokenRequest({ vantage: 'metadata' }), undefined],
    ['the use of a token', aTokenUse(), undefined],
    ['the sign-in of a person', aTokenRequest({ identity: person }), 'excluded'],
    ['the failed sign-in of a person', aFailedTokenRequest({ identity: person }), 'excluded'],
  ])('judges %s', (_, event, verdict) => {
    expect(tokenIssuance.judge(event, {})).toBe(verdict)
  })

  it.each<[readonly Fault[], Fault | undefined, string]>([
    [['platform'], 'platform', 'bad'],
    [['platform', 'network'], 'network', 'bad'],
    [['platform'], 'caller', 'excluded'],
    [['platform'], 'policy', 'excluded'],
    [['platform'], undefined, 'excluded'],
    [[], 'platform', 'excluded'],
  ])('narrowed to faults %j, makes a failure by fault %s %s', (faults, fault, verdict) => {
    expect(tokenIssuance.judge(aFailedTokenRequest({ fault }), { faults })).toBe(verdict)
    expect(tokenIssuance.judge(aTokenRequest(), { faults })).toBe('good')
  })

  it('judges people only where an objective asks for them', () => {
    const failed = aFailedTokenRequest({ identity: person })
    expect(tokenIssuance.judge(failed, { includesPeople: true })).toBe('bad')
    expect(tokenIssuance.judge(failed, { includesPeople: false })).toBe('excluded')
    expect(tokenIssuance.judge(failed, { includesPeople: true, faults: ['caller'] })).toBe('excluded')
  })
})
