import { describe, expect, it } from 'vitest'
import { secretFallback } from '../../src/indicators/secret-fallback.ts'
import { aMetadataCall, anAssignmentChange, aSecretRead, aTokenRequest, aTokenUse } from '../support/event.ts'

const role = { identity: { id: 'r', type: 'role', tenant: 't' } } as const
const person = { id: 'alice', type: 'user', tenant: 't' } as const

describe('secret-fallback', () => {
  it.each([
    ['a static credential where there is a managed one', aTokenRequest({ fallback: true }), 'bad'],
    ['a lesser credential', aTokenUse({ fallback: true }), 'bad'],
    ['the read of a credential', aSecretRead({ fallback: true }), 'bad'],
    ['a managed credential', aTokenUse({ credentialType: 'managed' }), 'good'],
    ['an identity that has no secret', aTokenUse(), 'good'],
    ['what is said to be no fallback', aTokenUse({ ...role, fallback: false }), 'good'],
    ['a credential of which nothing is known', aTokenUse(role), undefined],
    ['a managed one as the client saw it', aTokenRequest({ vantage: 'client' }), undefined],
    ['a person', aTokenUse({ identity: person, credentialType: 'federated' }), undefined],
    ['the read of another secret', aSecretRead({ likelyFallback: false }), undefined],
    ['a static one whose workload may have no other', aTokenRequest({ credentialType: 'secret' }), undefined],
    ['a change of rights', anAssignmentChange(), undefined],
    ['a call to the metadata endpoint', aMetadataCall(), undefined],
  ])('judges %s', (_, event, verdict) => {
    expect(secretFallback.judge(event, {})).toBe(verdict)
  })
})
