/** One request to Vault and how it was answered: what a response entry says, which repeats its request. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { type Holder, plain, tokenHolder } from './identity.ts'

export interface Call {
  /** Of the event, without suffix. */
  readonly id: string
  /** Epoch ms of the response. */
  readonly time: number
  readonly requestId: string | undefined
  readonly operation: string
  /** Without the slash at the end: `secret`, `sys`, `auth/kubernetes`. */
  readonly mount: string
  /** The path below the mount. */
  readonly rest: string
  /** `kv`, `pki`, `kubernetes`; empty where the entry does not say. */
  readonly mountType: string
  /** Vault Enterprise namespace; empty for the root. */
  readonly namespace: string
  readonly error: string | undefined
  readonly auth: JsonObject | undefined
  /** `undefined`: no token, or one that Vault does not know. */
  readonly holder: Holder | undefined
  readonly response: JsonObject | undefined
  /** As written: of the client, or of the load balancer before Vault. */
  readonly address: string | undefined
}

const authPrefix = 'auth/'

interface Place {
  readonly mount: string
  readonly rest: string
}

function split(path: string, at: number): Place {
  return at < 0 ? { mount: path, rest: '' } : { mount: path.slice(0, at), rest: path.slice(at + 1) }
}

/** Without `mount_point` (before Vault 1.12), mounts are taken to have names of one segment. */
function placeOf(path: string, mountPoint: string | undefined): Place {
  if (mountPoint?.endsWith('/') && path.startsWith(mountPoint)) return split(path, mountPoint.length - 1)
  return split(path, path.indexOf('/', path.startsWith(authPrefix) ? authPrefix.length : 0))
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/** Help requests have no id of their own. */
function idOf(requestId: string | undefined, time: number, said: string): string {
  return `vault-audit:${requestId ?? `${time}:${fingerprint(said)}`}`
}

export function isAuthMount(call: Call): boolean {
  return call.mount.startsWith(authPrefix)
}

export function readCall(record: JsonObject): Call | Rejection {
  const request = object(record['request'])
  const path = text(request?.['path'])
  if (request === undefined || path === undefined)
    return reject('missing_field', 'request.path is missing: expected the path of the API call')
  const written = text(record['time'])
  if (written === undefined) return reject('missing_field', 'time is missing: expected an RFC 3339 time')
  const time = parseInstant(written)
  if (Number.isNaN(time)) return reject('invalid_field', 'time is not an RFC 3339 time')
  const requestId = text(request['id'])
  const operation = text(request['operation']) ?? ''
  const auth = object(record['auth'])
  const { mount, rest } = placeOf(path, text(request['mount_point']))
  const namespace = withoutSlash(plain(object(request['namespace'])?.['path']) ?? '')
  const said = `${written}|${operation}|${path}|${text(auth?.['accessor']) ?? ''}`
  return {
    id: idOf(requestId, time, said),
    time,
    requestId,
    operation,
    mount,
    rest,
    mountType: text(request['mount_type']) ?? '',
    namespace,
    address: text(request['remote_address']),
    error: text(record['error']),
    auth,
    holder: tokenHolder(auth, namespace),
    response: object(record['response']),
  }
}

/** `data.error` is an answer in words (hashed), without an error of the request itself. */
export function hasSucceeded(call: Call): boolean {
  return call.error === undefined && object(call.response?.['data'])?.['error'] === undefined
}

export interface TokenTimes {
  readonly ttlSeconds?: number | undefined
  /** Epoch ms. */
  readonly issued?: number | undefined
}

/** A TTL of 0 is a root token's: it has none. */
export function tokenTimes(auth: JsonObject | undefined): TokenTimes {
  const ttl = number(auth?.['token_ttl'])
  const written = text(auth?.['token_issue_time'])
  const issued = written === undefined ? Number.NaN : parseInstant(written)
  return {
    ttlSeconds: ttl !== undefined && ttl > 0 ? ttl : undefined,
    issued: Number.isNaN(issued) ? undefined : issued,
  }
}
