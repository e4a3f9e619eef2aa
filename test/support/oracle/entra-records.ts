/** Sign-in logs of Microsoft Entra ID, as diagnostic settings export them: managed identities, and a few people. */
import { type Fact, type Failure, type IdentityRecord, plainIssuance } from './fact.ts'
import type { Random } from './random.ts'

const tenant = '7c1d9e52-3a40-4b8f-9d16-5e0a2f4c8b71'

const identities = [
  { name: 'acme-web', id: 'b64e0f3a-5d28-4c19-8f77-0a9d31c2e585', machine: 'vm-web-1' },
  { name: 'acme-batch', id: '0f5b2c77-91a4-4e0d-a2c6-3b8e7d1f6042', machine: 'vm-batch-1' },
  { name: 'globex-reports', id: 'd2a7c9e1-6f03-4b5a-8c4e-90b1f2a3c4d5', machine: 'vm-reports-1' },
] as const

const failures: readonly [Failure, ...Failure[]] = [
  { code: '90033', reason: 'platform_error', fault: 'platform' },
  { code: '7000112', reason: 'identity_disabled', fault: 'caller' },
  { code: '90055', reason: 'throttled', fault: 'platform' },
  // Nobody has heard of it.
  { code: '987654321', reason: 'unknown', fault: 'platform' },
]

function diagnostic(category: string, id: string, time: number, code: string, properties: object) {
  const written = new Date(time).toISOString()
  return {
    time: new Date(time + 90_000).toISOString(),
    resourceId: `/tenants/${tenant}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    category,
    tenantId: tenant,
    resultType: code,
    properties: { id, createdDateTime: written, status: { errorCode: Number(code) }, ...properties },
  }
}

export function managedIdentitySignIn(random: Random, time: number, failureShare: number): IdentityRecord {
  const { name, id, machine } = random.pick(identities)
  const failure = random.chance(failureShare) ? random.pick(failures) : undefined
  const fact: Fact = {
    ...plainIssuance,
    time,
    source: 'azure-entra',
    provider: 'azure',
    layer: 'vm',
    identity: id,
    identityType: 'system-assigned',
    app: name,
    workload: `vm ${machine}`,
    failure,
  }
  const json = diagnostic('ManagedIdentitySignInLogs', random.uuid(), time, failure?.code ?? '0', {
    resourceDisplayName: 'Azure Key Vault',
    servicePrincipalName: name,
    servicePrincipalId: id,
    managedIdentityType: 'systemAssigned',
    associatedResourceId: `/subscriptions/2f6b1c04-0000-4000-8000-000000000001/resourceGroups/acme/providers/Microsoft.Compute/virtualMachines/${machine}`,
  })
  return { fact, json }
}

/** People are left out of every objective, and they do not fail here: who they are is not compared. */
export function personSignIn(random: Random, time: number): IdentityRecord {
  const person = random.below(5)
  const fact: Fact = {
    ...plainIssuance,
    time,
    source: 'azure-entra',
    provider: 'azure',
    layer: 'federation',
    identity: `person-${person}`,
    identityType: 'user',
    app: 'people',
  }
  const json = diagnostic('NonInteractiveUserSignInLogs', random.uuid(), time, '0', {
    userId: `5d0c1b2a-0000-4000-8000-00000000000${person}`,
    userPrincipalName: `person${person}@example.org`,
    resourceDisplayName: 'Microsoft Graph',
    clientAppUsed: 'Browser',
  })
  return { fact, json }
}
