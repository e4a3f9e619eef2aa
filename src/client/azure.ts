/** Credentials of @azure/identity and everything else with their `getToken`. */
import { audienceOf } from './audience.ts'
import { className, field, numberField, textField } from './fields.ts'
import type { Identity } from './identity.ts'
import { putAround } from './methods.ts'
import type { Recorder } from './recorder.ts'
import { BoundedMap, TokenMemory } from './token-memory.ts'
import { type Asked, noToken, type TokenSource } from './token-source.ts'

/** What @azure/core-auth calls a TokenCredential, of any version. */
export interface AzureCredential {
  getToken(scopes: string | string[], options?: object): Promise<unknown>
}

/** Whom a credential is set up for: a first guess, which the first token's claims replace. */
function settingsOf(credential: object): Identity {
  const name = className(credential)
  const tenant = textField(credential, 'tenantId')
  if (name !== 'ManagedIdentityCredential') return { tenant }
  const id = textField(credential, 'clientId') ?? textField(credential, 'objectId')
  const resource = textField(credential, 'resourceId')
  const isUserAssigned = id !== undefined || resource !== undefined
  return { id: id ?? resource, type: isUserAssigned ? 'user-assigned' : 'system-assigned', tenant }
}

/** Members of a chain, in their order; empty for a credential that is none. */
function membersOf(credential: object): readonly object[] {
  const sources = field(credential, '_sources')
  if (!Array.isArray(sources)) return []
  return sources.filter((source: unknown): source is object => typeof source === 'object' && source !== null)
}

function readToken(result: unknown) {
  const token = textField(result, 'token')
  if (token === undefined) return noToken
  return { token, expiresAtMs: numberField(result, 'expiresOnTimestamp') }
}

function sourceOf(credential: object, identity: Identity): TokenSource {
  return {
    provider: 'azure',
    credentialType: className(credential),
    isChain: Array.isArray(field(credential, '_sources')),
    isStep: false,
    identity,
    memory: new TokenMemory(settingsOf(credential)),
    read: readToken,
  }
}

function askedFor(scopes: unknown): Asked {
  const scope: unknown = Array.isArray(scopes) ? scopes[0] : scopes
  const key = Array.isArray(scopes) ? scopes.join(' ') : `${scope}`
  return { key, audience: typeof scope === 'string' ? audienceOf(scope) : '' }
}

/** Tokens differ by scope, by tenant, and by whether they can be revoked continuously. */
function askedWith(plain: Asked, options: unknown): Asked {
  const tenant = textField(options, 'tenantId')
  const isContinuous = field(options, 'enableCae') === true
  if (tenant === undefined && !isContinuous) return plain
  return { key: `${plain.key} ${tenant} ${isContinuous}`, audience: plain.audience }
}

/** More than an application has scopes. */
const mostScopes = 100

/** On a class's prototype or on one credential: sources are kept by credential. */
function instrumentGetToken(recorder: Recorder, target: object, identity: Identity = {}): void {
  const sources = new WeakMap<object, TokenSource>()
  const askedBefore = new BoundedMap<Asked>(mostScopes)
  const asked = ([scopes, options]: readonly unknown[]): Asked => {
    const before = typeof scopes === 'string' ? askedBefore.get(scopes) : undefined
    const plain = before ?? askedFor(scopes)
    if (before === undefined && typeof scopes === 'string') askedBefore.set(scopes, plain)
    return options === undefined ? plain : askedWith(plain, options)
  }
  putAround(target, 'getToken', (credential, values, call) => {
    let source = sources.get(credential)
    if (source === undefined) {
      source = sourceOf(credential, identity)
      sources.set(credential, source)
    }
    return recorder.run(source, asked(values), call)
  })
}

/** The credential itself, and the members that it tries if it is a chain. */
export function instrumentAzure(recorder: Recorder, credential: object, identity: Identity = {}): void {
  instrumentGetToken(recorder, credential, identity)
  for (const member of membersOf(credential)) instrumentAzure(recorder, member)
}
