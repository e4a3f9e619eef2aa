/** Calls that ask for credentials: `token.request` of the identity that is to have them. */
import type { TokenRequest } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { number, object, objects, text } from '../fields.ts'
import { type Call, correlationOf } from './call.ts'
import { lifetimeOf } from './expiration.ts'
import { assumeRoleWithSaml, assumeRoleWithWebIdentity, getFederationToken } from './federated-grants.ts'
import { type Grant, grantToCaller, type Issuer, isGrant } from './grant.ts'
import { type Failure, issuanceFailure } from './outcome.ts'
import { assumeRole, assumeRoleForPodIdentity, createSession } from './role-grants.ts'

interface IssuerRow {
  readonly services: readonly string[]
  readonly issuer: Issuer
}

/** By event name; the service is checked, too: `CreateSession` is also S3 Express's, `CreateToken` many a service's. */
const issuers: ReadonlyMap<string, IssuerRow> = new Map<string, IssuerRow>([
  ['AssumeRole', { services: ['sts'], issuer: assumeRole }],
  ['AssumeRoleWithWebIdentity', { services: ['sts'], issuer: assumeRoleWithWebIdentity }],
  ['AssumeRoleWithSAML', { services: ['sts'], issuer: assumeRoleWithSaml }],
  ['GetSessionToken', { services: ['sts'], issuer: grantToCaller }],
  ['GetFederationToken', { services: ['sts'], issuer: getFederationToken }],
  ['AssumeRoleForPodIdentity', { services: ['eks-auth'], issuer: assumeRoleForPodIdentity }],
  ['CreateSession', { services: ['rolesanywhere'], issuer: createSession }],
  ['CreateToken', { services: ['sso', 'sso-oauth'], issuer: grantToCaller }],
  ['CreateTokenWithIAM', { services: ['sso', 'sso-oauth'], issuer: grantToCaller }],
])

/** How the call issues credentials; undefined for every other call. */
export function issuerOf(call: Call): Issuer | undefined {
  const row = issuers.get(call.name)
  return row?.services.includes(call.service) ? row.issuer : undefined
}

/** `aws-cloudtrail:` and the id that both accounts' copies of a cross-account call share. */
function issuanceId(call: Call): string {
  return `aws-cloudtrail:${text(call.record['sharedEventID']) ?? call.eventId}`
}

function issuedCredentials(call: Call): JsonObject | undefined {
  const direct = object(call.response['credentials'])
  return direct ?? object(objects(call.response['credentialSet'])[0]?.['credentials'])
}

export function tokenRequest(call: Call, grant: Grant, failure: Failure | undefined): TokenRequest {
  const issued = failure === undefined ? issuedCredentials(call) : undefined
  const requested = number(call.request['durationSeconds']) ?? number(call.response['expiresIn'])
  const lifetime = failure === undefined ? lifetimeOf(call.time, issued?.['expiration'], requested) : {}
  return {
    kind: 'token.request',
    id: issuanceId(call),
    time: call.time,
    provider: 'aws',
    source: 'aws-cloudtrail',
    layer: grant.layer,
    identity: grant.identity,
    workload: grant.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    correlation: correlationOf(call, text(issued?.['accessKeyId'])),
    vantage: 'issuer',
    audience: '',
    ttlSeconds: lifetime.ttlSeconds,
    expiresAt: lifetime.expiresAt,
    credentialId: grant.credentialId,
    credentialType: grant.credentialType,
    federation: grant.federation,
  }
}

export function mapIssuance(call: Call, issuer: Issuer): Mapped {
  const failure = issuanceFailure(call.record, call.name)
  if (failure === 'interactive')
    return reject('not_relevant', 'a person has not finished signing in: nothing was issued or refused')
  const grant = issuer(call, failure)
  return isGrant(grant) ? [tokenRequest(call, grant, failure)] : grant
}
