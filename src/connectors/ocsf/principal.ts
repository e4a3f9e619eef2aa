/** Whom an OCSF user stands for: a machine, by its name or by what the record calls it, or else a person. */
import type { Identity, Layer, Workload } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { namedIdentity } from '../named-identity.ts'
import { machineTypes, serviceUser, systemUser, wellKnownSids } from './codes.ts'
import { meaningful } from './head.ts'

export interface Principal {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
}

function tenantOf(user: JsonObject, record: JsonObject): string {
  const own = text(object(user['account'])?.['uid']) ?? text(user['account_uid'])
  const cloud = text(object(object(record['cloud'])?.['account'])?.['uid'])
  return own ?? cloud ?? meaningful(user['domain']) ?? ''
}

function isMachineType(written: string | undefined): boolean {
  return written !== undefined && machineTypes.has(written.toLowerCase().replaceAll(' ', ''))
}

function isService(user: JsonObject): boolean {
  if (number(user['type_id']) === serviceUser || isMachineType(text(user['type']))) return true
  return isMachineType(text(object(user['account'])?.['type']) ?? text(user['account_type']))
}

/** Windows computers and managed service accounts have a name that ends in `$`. */
function isComputer(user: JsonObject, name: string | undefined): boolean {
  return name?.endsWith('$') === true && number(user['type_id']) !== 1
}

/** `platform`: an operating system or a cluster acting by itself. `undefined`: nobody is named. */
export function principalOf(user: JsonObject, record: JsonObject): Principal | 'platform' | undefined {
  const uid = meaningful(user['uid'])
  const name = meaningful(user['name'])
  const named = namedIdentity(uid ?? '') ?? namedIdentity(name ?? '')
  const tenant = tenantOf(user, record)
  if (named !== undefined)
    return named.identity.tenant === '' ? { ...named, identity: { ...named.identity, tenant } } : named
  if (name?.startsWith('system:') || wellKnownSids.has(uid ?? '')) return 'platform'
  const id = uid ?? name
  if (id === undefined) return undefined
  if (isComputer(user, name)) return { identity: { id, name, type: 'service-account', tenant }, layer: 'vm' }
  if (isService(user))
    return { identity: { id, name, type: 'service-principal', tenant }, layer: 'federation' }
  if (number(user['type_id']) === systemUser) return 'platform'
  return { identity: { id, type: 'user', tenant }, layer: 'federation' }
}

/** Who acted: a user, or an application that acts in its own name. */
export function actorOf(record: JsonObject): Principal | 'platform' | undefined {
  const actor = object(record['actor'])
  const user = object(actor?.['user'])
  const found = user === undefined ? undefined : principalOf(user, record)
  if (found !== undefined) return found
  const name = text(actor?.['app_name'])
  const id = text(actor?.['app_uid']) ?? name
  if (id === undefined) return undefined
  const tenant = text(object(object(record['cloud'])?.['account'])?.['uid']) ?? ''
  return { identity: { id, name, type: 'service-principal', tenant }, layer: 'federation' }
}
