/** Codes of errors that SDKs throw when they cannot get a token, as reasons. Only codes listed here are ever emitted. */
import type { Reason } from './identity.ts'

function table(groups: Readonly<Partial<Record<Reason, readonly string[]>>>): ReadonlyMap<string, Reason> {
  const map = new Map<string, Reason>()
  for (const [reason, codes] of Object.entries(groups) as readonly [Reason, readonly string[]][])
    for (const code of codes) map.set(code, reason)
  return map
}

/** Numbers behind `AADSTS`. */
export const entraCodes = table({
  platform_error: ['50000', '50033', '50087', '90006', '90024', '90033', '90036'],
  timeout: ['90012'],
  throttled: ['90055', '50196'],
  credential_invalid: ['7000215', '700027', '700030', '50012', '50013', '50017', '50027', '70002'],
  credential_expired: ['7000222', '50173', '500133', '70008', '70043', '700024', '700082'],
  identity_not_found: ['700016', '7000229', '90002', '50034', '700011'],
  identity_disabled: ['7000112', '70001', '50057'],
  federation_mismatch: ['70021', '700211', '700213', '7002138'],
  audience_mismatch: ['700212'],
  permission_denied: ['50105', '501051', '65001'],
  policy_denied: ['53003', '53000', '530032', '530034', '50005'],
  misconfigured_caller: ['500011', '700038', '90014', '90013', '900023', '9002313', '70011'],
})

/** Names of errors that AWS services answer when credentials are asked for. */
export const awsCodes = table({
  permission_denied: ['AccessDenied', 'AccessDeniedException', 'UnauthorizedException', 'ForbiddenException'],
  credential_expired: ['ExpiredToken', 'ExpiredTokenException', 'ExpiredIdentityToken', 'RequestExpired'],
  credential_invalid: [
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'SignatureDoesNotMatch',
    'InvalidAccessKeyId',
    'IncompleteSignature',
  ],
  federation_mismatch: ['InvalidIdentityToken', 'InvalidIdentityTokenException', 'IDPRejectedClaim'],
  identity_not_found: ['NoSuchEntity', 'ResourceNotFoundException'],
  throttled: ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException'],
  platform_error: ['InternalError', 'InternalFailure', 'ServiceUnavailable', 'IDPCommunicationError'],
  misconfigured_caller: ['ValidationError', 'RegionDisabledException', 'MalformedPolicyDocument'],
})

/** `error` of a token endpoint's answer (RFC 6749, 8693). */
export const oauthCodes = table({
  credential_invalid: ['invalid_client', 'invalid_grant', 'invalid_token'],
  permission_denied: ['unauthorized_client', 'access_denied'],
  audience_mismatch: ['invalid_target'],
  misconfigured_caller: ['invalid_request', 'invalid_scope', 'unsupported_grant_type'],
  throttled: ['slow_down'],
  platform_error: ['server_error', 'temporarily_unavailable'],
})

/** Codes of Node's own errors: the connection, the clock, the file. */
export const systemCodes = table({
  network: [
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EPIPE',
    'UND_ERR_SOCKET',
    'REQUEST_SEND_ERROR',
  ],
  timeout: ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'TimeoutError', 'AbortError', 'UND_ERR_CONNECT_TIMEOUT'],
  misconfigured_caller: ['ENOENT', 'EISDIR', 'ENOTDIR'],
  permission_denied: ['EACCES', 'EPERM'],
})

/** Names of errors that say that a credential is not set up where it was looked for. */
export const unavailableNames: ReadonlySet<string> = new Set([
  'CredentialUnavailableError',
  'CredentialsProviderError',
  'ProviderError',
])
