/** Key Vault audit events as uses of a token, and as reads of static secrets by workloads. */
import type { SecretRead, TokenUse } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { Caller } from '../azure-claims.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { namesCredential } from '../credential-names.ts'
import { text } from '../fields.ts'
import { accountKeyNames } from './codes.ts'
import { type Request, readRequest } from './request.ts'

const noCaller = reject('not_relevant', 'an event of the vault itself: it names no caller')

/** A denial may come before the vault knows who asks: it counts, but nobody's. */
const nobody: Caller = { id: 'unknown', type: 'unknown', tenant: '', layer: 'paas' }

export function map(record: JsonObject): Mapped {
  const request = readRequest(record)
  if ('reason' in request) return request
  const caller = request.caller ?? (request.result.outcome === 'failure' ? nobody : undefined)
  if (caller === undefined) return noCaller
  if (!isSecretRead(request, caller)) return [tokenUse(request, caller, request.id)]
  return [secretRead(request, caller), tokenUse(request, caller, `${request.id}#1`)]
}

/** A secret that is not there (404) is not read. */
function isSecretRead(request: Request, caller: Caller): boolean {
  return request.operation === 'SecretGet' && request.httpStatus === 200 && caller.type !== 'user'
}

function common(request: Request, caller: Caller, id: string) {
  return {
    id,
    time: request.time,
    provider: 'azure',
    source: 'azure-keyvault',
    layer: caller.layer,
    identity: { id: caller.id, name: caller.name, type: caller.type, tenant: request.tenant },
    workload: caller.workload,
    app: '',
    correlation: { operationId: request.correlationId },
  } as const
}

function tokenUse(request: Request, caller: Caller, id: string): TokenUse {
  const { outcome, decision, reason } = request.result
  return {
    ...common(request, caller, id),
    kind: 'token.use',
    outcome,
    reason,
    fault: request.fault,
    code: reason === undefined ? undefined : String(request.httpStatus),
    service: 'Microsoft.KeyVault',
    resource: text(request.resource),
    httpStatus: request.httpStatus,
    decision,
    credentialType: caller.credentialType,
  }
}

function secretRead(request: Request, caller: Caller): SecretRead {
  const secret = secretNameOf(request.objectUri)
  return {
    ...common(request, caller, request.id),
    kind: 'secret.read',
    outcome: 'success',
    vault: request.vault,
    secret,
    likelyFallback: isCredentialName(secret),
  }
}

const secrets = '/secrets/'

/** `NAME` of `https://vault.vault.azure.net/secrets/NAME/version?api-version=…`. */
function secretNameOf(uri: string): string {
  const at = uri.indexOf(secrets)
  if (at < 0) return 'unknown'
  const path = uri.slice(at + secrets.length)
  let end = 0
  while (end < path.length && path[end] !== '/' && path[end] !== '?') end++
  return path.slice(0, end)
}

function isCredentialName(secret: string): boolean {
  if (namesCredential(secret)) return true
  const plain = secret.toLowerCase().replaceAll('-', '')
  return accountKeyNames.some((part) => plain.includes(part))
}
