import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/events/event.ts'
import { serviceAuth } from '../../src/indicators/service-auth.ts'
import { aForbiddenTokenUse, anExpiredTokenUse, aTokenRequest, aTokenUse } from '../support/event.ts'

const person = { id: 'alice', type: 'user', tenant: 'tenant-1' } as const

describe('service-auth', () => {
  it.each([
    ['a call that was let in', aTokenUse(), 'good'],
    ['a 401', anExpiredTokenUse({ reason: 'credential_invalid' }), 'bad'],
    // The success that may follow is the engine's to see.
    ['a 401 for an expired token', anExpiredTokenUse(), 'bad'],
    ['a 403', aForbiddenTokenUse(), 'bad'],
    [
      'a failure behind the door',
      aTokenUse({ outcome: 'failure', reason: 'platform_error', httpStatus: 500 }),
      'good',
    ],
    ['a request for a token', aTokenRequest(), undefined],
    ['a call by a person', aTokenUse({ identity: person }), 'excluded'],
    ['a 403 for a person', aForbiddenTokenUse({ identity: person }), 'excluded'],
  ])('judges %s', (_, event, verdict) => {
    expect(serviceAuth.judge(event, {})).toBe(verdict)
  })

  it.each<[readonly Fault[], Fault | undefined, string]>([
    [['policy'], 'policy', 'bad'],
    [['platform', 'policy'], 'policy', 'bad'],
    [['platform'], 'policy', 'excluded'],
    [['platform'], undefined, 'excluded'],
  ])('narrowed to faults %j, makes a refusal by fault %s %s', (faults, fault, verdict) => {
    expect(serviceAuth.judge(aForbiddenTokenUse({ fault }), { faults })).toBe(verdict)
    expect(serviceAuth.judge(aTokenUse(), { faults })).toBe('good')
  })

  it('judges people only where an objective asks for them', () => {
    expect(serviceAuth.judge(aForbiddenTokenUse({ identity: person }), { includesPeople: true })).toBe('bad')
  })
})
