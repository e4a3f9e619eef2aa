import { expect, it } from 'vitest'
import { callOutcome } from '../../src/connectors/http-outcome.ts'

it.each([
  [200, 'success', 'allowed', undefined],
  [302, 'success', 'allowed', undefined],
  [400, 'success', 'allowed', undefined],
  [401, 'failure', 'unauthenticated', 'credential_invalid'],
  [403, 'failure', 'forbidden', 'permission_denied'],
  [404, 'success', 'allowed', undefined],
  [409, 'success', 'allowed', undefined],
  [429, 'failure', 'allowed', 'throttled'],
  [500, 'failure', 'allowed', 'platform_error'],
  [503, 'failure', 'allowed', 'platform_error'],
  [504, 'failure', 'allowed', 'timeout'],
] as const)('judges %i as a %s of the identity, %s', (status, outcome, decision, reason) => {
  expect(callOutcome(status)).toEqual({ outcome, decision, ...(reason === undefined ? {} : { reason }) })
})
