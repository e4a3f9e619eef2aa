/** Whose fault a failure is, where a connector's code table does not say otherwise. */
import type { Fault, Reason } from './event.ts'

/**
 * `unknown` counts as the platform's: narrowing an objective to platform faults must not hide
 * failures that nobody has classified yet.
 */
export const faultOf: Readonly<Record<Reason, Fault>> = {
  throttled: 'platform',
  platform_error: 'platform',
  timeout: 'platform',
  metadata_unreachable: 'network',
  network: 'network',
  permission_denied: 'policy',
  policy_denied: 'policy',
  identity_not_found: 'caller',
  identity_disabled: 'caller',
  credential_expired: 'caller',
  credential_invalid: 'caller',
  token_expired: 'caller',
  audience_mismatch: 'caller',
  federation_mismatch: 'caller',
  misconfigured_caller: 'caller',
  unknown: 'platform',
}
