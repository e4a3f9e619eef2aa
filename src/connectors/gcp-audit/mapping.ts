/** A Cloud Audit Logs entry to identity events: issuance, changes, secret reads, and the use of the token itself. */
import type { IdentityEvent, SecretRead, TokenUse } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { namesCredential } from '../credential-names.ts'
import { object } from '../fields.ts'
import { changesOf } from './changes.ts'
import { type Entry, isUnfinished, readEntry } from './entry.ts'
import { isExchange, isImpersonation, mapExchange, mapImpersonation } from './issuance.ts'
import { useFailure } from './outcome.ts'
import { callerOf, type Principal } from './principal.ts'

/** Names of secrets, and e-mail addresses that name a person's resource, stay out; those of service accounts stay. */
function resourceOf({ resource, service }: Entry): string | undefined {
  if (resource === '') return undefined
  const secret = service === 'secretmanager.googleapis.com' ? resource.indexOf('/secrets/') : -1
  if (secret >= 0) return resource.slice(0, secret + '/secrets'.length)
  const isPersonal = resource.includes('@') && !resource.includes('.gserviceaccount.com')
  return isPersonal ? resource.slice(0, resource.lastIndexOf('/', resource.indexOf('@'))) : resource
}

function useOf(entry: Entry, caller: Principal | undefined, id: string): TokenUse {
  const failure = useFailure(entry)
  const refused = entry.code === '16' ? 'unauthenticated' : 'forbidden'
  const isRefused = entry.code === '16' || entry.code === '7' || failure?.reason === 'policy_denied'
  return {
    kind: 'token.use',
    id,
    time: entry.time,
    provider: 'gcp',
    source: 'gcp-audit',
    layer: caller?.layer ?? 'paas',
    identity: caller?.identity ?? { id: 'unknown', type: 'unknown', tenant: entry.project },
    workload: caller?.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    service: entry.service,
    resource: resourceOf(entry),
    httpStatus: failure?.httpStatus,
    decision: isRefused ? refused : 'allowed',
    credentialType: caller?.credentialType,
  }
}

/** `projects/<number>/secrets/<name>/versions/<version>` */
function secretRead(entry: Entry, caller: Principal): SecretRead | undefined {
  if (entry.action !== 'accesssecretversion' || entry.service !== 'secretmanager.googleapis.com')
    return undefined
  const path = entry.resource.split('/')
  const at = path.indexOf('secrets')
  const secret = at < 0 ? undefined : path[at + 1]
  if (secret === undefined || secret === '') return undefined
  return {
    kind: 'secret.read',
    id: entry.id,
    time: entry.time,
    provider: 'gcp',
    source: 'gcp-audit',
    layer: caller.layer,
    identity: caller.identity,
    workload: caller.workload,
    app: '',
    outcome: 'success',
    vault: path.slice(0, at).join('/'),
    secret,
    likelyFallback: namesCredential(secret),
  }
}

/** Interactive sign-ins, Google's own doings, and policies that were only tried out. */
function irrelevance(entry: Entry): string | undefined {
  if (entry.logName.endsWith('%2Fsystem_event'))
    return 'a system event: done by Google, not by an identity of yours'
  if (
    entry.service === 'login.googleapis.com' ||
    entry.action === 'websignin' ||
    entry.action === 'websignout'
  )
    return 'an interactive sign-in step of a person'
  const dryRun = object(entry.payload['metadata'])?.['dryRun']
  if (dryRun === true || dryRun === 'true')
    return 'a dry run of a VPC Service Controls perimeter: the call itself was not denied'
  return undefined
}

function mapUse(entry: Entry): Mapped {
  const caller = callerOf(entry.caller, entry.project)
  const isMachine = caller !== undefined && caller.identity.type !== 'user'
  if (entry.code === '') {
    const read = isMachine ? secretRead(entry, caller) : undefined
    const effects: readonly IdentityEvent[] = read === undefined ? changesOf(entry) : [read]
    if (effects.length > 0)
      return isMachine ? [...effects, useOf(entry, caller, `${entry.id}#${effects.length}`)] : effects
  }
  const use = useOf(entry, caller, entry.id)
  if (caller === undefined && use.outcome === 'success')
    return reject('not_relevant', 'no caller is named: the end of a long operation, or work of Google itself')
  return [use]
}

export function map(record: JsonObject): Mapped {
  const entry = readEntry(record)
  if ('reason' in entry) return entry
  if (isUnfinished(record, entry))
    return reject('not_terminal', 'the first record of a long operation: the one with operation.last counts')
  const irrelevant = irrelevance(entry)
  if (irrelevant !== undefined) return reject('not_relevant', irrelevant)
  if (isExchange(entry)) return [mapExchange(entry)]
  if (!isImpersonation(entry)) return mapUse(entry)
  const issued = mapImpersonation(entry)
  if (issued !== undefined) return [issued]
  return reject(
    'missing_field',
    'resource.labels.email_id is missing: expected the service account of the token',
  )
}
