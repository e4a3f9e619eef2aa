/** gRPC codes of SPIRE's API, and words of its errors, as reasons. */
import type { Reason } from '../../events/event.ts'

export const grpcReasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['PermissionDenied', 'permission_denied'],
  ['Unauthenticated', 'credential_invalid'],
  ['NotFound', 'identity_not_found'],
  ['InvalidArgument', 'misconfigured_caller'],
  ['FailedPrecondition', 'misconfigured_caller'],
  ['ResourceExhausted', 'throttled'],
  ['DeadlineExceeded', 'timeout'],
  ['Canceled', 'timeout'],
  ['Unavailable', 'platform_error'],
  ['Internal', 'platform_error'],
])

export interface Cause {
  readonly code: string
  readonly reason: Reason
}

const unnamed: Cause = { code: 'error', reason: 'unknown' }

/** `rpc error: code = PermissionDenied desc = …`; errors of Go itself have no code. */
export function causeOf(error: string | undefined): Cause {
  if (error === undefined) return unnamed
  const marker = 'code = '
  const at = error.indexOf(marker)
  if (at >= 0) {
    const start = at + marker.length
    const end = error.indexOf(' ', start)
    const code = error.slice(start, end < 0 ? undefined : end)
    const reason = grpcReasons.get(code)
    if (reason !== undefined) return { code, reason }
  }
  if (error.includes('deadline exceeded')) return { code: 'DeadlineExceeded', reason: 'timeout' }
  if (error.includes('connection refused')) return { code: 'connection refused', reason: 'network' }
  return unnamed
}

/** API methods by which a SVID, or a right to sign, is given out. */
export const issuance: ReadonlySet<string> = new Set([
  'AttestAgent',
  'RenewAgent',
  'BatchNewX509SVID',
  'NewJWTSVID',
  'NewDownstreamX509CA',
  'MintX509SVID',
  'MintJWTSVID',
])

export const changes = new Map([
  ['BatchCreateEntry', 'created'],
  ['BatchUpdateEntry', 'updated'],
  ['BatchDeleteEntry', 'deleted'],
  ['DeleteAgent', 'deleted'],
  ['BanAgent', 'disabled'],
] as const) as ReadonlyMap<string, 'created' | 'updated' | 'deleted' | 'disabled'>
