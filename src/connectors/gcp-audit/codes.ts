/** What gRPC status codes (google.rpc.Code) mean for an identity, as data. */
import type { Reason } from '../../events/event.ts'

interface Meaning {
  /** google.rpc.Code documents one HTTP code for each. */
  readonly http: number
  /** Why a token was not issued. */
  readonly issuance: Reason
  /** Why a call with a token failed; absent: the identity was let in, and the answer was a business error. */
  readonly use?: Reason
}

export const grpcCodes: Readonly<Record<string, Meaning>> = {
  // CANCELLED: the caller hung up.
  '1': { http: 499, issuance: 'misconfigured_caller' },
  '2': { http: 500, issuance: 'unknown', use: 'unknown' },
  '3': { http: 400, issuance: 'misconfigured_caller' },
  '4': { http: 504, issuance: 'timeout', use: 'timeout' },
  '5': { http: 404, issuance: 'identity_not_found' },
  '6': { http: 409, issuance: 'misconfigured_caller' },
  '7': { http: 403, issuance: 'permission_denied', use: 'permission_denied' },
  '8': { http: 429, issuance: 'throttled', use: 'throttled' },
  // FAILED_PRECONDITION on a service account: it is disabled.
  '9': { http: 400, issuance: 'identity_disabled' },
  // ABORTED: a concurrent change, to be tried again.
  '10': { http: 409, issuance: 'platform_error' },
  '11': { http: 400, issuance: 'misconfigured_caller' },
  '12': { http: 501, issuance: 'misconfigured_caller' },
  '13': { http: 500, issuance: 'platform_error', use: 'platform_error' },
  '14': { http: 503, issuance: 'platform_error', use: 'platform_error' },
  '15': { http: 500, issuance: 'platform_error', use: 'platform_error' },
  '16': { http: 401, issuance: 'credential_invalid', use: 'credential_invalid' },
}

/** Where the Security Token Service differs: it judges an external token against a trust configuration. */
export const exchangeCodes: Readonly<Record<string, Reason>> = {
  '3': 'federation_mismatch',
  '5': 'federation_mismatch',
}
