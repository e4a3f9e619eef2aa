/** Sign-in records as attempts to get a token: one record, one attempt. */
import type { CredentialType, Identity, IdentityType, Layer, TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { detailsOf, tenantOf, timeOf } from '../azure-directory.ts'
import { isUserAssignedIdentity, layerOfResource, workloadOf } from '../azure-resources.ts'
import type { JsonObject, JsonValue, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { type CodeMeaning, codeMeanings, interactiveCodes } from './codes.ts'
import type { Category } from './forms.ts'
import { tokenIdOf } from './token-identifier.ts'

const unknownCode: CodeMeaning = { reason: 'unknown' }

const missingId = reject('missing_field', 'id: the sign-in has none (expected properties.id, or id)')
const missingTime = reject('missing_field', 'createdDateTime: expected the RFC 3339 time of the sign-in')
const invalidTime = reject('invalid_field', 'createdDateTime is not an RFC 3339 time')
const missingResult = reject('missing_field', 'status.errorCode: expected the AADSTS code, 0 for success')
const missingPrincipal = reject('missing_field', 'servicePrincipalId, appId: one must say who signed in')
const missingUser = reject('missing_field', 'userId: expected the object id of the person who signed in')
const interactive = reject('not_relevant', 'a step of an interactive sign-in, not a failure of an identity')

export function mapSignIn(record: JsonObject, category: Category): Mapped {
  const details = detailsOf(record)
  const id = text(details['id'])
  if (id === undefined) return missingId
  const time = timeOf(record, text(details['createdDateTime']))
  if (time === undefined) return missingTime
  if (Number.isNaN(time)) return invalidTime
  const code = codeOf(object(details['status'])?.['errorCode']) ?? codeOf(record['resultType'])
  if (code === undefined) return missingResult
  if (interactiveCodes.has(code)) return interactive
  const isPerson = category === 'SignInLogs' || category === 'NonInteractiveUserSignInLogs'
  const signedIn = isPerson ? personOf(record, details) : principalOf(record, details, category)
  if ('reason' in signedIn) return signedIn
  return [tokenRequest(record, details, { id, time, code, category, identity: signedIn })]
}

/** `0` and `7000215` come as numbers and as texts; some collectors write `Success` and `Failure`. */
function codeOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  const written = text(value)
  if (written === undefined) return undefined
  return written.toLowerCase() === 'success' ? '0' : written
}

interface SignIn {
  readonly id: string
  readonly time: number
  readonly code: string
  readonly category: Category
  readonly identity: Identity
}

function tokenRequest(record: JsonObject, details: JsonObject, signIn: SignIn): TokenRequest {
  const { id, time, code, category, identity } = signIn
  const failed = code !== '0'
  const meaning = failed ? (codeMeanings.get(code) ?? unknownCode) : undefined
  const isManaged = category === 'ManagedIdentitySignInLogs'
  const isPerson = identity.type === 'user'
  const credentialType = isPerson
    ? undefined
    : (credentialTypeOf(details) ?? meaning?.credentialType ?? (isManaged ? 'managed' : undefined))
  const federated = credentialType === 'federated'
  const issuer = text(object(details['managedServiceIdentity'])?.['federatedTokenIssuer']) ?? ''
  const resource = associatedResource(details)
  const credentialId =
    text(details['federatedCredentialId']) ?? text(details['servicePrincipalCredentialKeyId'])
  return {
    kind: 'token.request',
    id: `azure-entra:${category}:${identity.tenant}:${id}`,
    time,
    provider: 'azure',
    source: 'azure-entra',
    layer: layerOf(isManaged, federated, issuer, resource),
    identity,
    workload: isManaged && resource !== undefined ? workloadOf(resource) : undefined,
    app: '',
    outcome: failed ? 'failure' : 'success',
    reason: meaning?.reason,
    fault: meaning === undefined ? undefined : (meaning.fault ?? faultOf[meaning.reason]),
    code: failed ? code : undefined,
    correlation: {
      tokenId: failed ? undefined : tokenIdOf(text(details['uniqueTokenIdentifier']), id),
      operationId: text(details['correlationId']) ?? text(record['correlationId']),
      requestId: id,
    },
    vantage: 'issuer',
    audience: audienceOf(record, details),
    credentialId,
    credentialType,
    federation: federated ? { issuer, subject: '' } : undefined,
  }
}

function personOf(record: JsonObject, details: JsonObject): Identity | Rejection {
  const id = text(details['userId']) ?? text(details['userPrincipalName'])
  if (id === undefined) return missingUser
  return { id, type: 'user', tenant: tenantOf(record) }
}

function principalOf(record: JsonObject, details: JsonObject, category: Category): Identity | Rejection {
  // An application that does not exist in the tenant has an application id only.
  const id = text(details['servicePrincipalId']) ?? text(details['appId'])
  if (id === undefined) return missingPrincipal
  return {
    id,
    name: text(details['servicePrincipalName']),
    type: category === 'ManagedIdentitySignInLogs' ? managedType(details) : 'service-principal',
    tenant: tenantOf(record),
    // Microsoft's own services: a path of their own, so that ownership and objectives can set them aside.
    path: category === 'MicrosoftServicePrincipalSignInLogs' ? '/microsoft-first-party/' : undefined,
  }
}

function associatedResource(details: JsonObject): string | undefined {
  return (
    text(details['associatedResourceId']) ??
    text(object(details['managedServiceIdentity'])?.['associatedResourceId'])
  )
}

/** Only what the record shows: without a sign of either kind, a managed identity's type stays `unknown`. */
function managedType(details: JsonObject): IdentityType {
  const written =
    text(details['managedIdentityType']) ?? text(object(details['managedServiceIdentity'])?.['msiType'])
  const type = written?.toLowerCase()
  if (type === 'systemassigned') return 'system-assigned'
  if (type === 'userassigned') return 'user-assigned'
  // Federated credentials can be put on user-assigned identities only.
  if (text(details['federatedCredentialId']) !== undefined) return 'user-assigned'
  const resource = associatedResource(details)
  return resource !== undefined && isUserAssignedIdentity(resource) ? 'user-assigned' : 'unknown'
}

const credentialTypes: ReadonlyMap<string, CredentialType> = new Map<string, CredentialType>([
  ['clientsecret', 'secret'],
  ['clientassertion', 'certificate'],
  ['certificate', 'certificate'],
  ['federatedidentitycredential', 'federated'],
  ['managedidentity', 'managed'],
])

/** A key id alone says which credential it was, not whether it is a secret or a certificate. */
function credentialTypeOf(details: JsonObject): CredentialType | undefined {
  if (text(details['federatedCredentialId']) !== undefined) return 'federated'
  const named = credentialTypes.get(text(details['clientCredentialType'])?.toLowerCase() ?? '')
  if (named !== undefined) return named
  return text(details['servicePrincipalCredentialThumbprint']) === undefined ? undefined : 'certificate'
}

function layerOf(
  isManaged: boolean,
  federated: boolean,
  issuer: string,
  resource: string | undefined,
): Layer {
  if (federated) return layerOfIssuer(issuer)
  if (!isManaged) return 'federation'
  return resource === undefined ? 'paas' : layerOfResource(resource)
}

function layerOfIssuer(issuer: string): Layer {
  if (issuer.includes('token.actions.githubusercontent.com')) return 'cicd'
  return issuer.includes('.oic.') || issuer.includes('oidc.eks.') ? 'container' : 'federation'
}

/** The name of the API that the token is for, its application id without one. */
function audienceOf(record: JsonObject, details: JsonObject): string {
  const name = text(details['resourceDisplayName'])
  if (name !== undefined) return name
  const id = text(record['resourceIdentity']) ?? text(details['resourceId']) ?? ''
  return id.startsWith('/') ? '' : id
}
