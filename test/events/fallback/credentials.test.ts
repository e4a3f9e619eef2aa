import { describe, expect, it } from 'vitest'
import type { CredentialType, IdentityType } from '../../../src/events/event.ts'
import { credentialOf, isBeyondNode } from '../../../src/events/fallback/credentials.ts'
import {
  aFailedTokenRequest,
  aForbiddenTokenUse,
  anAssignmentChange,
  anExpiredTokenUse,
  aSecretRead,
  aTokenRequest,
  aTokenUse,
} from '../../support/event.ts'

const of = (type: IdentityType) => ({ identity: { id: 'i', type, tenant: 't' } })
const role = of('role')

describe('what an event shows of its credential', () => {
  it.each<[CredentialType | undefined, IdentityType, string | undefined]>([
    ['managed', 'role', 'managed'],
    ['federated', 'service-principal', 'managed'],
    ['secret', 'service-principal', 'static'],
    ['access-key', 'service-account', 'static'],
    ['password', 'role', 'static'],
    ['session', 'role', undefined],
    ['certificate', 'service-principal', undefined],
    ['certificate', 'spiffe', 'managed'],
    [undefined, 'system-assigned', 'managed'],
    [undefined, 'user-assigned', 'managed'],
    [undefined, 'federated', undefined],
    [undefined, 'service-account', undefined],
    ['secret', 'system-assigned', 'static'],
  ])('%s of a %s is %s', (credentialType, type, shown) => {
    expect(credentialOf(aTokenUse({ credentialType, ...of(type) }))).toBe(shown)
    expect(credentialOf(aTokenRequest({ credentialType, ...of(type) }))).toBe(shown)
  })

  it('is nothing where nobody was authenticated', () => {
    expect(credentialOf(aFailedTokenRequest({ credentialType: 'secret', ...role }))).toBeUndefined()
    expect(credentialOf(anExpiredTokenUse({ credentialType: 'access-key', ...role }))).toBeUndefined()
    expect(credentialOf(aForbiddenTokenUse({ credentialType: 'access-key', ...role }))).toBe('static')
    expect(credentialOf(anAssignmentChange(of('system-assigned')))).toBeUndefined()
  })

  it('is that of the reader of a secret, by its type', () => {
    expect(credentialOf(aSecretRead(of('user-assigned')))).toBe('managed')
    expect(credentialOf(aSecretRead(role))).toBeUndefined()
  })
})

it('tells the own calls of a node from those of what runs on it', () => {
  expect(isBeyondNode(aTokenUse({ ...role, service: 'ecr' }))).toBe(false)
  expect(isBeyondNode(aTokenUse({ ...role, service: 's3' }))).toBe(true)
  expect(isBeyondNode(aTokenRequest(role))).toBe(false)
  expect(isBeyondNode(aTokenRequest({ ...role, workload: { kind: 'pod', name: 'shop/web-0' } }))).toBe(true)
})
