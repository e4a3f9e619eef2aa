import { describe, expect, it } from 'vitest'
import { codeMeanings, interactiveCodes } from '../../src/connectors/azure-entra/codes.ts'
import { azureEntra } from '../../src/connectors/azure-entra/connector.ts'
import { isRejection, type JsonObject, type Mapped } from '../../src/connectors/connector.ts'
import type { Reason, TokenRequest } from '../../src/events/event.ts'

const tenant = '7c1d9e52-3a40-4b8f-9d16-5e0a2f4c8b71'

function signIn(code: number, properties: JsonObject = {}): JsonObject {
  return {
    time: '2026-03-11T08:17:41Z',
    category: 'ServicePrincipalSignInLogs',
    tenantId: tenant,
    resultType: String(code),
    properties: {
      id: 'a1b20001-4c5d-4e6f-8a9b-0c1d2e3f0001',
      createdDateTime: '2026-03-11T08:15:30.1234567+00:00',
      status: { errorCode: code },
      servicePrincipalId: 'e19c2d47-6b03-4fa8-9c5e-48d7a0b1f362',
      ...properties,
    },
  }
}

function requestOf(mapped: Mapped): TokenRequest {
  const [first] = isRejection(mapped) ? [] : mapped
  if (first?.kind !== 'token.request') throw new Error('expected a token.request')
  return first
}

/** The classes of the research, code by code. */
const known: Readonly<Record<string, readonly [Reason, readonly number[]]>> = {
  transient: ['platform_error', [90033, 90006, 90024, 50000]],
  'timed out': ['timeout', [90012]],
  throttled: ['throttled', [90055, 50196]],
  'invalid credential': ['credential_invalid', [7000215, 700027, 700030, 50126]],
  'expired credential': [
    'credential_expired',
    [7000222, 700024, 500133, 700082, 70008, 70043, 50173, 50089, 50055],
  ],
  'missing identity': ['identity_not_found', [700016, 7000229, 50034, 90002]],
  'disabled identity': ['identity_disabled', [7000112]],
  'federation mismatch': ['federation_mismatch', [70021, 700211, 700213, 7002138]],
  'wrong audience': ['audience_mismatch', [700212]],
  'missing grant': ['permission_denied', [65001, 501051, 50105]],
  'policy denial': ['policy_denied', [53003, 53000, 530032, 530034, 50005, 50053]],
  'caller error': ['misconfigured_caller', [500011, 700038, 90014, 90013, 900023, 9002313]],
}

describe('AADSTS codes', () => {
  it.each(Object.entries(known))('classifies the codes of a %s', (_, [reason, codes]) => {
    for (const code of codes)
      expect(requestOf(azureEntra.map(signIn(code))), String(code)).toMatchObject({
        outcome: 'failure',
        reason,
        code: String(code),
      })
  })

  it('leaves the steps of an interactive sign-in out', () => {
    for (const code of [50076, 50074, 50079, 50158, 50140, 16000, 50058, 65004])
      expect(azureEntra.map(signIn(code)), String(code)).toMatchObject({ reason: 'not_relevant' })
  })

  it('has no code that is both a failure and a step', () => {
    for (const code of interactiveCodes) expect(codeMeanings.has(code), code).toBe(false)
  })

  it('takes the names of built-in properties for unknown codes', () => {
    const record = signIn(0, { status: { errorCode: 'constructor' } })
    expect(requestOf(azureEntra.map(record))).toMatchObject({ outcome: 'failure', reason: 'unknown' })
  })
})

describe('kind of managed identity', () => {
  const managed = (properties: JsonObject): TokenRequest =>
    requestOf(azureEntra.map({ ...signIn(0, properties), category: 'ManagedIdentitySignInLogs' }))

  it('is told by the record or not at all', () => {
    expect(managed({ managedIdentityType: 'SystemAssigned' }).identity.type).toBe('system-assigned')
    expect(managed({ managedIdentityType: 'userAssigned' }).identity.type).toBe('user-assigned')
    expect(managed({ managedIdentityType: 'none' }).identity.type).toBe('unknown')
    expect(managed({}).identity.type).toBe('unknown')
  })

  it('does not keep a federated failure from being seen as federated', () => {
    const failed = { status: { errorCode: 700213 } }
    expect(managed(failed)).toMatchObject({
      credentialType: 'federated',
      federation: { issuer: '', subject: '' },
    })
  })
})

describe('detection', () => {
  it('does not claim the AuditLogs of another Azure service', () => {
    const resourceId = '/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.HEALTHCAREAPIS/SERVICES/X'
    expect(azureEntra.detect({ category: 'AuditLogs', resourceId, properties: {} })).toBe(false)
    expect(
      azureEntra.detect({
        category: 'AuditLogs',
        resourceId: `/tenants/${tenant}/providers/Microsoft.aadiam`,
      }),
    ).toBe(true)
  })

  it('claims other logs of the directory, to say that they are not relevant', () => {
    const record = { category: 'RiskyUsers', resourceId: `/tenants/${tenant}/providers/microsoft.aadiam` }
    expect(azureEntra.detect(record)).toBe(true)
    expect(azureEntra.map(record)).toMatchObject({ reason: 'not_relevant' })
  })
})
