/** Azure resource records as diagnostic settings write them: key vault audit events and the activity log. */
import { toTicks } from '../instant-text.ts'
import { guidOf } from '../random.ts'
import type { AzureIdentity, Person } from './entra.ts'

/** Where resources are. */
export interface Subscription {
  readonly tenantId: string
  readonly subscriptionId: string
}

/** A call to a key vault. */
export interface VaultUse {
  readonly vault: string
  readonly operation: 'KeySign' | 'KeyUnwrap' | 'SecretGet'
  readonly object: string
}

/** How long people's tokens are old when they change something. */
const sessionAgeSeconds = 22 * 60

const signatures: Readonly<Record<number, string>> = { 200: 'OK', 401: 'Unauthorized', 403: 'Forbidden' }

function vaultGroup({ subscriptionId }: Subscription, vault: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/rg-${vault.replace('kv-acme-', '')}`
}

export function vaultId(where: Subscription, vault: string): string {
  return `${vaultGroup(where, vault)}/providers/Microsoft.KeyVault/vaults/${vault}`
}

function description({ identity, use, httpStatusCode: status }: VaultCall, tenantId: string): string {
  if (status === 401)
    return "[TokenExpired] Error validating token: 'Lifetime validation failed. The token is expired.'"
  const caller = `appid=${identity.appId};oid=${identity.objectId};iss=https://sts.windows.net/${tenantId}/`
  const right =
    use.operation === 'SecretGet' ? 'secrets get' : use.operation.replace('Key', 'keys ').toLowerCase()
  return `The user, group or application '${caller}' does not have ${right} permission on key vault '${use.vault};location=westeurope'.`
}

export interface VaultCall {
  readonly identity: AzureIdentity
  readonly use: VaultUse
  readonly time: number
  readonly httpStatusCode: 200 | 401 | 403
  readonly durationMs: number
  readonly correlationId: string
}

/** A vault says `resultType: Success` whatever happened: the outcome is the HTTP status. */
export function vaultRecord(where: Subscription, call: VaultCall): string {
  const { identity, use, time, httpStatusCode } = call
  const url = `https://${use.vault}.vault.azure.net/${use.object}`
  const action = use.operation === 'SecretGet' ? '' : `/${use.operation.slice(3).toLowerCase()}`
  return JSON.stringify({
    time: `${toTicks(time)}Z`,
    category: 'AuditEvent',
    operationName: use.operation,
    resultType: 'Success',
    ...(httpStatusCode === 200 ? {} : { resultDescription: description(call, where.tenantId) }),
    correlationId: call.correlationId,
    callerIpAddress: '192.0.2.64',
    identity: {
      claim: {
        oid: identity.objectId,
        appid: identity.appId,
        appidacr: '2',
        idtyp: 'app',
        xms_az_nwperimid: [],
        xms_mirid: identity.resourceId,
      },
    },
    properties: {
      id: url,
      clientInfo: 'azsdk-net-Security.KeyVault.Keys/4.6.0 (.NET 8.0.8; Linux)',
      httpStatusCode,
      requestUri: `${url}${action}?api-version=7.5`,
      isRbacAuthorized: httpStatusCode === 200,
      tlsVersion: 'TLS1_3',
    },
    resourceId: vaultId(where, use.vault).toUpperCase(),
    operationVersion: '7.5',
    resultSignature: signatures[httpStatusCode],
    durationMs: String(call.durationMs),
  })
}

export interface RoleAssignmentChange {
  readonly time: number
  readonly isRemoval: boolean
  readonly by: Person | AzureIdentity
  readonly holder: AzureIdentity
  readonly role: string
  /** ARM id of what the role is about. */
  readonly scope: string
}

function claimsOf(tenantId: string, by: Person | AzureIdentity, time: number): Record<string, string> {
  const issued = Math.floor(time / 1000 - sessionAgeSeconds)
  const token = {
    aud: 'https://management.azure.com/',
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: String(issued),
    nbf: String(issued),
    exp: String(issued + 4_740),
  }
  const schemas = 'http://schemas.microsoft.com/identity/claims'
  const common = { [`${schemas}/tenantid`]: tenantId, ver: '1.0' }
  if ('upn' in by)
    return {
      ...token,
      appid: guidOf('application portal'),
      appidacr: '0',
      [`${schemas}/objectidentifier`]: by.id,
      [`${schemas}/scope`]: 'user_impersonation',
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': by.upn,
      ...common,
    }
  return {
    ...token,
    appid: by.appId,
    appidacr: '2',
    idtyp: 'app',
    [`${schemas}/objectidentifier`]: by.objectId,
    ...common,
  }
}

/** The two records of one operation: it begins, it ends; only the second says that it happened. */
export function roleAssignmentRecords(
  where: Subscription,
  change: RoleAssignmentChange,
): readonly [string, string] {
  const { tenantId, subscriptionId } = where
  const { time, isRemoval, by, holder, role, scope } = change
  const action = `Microsoft.Authorization/roleAssignments/${isRemoval ? 'delete' : 'write'}`
  const assignment = `${scope}/providers/Microsoft.Authorization/roleAssignments/${guidOf(`${holder.name} ${role}`)}`
  const roleDefinition = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${guidOf(`role ${role}`)}`
  const details = {
    PrincipalId: holder.objectId,
    PrincipalType: 'ServicePrincipal',
    RoleDefinitionId: roleDefinition,
    Scope: scope,
  }
  const answer = {
    properties: {
      roleDefinitionId: roleDefinition,
      principalId: holder.objectId,
      principalType: 'ServicePrincipal',
      scope,
    },
    id: assignment,
    type: 'Microsoft.Authorization/roleAssignments',
  }
  const requestbody = isRemoval ? {} : { requestbody: JSON.stringify({ Properties: details }) }
  const record = (offset: number, resultType: string, properties: Record<string, unknown>): string =>
    JSON.stringify({
      time: `${toTicks(time + offset)}Z`,
      resourceId: assignment.toUpperCase(),
      operationName: action.toUpperCase(),
      category: 'Administrative',
      resultType,
      resultSignature: resultType === 'Start' ? 'Started.' : 'Succeeded.OK',
      durationMs: String(offset),
      callerIpAddress: 'ip' in by ? by.ip : '192.0.2.80',
      correlationId: guidOf(`role assignment ${time}`),
      identity: {
        authorization: { scope: assignment, action, evidence: { role: 'User Access Administrator' } },
        claims: claimsOf(tenantId, by, time),
      },
      level: 'Information',
      properties: {
        eventCategory: 'Administrative',
        entity: assignment,
        message: action,
        hierarchy: `${tenantId}/${subscriptionId}`,
        ...properties,
      },
      tenantId,
    })
  return [
    record(0, 'Start', requestbody),
    record(640, 'Success', { statusCode: 'OK', responseBody: JSON.stringify(answer) }),
  ]
}
