import { describe, expect, it } from 'vitest'
import { permissionViolation } from '../../src/indicators/permission-violation.ts'
import {
  aFailedTokenRequest,
  aForbiddenTokenUse,
  anExpiredTokenUse,
  aTokenRequest,
  aTokenUse,
} from '../support/event.ts'

const person = { id: 'alice', type: 'user', tenant: 'tenant-1' } as const
const planned = { planned: true } as const
const byPolicy = { reason: 'policy_denied', fault: 'policy' } as const

describe('permission-violation', () => {
  it.each([
    ['a planned call that was let in', aTokenUse(planned), 'good'],
    ['a planned call that a missing right refused', aForbiddenTokenUse(planned), 'bad'],
    [
      'a planned call that a policy refused',
      aForbiddenTokenUse({ ...planned, reason: 'policy_denied' }),
      'bad',
    ],
    ['a planned call with an expired token', anExpiredTokenUse(planned), 'excluded'],
    [
      'a planned call of a disabled identity',
      aForbiddenTokenUse({ ...planned, reason: 'identity_disabled', fault: 'caller' }),
      'excluded',
    ],
    [
      'a planned call that failed behind the door',
      aTokenUse({ ...planned, outcome: 'failure', reason: 'platform_error', fault: 'platform' }),
      'good',
    ],
    ['a denial that is not planned', aForbiddenTokenUse({ planned: false }), 'excluded'],
    ['a denial where no flows are planned', aForbiddenTokenUse(), 'excluded'],
    ['a call that is not planned and let in', aTokenUse({ planned: false }), undefined],
    ['a call where no flows are planned', aTokenUse(), undefined],
    ['a token that was issued for a planned flow', aTokenRequest(planned), 'good'],
    ['a token that conditional access refused', aFailedTokenRequest({ ...planned, ...byPolicy }), 'bad'],
    ['an outage of the issuer', aFailedTokenRequest(planned), 'excluded'],
    [
      'the same refusal as the client saw it',
      aFailedTokenRequest({ ...planned, ...byPolicy, vantage: 'client' }),
      undefined,
    ],
    [
      'a refusal to issue that is not planned',
      aFailedTokenRequest({ planned: false, ...byPolicy }),
      'excluded',
    ],
    ['a request for a token where no flows are planned', aTokenRequest(), undefined],
    ['a planned call by a person', aForbiddenTokenUse({ ...planned, identity: person }), 'excluded'],
  ])('judges %s', (_, event, verdict) => {
    expect(permissionViolation.judge(event, {})).toBe(verdict)
  })

  it('leaves denials out where an objective is narrowed to other faults', () => {
    expect(permissionViolation.judge(aForbiddenTokenUse(planned), { faults: ['platform'] })).toBe('excluded')
    expect(permissionViolation.judge(aForbiddenTokenUse(planned), { faults: ['policy'] })).toBe('bad')
    expect(permissionViolation.judge(aTokenUse(planned), { faults: ['platform'] })).toBe('good')
  })
})
