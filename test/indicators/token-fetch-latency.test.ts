import { describe, expect, it } from 'vitest'
import { tokenFetchLatency } from '../../src/indicators/token-fetch-latency.ts'
import { aFailedTokenRequest, aTokenRequest, aTokenUse } from '../support/event.ts'

const person = { id: 'alice', type: 'user', tenant: 'tenant-1' } as const

describe('token-fetch-latency', () => {
  it.each([
    ['a fetch right at the bound', aTokenRequest({ latencyMs: 200 }), 'good'],
    ['a fetch beyond it by a hair', aTokenRequest({ latencyMs: 200.001 }), 'bad'],
    ['a fetch that took no time at all', aTokenRequest({ latencyMs: 0 }), 'good'],
    ['a fetch that the client measured', aTokenRequest({ vantage: 'client', latencyMs: 900 }), 'bad'],
    ['a fetch from the metadata endpoint', aTokenRequest({ vantage: 'metadata', latencyMs: 5 }), 'good'],
    ['a fast failure', aFailedTokenRequest({ latencyMs: 1 }), 'excluded'],
    ['a slow failure', aFailedTokenRequest({ latencyMs: 30_000 }), 'excluded'],
    ['a fetch that nobody measured', aTokenRequest(), undefined],
    ['a failure that nobody measured', aFailedTokenRequest(), undefined],
    ['the slow sign-in of a person', aTokenRequest({ identity: person, latencyMs: 60_000 }), 'excluded'],
    ['the use of a token', aTokenUse(), undefined],
  ])('judges %s', (_, event, verdict) => {
    expect(tokenFetchLatency.judge(event, {})).toBe(verdict)
  })

  it.each([
    [100, 100, 'good'],
    [100, 101, 'bad'],
    [0, 0, 'good'],
    [0, 1, 'bad'],
    [5000, 4999, 'good'],
  ])('with a bound of %i ms judges %i ms %s', (thresholdMs, latencyMs, verdict) => {
    expect(tokenFetchLatency.judge(aTokenRequest({ latencyMs }), { thresholdMs })).toBe(verdict)
  })

  it('judges people only where an objective asks for them', () => {
    const slow = aTokenRequest({ identity: person, latencyMs: 900 })
    expect(tokenFetchLatency.judge(slow, { includesPeople: true })).toBe('bad')
  })
})
