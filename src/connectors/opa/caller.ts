/** Who asked, from the places of the input where callers are conventionally named; the surest first. */
import type { CredentialType, Identity, Layer, Workload } from '../../events/event.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { identityOf as kubernetesIdentity } from '../kubernetes-audit/subject.ts'
import { namedIdentity } from '../named-identity.ts'
import { kinds } from './codes.ts'

export interface Caller {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
  readonly credentialType?: CredentialType | undefined
}

const nobody: Caller = { identity: { id: 'unknown', type: 'unknown', tenant: '' }, layer: 'paas' }

function caller(id: string, type: Identity['type']): Caller {
  const name = type === 'user' ? undefined : id
  return { identity: { id, name, type, tenant: '' }, layer: 'paas' }
}

/** How Auth0 ends the subject of an application's own token, which is otherwise its client id. */
const auth0Client = '@clients'

/** A name of unknown form is taken for a person's unless something says otherwise: then it does not leave readable. */
function byName(name: string, otherwise: Identity['type']): Caller {
  const named = namedIdentity(name)
  if (named !== undefined) return named
  if (name.endsWith(auth0Client)) return caller(name.slice(0, -auth0Client.length), 'service-principal')
  return caller(name, name.includes('@') ? 'user' : otherwise)
}

/** The claims of `input.token` and the like, whichever way the policy had decoded it. */
export function claimsOf(input: JsonObject | undefined): JsonObject | undefined {
  for (const key of ['token', 'jwt', 'parsed_token', 'claims']) {
    const token = object(input?.[key])
    if (token === undefined) continue
    return object(token['payload']) ?? object(token['claims']) ?? token
  }
  return undefined
}

/** Tokens of the client credentials grant, as Entra, Auth0, and issuers that repeat the client as subject mark them. */
function byClaims(claims: JsonObject): Caller | undefined {
  const subject = text(claims['sub'])
  const client = text(claims['client_id']) ?? text(claims['azp']) ?? text(claims['appid'])
  const isApplication =
    claims['idtyp'] === 'app' || claims['gty'] === 'client-credentials' || subject === client
  if (client !== undefined && (isApplication || subject === undefined))
    return byName(client, 'service-principal')
  return subject === undefined ? undefined : byName(subject, 'user')
}

function byPrincipal(value: JsonValue | undefined): Caller | undefined {
  if (typeof value === 'string') return value === '' ? undefined : byName(value, 'user')
  const principal = object(value)
  if (principal === undefined) return undefined
  const name =
    text(principal['id']) ?? text(principal['sub']) ?? text(principal['name']) ?? text(principal['username'])
  const kind = (text(principal['type']) ?? text(principal['kind']) ?? '').toLowerCase()
  return name === undefined ? undefined : byName(name, kinds[kind] ?? 'user')
}

/** By the certificate of the connection, as Envoy and Istio give it. */
function byConnection(input: JsonObject): Caller | undefined {
  const principal = text(object(object(input['attributes'])?.['source'])?.['principal'])
  return principal === undefined
    ? undefined
    : { ...byName(principal, 'service-account'), credentialType: 'certificate' }
}

/** The user of an admission review or a subject access review. */
export function kubernetesUser(input: JsonObject | undefined): string | undefined {
  const review = object(object(input?.['request'])?.['userInfo'])
  return text(review?.['username']) ?? text(object(input?.['spec'])?.['user'])
}

function byCluster(input: JsonObject): Caller | undefined {
  const user = kubernetesUser(input)
  if (user === undefined) return undefined
  return namedIdentity(user) ?? { identity: kubernetesIdentity(user, ''), layer: 'container' }
}

function byMachineName(input: JsonObject): Caller | undefined {
  const account = text(input['spiffe_id']) ?? text(input['service_account'])
  if (account !== undefined) return byName(account, 'service-account')
  const client = text(input['client_id'])
  return client === undefined ? undefined : byName(client, 'service-principal')
}

/** Kafka's clients are machines, whatever it calls them. */
function byEngine(input: JsonObject): Caller | undefined {
  const trino = text(object(object(input['context'])?.['identity'])?.['user'])
  if (trino !== undefined) return byName(trino, 'user')
  const kafka = text(object(object(input['requestContext'])?.['principal'])?.['name'])
  return kafka === undefined ? undefined : byName(kafka, 'service-account')
}

export function callerOf(input: JsonObject | undefined): Caller {
  if (input === undefined) return nobody
  const claims = claimsOf(input)
  return (
    byConnection(input) ??
    byCluster(input) ??
    (claims === undefined ? undefined : byClaims(claims)) ??
    byMachineName(input) ??
    byPrincipal(input['subject']) ??
    byPrincipal(input['principal']) ??
    byPrincipal(input['identity']) ??
    byPrincipal(input['user']) ??
    byEngine(input) ??
    nobody
  )
}

export interface TokenAge {
  readonly tokenAgeSeconds?: number | undefined
  readonly ttlSeconds?: number | undefined
}

/** From the stamps in the claims; `time` in epoch ms. */
export function ageOf(claims: JsonObject | undefined, time: number): TokenAge {
  const issued = number(claims?.['iat'])
  const expires = number(claims?.['exp'])
  if (issued === undefined || issued <= 0) return {}
  const age = (time - issued * 1000) / 1000
  const ttl = expires === undefined ? -1 : expires - issued
  return { tokenAgeSeconds: age >= 0 ? age : undefined, ttlSeconds: ttl > 0 ? ttl : undefined }
}
