/** What an event is evidence of: the one table from failures to the signs that failure modes are told by. */
import type { IdentityEvent, MetadataCall, Reason, TokenUse } from '../events/event.ts'

export type Signal =
  /** The local metadata endpoint or agent did not answer. */
  | 'metadata'
  /** The issuer failed, or did not answer in time. */
  | 'issuer'
  | 'throttled'
  /** The metadata endpoint answered: too often. */
  | 'metadata-throttled'
  /** The identity does not exist, or is disabled. */
  | 'missing'
  /** Issuer or subject of a token is not what is trusted. */
  | 'trust'
  /** The token is for somebody else than whom it was presented to, or whom it was asked for. */
  | 'audience'
  /** No token was given, by policy. */
  | 'denied'
  /** A service refused the call: 403. */
  | 'forbidden'
  /** A service did not accept the token: 401, for another reason than its age. */
  | 'unauthenticated'
  | 'expired'
  /** The token was accepted, and the target could not be reached. */
  | 'unreachable'

/** `misconfigured_caller` and `unknown` are evidence of no mode: nobody is told a cause that nobody knows. */
const ofRequest: Readonly<Partial<Record<Reason, Signal>>> = {
  metadata_unreachable: 'metadata',
  throttled: 'throttled',
  platform_error: 'issuer',
  timeout: 'issuer',
  network: 'issuer',
  identity_not_found: 'missing',
  identity_disabled: 'missing',
  federation_mismatch: 'trust',
  audience_mismatch: 'audience',
  permission_denied: 'denied',
  policy_denied: 'denied',
}

const silences: readonly (Reason | undefined)[] = ['metadata_unreachable', 'network', 'timeout']
const gatewayErrors: readonly (number | undefined)[] = [502, 503, 504]

export function isPastItsEnd({ tokenAgeSeconds, ttlSeconds }: TokenUse): boolean {
  return tokenAgeSeconds !== undefined && ttlSeconds !== undefined && tokenAgeSeconds > ttlSeconds
}

function ofUse(use: TokenUse): Signal | undefined {
  const { reason, decision, outcome, httpStatus } = use
  if (reason === 'token_expired' || isPastItsEnd(use)) return 'expired'
  if (outcome === 'success') return undefined
  if (reason === 'identity_not_found' || reason === 'identity_disabled') return 'missing'
  if (reason === 'federation_mismatch') return 'trust'
  if (reason === 'audience_mismatch') return 'audience'
  if (decision === 'forbidden') return 'forbidden'
  if (decision === 'unauthenticated') return 'unauthenticated'
  return reason === 'network' || reason === 'timeout' || gatewayErrors.includes(httpStatus)
    ? 'unreachable'
    : undefined
}

/** An endpoint that answers with an error was reached: it passes on what the issuer said. */
function ofMetadataCall({ reason, httpStatus }: MetadataCall): Signal | undefined {
  if (httpStatus === 429) return 'metadata-throttled'
  return silences.includes(reason) && httpStatus === undefined ? 'metadata' : undefined
}

/** Undefined for what is evidence of no trouble. */
export function signalOf(event: IdentityEvent): Signal | undefined {
  if (event.kind === 'token.use') return ofUse(event)
  if (event.outcome === 'success') return undefined
  if (event.kind === 'metadata.call') return ofMetadataCall(event)
  if (event.kind !== 'token.request' || event.reason === undefined) return undefined
  return ofRequest[event.reason]
}
