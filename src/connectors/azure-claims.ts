/** Who presented a token, from the claims that Azure's activity and Key Vault logs copy out of it. */
import type { CredentialType, IdentityType, Layer, Workload } from '../events/event.ts'
import { isUserAssignedIdentity, lastSegment, layerOfResource, workloadOf } from './azure-resources.ts'
import type { JsonObject, Shape } from './connector.ts'
import { text } from './fields.ts'

const objectId = 'http://schemas.microsoft.com/identity/claims/objectidentifier'
const tenantId = 'http://schemas.microsoft.com/identity/claims/tenantid'
const scope = 'http://schemas.microsoft.com/identity/claims/scope'
const upn = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn'

export const claimsShape: Shape = {
  oid: true,
  [objectId]: true,
  tid: true,
  [tenantId]: true,
  appid: true,
  appidacr: true,
  idtyp: true,
  scp: true,
  [scope]: true,
  upn: true,
  [upn]: true,
  unique_name: true,
  name: true,
  xms_mirid: true,
}

export interface Caller {
  readonly id: string
  readonly name?: string | undefined
  readonly type: IdentityType
  readonly tenant: string
  readonly layer: Layer
  readonly workload?: Workload | undefined
  readonly credentialType?: CredentialType | undefined
}

/** `appidacr`: how the client authenticated. 0 is a public client: no credential of its own. */
const credentials: ReadonlyMap<string, CredentialType> = new Map([
  ['1', 'secret'],
  ['2', 'certificate'],
])

/** A name of a person stands only in tokens of people; a delegated token has a scope. */
function personName(claims: JsonObject): string | undefined {
  return text(claims['upn']) ?? text(claims[upn]) ?? text(claims['unique_name']) ?? text(claims['name'])
}

function isPerson(claims: JsonObject): boolean {
  const kind = text(claims['idtyp'])
  if (kind !== undefined) return kind.toLowerCase() === 'user'
  return (
    personName(claims) !== undefined || text(claims['scp']) !== undefined || text(claims[scope]) !== undefined
  )
}

/** `undefined` if the claims name nobody. */
export function callerOf(claims: JsonObject): Caller | undefined {
  const oid = text(claims['oid']) ?? text(claims[objectId])
  const tenant = text(claims['tid']) ?? text(claims[tenantId]) ?? ''
  if (isPerson(claims)) {
    const id = oid ?? personName(claims)
    return id === undefined ? undefined : { id, type: 'user', tenant, layer: 'federation' }
  }
  const id = oid ?? text(claims['appid'])
  if (id === undefined) return undefined
  const managedBy = text(claims['xms_mirid'])
  if (managedBy === undefined) {
    const credentialType = credentials.get(text(claims['appidacr']) ?? '')
    return { id, type: 'service-principal', tenant, layer: 'federation', credentialType }
  }
  return {
    id,
    name: lastSegment(managedBy),
    type: isUserAssignedIdentity(managedBy) ? 'user-assigned' : 'system-assigned',
    tenant,
    layer: layerOfResource(managedBy),
    workload: workloadOf(managedBy),
    credentialType: 'managed',
  }
}
