import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/events/event.ts'
import { faultOf } from '../../src/events/fault.ts'

function reasonsOf(fault: Fault): readonly string[] {
  return Object.entries(faultOf)
    .filter(([, of]) => of === fault)
    .map(([reason]) => reason)
    .toSorted()
}

describe('whose fault a failure is', () => {
  it.each([
    ['platform', ['platform_error', 'throttled', 'timeout', 'unknown']],
    ['network', ['metadata_unreachable', 'network']],
    ['policy', ['permission_denied', 'policy_denied']],
    [
      'caller',
      [
        'audience_mismatch',
        'credential_expired',
        'credential_invalid',
        'federation_mismatch',
        'identity_disabled',
        'identity_not_found',
        'misconfigured_caller',
        'token_expired',
      ],
    ],
  ] as const)('is the %s for %j', (fault, reasons) => {
    expect(reasonsOf(fault)).toEqual(reasons)
  })
})
