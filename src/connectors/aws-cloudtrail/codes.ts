/** What AWS error codes mean for an identity, as data: once for asking for credentials, once for using them. */
import type { Reason } from '../../events/event.ts'

export interface CodeMeaning {
  /** When credentials were asked for. `interactive`: a person has not finished signing in; nothing failed. */
  readonly issuance: Reason | 'interactive'
  /** When credentials were used. `answered`: the identity was let in, and the service said no to the request itself. */
  readonly use: Reason | 'answered'
}

interface CodeGroup extends CodeMeaning {
  readonly codes: readonly string[]
}

const groups: readonly CodeGroup[] = [
  {
    issuance: 'permission_denied',
    use: 'permission_denied',
    codes: [
      'AccessDenied',
      'AccessDeniedException',
      'AccessDeniedFault',
      'UnauthorizedOperation',
      'UnauthorizedException',
      'UnauthorizedAccess',
      'NotAuthorized',
      'NotAuthorizedException',
      'AuthorizationError',
      'AuthorizationErrorException',
      'AuthorizationException',
      'Forbidden',
      'ForbiddenException',
      'OperationNotPermittedException',
      'AllAccessDisabled',
      '403',
    ],
  },
  { issuance: 'policy_denied', use: 'policy_denied', codes: ['VpceAccessDenied'] },
  // Issuance: what was presented had expired. Use: the session itself had, and a new one is a call away.
  {
    issuance: 'credential_expired',
    use: 'token_expired',
    codes: [
      'ExpiredToken',
      'ExpiredTokenException',
      'ExpiredIdentityToken',
      'ExpiredIdentityTokenException',
      'RequestExpired',
      'TokenRefreshRequired',
    ],
  },
  {
    issuance: 'credential_invalid',
    use: 'credential_invalid',
    codes: [
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'UnrecognizedClient',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'InvalidSignature',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'AuthFailure',
      'InvalidAccessKeyId',
      'InvalidToken',
      'InvalidTokenException',
      'InvalidSecurity',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'RequestTimeTooSkewed',
      'InvalidGrantException',
      'InvalidClientException',
      '401',
    ],
  },
  {
    issuance: 'federation_mismatch',
    use: 'federation_mismatch',
    codes: [
      'InvalidIdentityToken',
      'InvalidIdentityTokenException',
      'IDPRejectedClaim',
      'IDPRejectedClaimException',
    ],
  },
  // A lookup of a role that is not there says nothing about the one who looks: only issuance misses its identity.
  {
    issuance: 'identity_not_found',
    use: 'answered',
    codes: ['NoSuchEntity', 'NoSuchEntityException', 'NoSuchRole', 'ResourceNotFoundException'],
  },
  {
    issuance: 'throttled',
    use: 'throttled',
    codes: [
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'Throttled',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'TooManyRequestsException',
      'TooManyRequests',
      'SlowDown',
      'BandwidthLimitExceeded',
      'EC2ThrottledException',
      'ProvisionedThroughputExceededException',
      'PriorRequestNotComplete',
      '429',
    ],
  },
  {
    issuance: 'platform_error',
    use: 'platform_error',
    codes: [
      'InternalError',
      'InternalErrorException',
      'InternalFailure',
      'InternalFailureException',
      'InternalServerError',
      'InternalServerErrorException',
      'InternalServerException',
      'InternalServiceError',
      'InternalServiceErrorException',
      'InternalServiceException',
      'InternalServiceFault',
      'InternalException',
      'KMSInternalException',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      'ServiceFailure',
      'ServiceFailureException',
      'ServiceException',
      'ServerException',
      'Unavailable',
      'IDPCommunicationError',
      'IDPCommunicationErrorException',
      '500',
      '503',
    ],
  },
  {
    issuance: 'timeout',
    use: 'timeout',
    codes: ['RequestTimeout', 'RequestTimeoutException', 'DependencyTimeoutException', '504'],
  },
  {
    issuance: 'misconfigured_caller',
    use: 'answered',
    codes: [
      'RegionDisabledException',
      'MalformedPolicyDocument',
      'MalformedPolicyDocumentException',
      'PackedPolicyTooLarge',
      'PackedPolicyTooLargeException',
      'ValidationError',
      'ValidationException',
      'InvalidParameterValue',
      'InvalidParameterException',
      'InvalidRequestException',
      'InvalidScopeException',
      'LimitExceeded',
      'LimitExceededException',
      'EntityAlreadyExists',
      'EntityAlreadyExistsException',
      'UnauthorizedClientException',
      'UnsupportedGrantTypeException',
      'OptInRequired',
      'SubscriptionRequiredException',
    ],
  },
  { issuance: 'interactive', use: 'answered', codes: ['AuthorizationPendingException'] },
  { issuance: 'interactive', use: 'throttled', codes: ['SlowDownException'] },
  // Not set up, or would have worked: the identity was let in.
  {
    issuance: 'unknown',
    use: 'answered',
    codes: [
      'DryRunOperation',
      'InvalidAccessException',
      'BucketNotEmpty',
      'OperationAborted',
      '400',
      '404',
      '409',
    ],
  },
]

/** By code, without the `Client.` and `Server.` prefixes that EC2 writes. */
export const codeMeanings: ReadonlyMap<string, CodeMeaning> = new Map(
  groups.flatMap((group) => group.codes.map((code) => [code, group] as const)),
)

/** There are thousands of service errors: codes with these beginnings or parts are answers to the request itself. */
export const answeredPrefixes: readonly string[] = [
  'NoSuch',
  'Invalid',
  'Missing',
  'Malformed',
  'Unknown',
  'Incorrect',
  'Validation',
  'Conditional',
  'Precondition',
  'Insufficient',
  'Entity',
  'Unsupported',
  'Duplicate',
]

export const answeredParts: readonly string[] = [
  'NotFound',
  'DoesNotExist',
  'NonExistent',
  'AlreadyExists',
  'AlreadyOwned',
  'LimitExceeded',
  'QuotaExceeded',
  'InUse',
  'Conflict',
  'Violation',
  'NotSupported',
  'NotReady',
]

/** Parts of `errorMessage` that name a guardrail above the identity: no grant to the identity helps. */
export const policyTexts: readonly string[] = [
  'service control policy',
  'resource control policy',
  'permissions boundary',
  'VPC endpoint policy',
]

/** An assertion or association that AWS did not accept reads as plain AccessDenied: the event says which. */
export const federatedEvents: readonly string[] = [
  'AssumeRoleWithWebIdentity',
  'AssumeRoleWithSAML',
  'CreateSession',
]

/** Finer reasons that only the text tells, for issuance; the first that matches counts. Lower case. */
export const issuanceTexts: readonly {
  readonly code: string
  readonly part: string
  readonly reason: Reason
}[] = [
  { code: 'InvalidIdentityToken', part: 'audience', reason: 'audience_mismatch' },
  { code: 'InvalidIdentityToken', part: 'expired', reason: 'credential_expired' },
  { code: 'AccessDenied', part: 'certificate', reason: 'credential_invalid' },
  { code: 'AccessDenied', part: 'permissions to assume the associated role', reason: 'federation_mismatch' },
]
