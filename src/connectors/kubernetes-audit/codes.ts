/** What the API server's status codes mean for an identity, as data. */
import type { Reason } from '../../events/event.ts'

/**
 * HTTP codes that fail a call because of the caller's identity or of the platform. Every other 4xx (not found,
 * conflict, gone, invalid object) is an answer that the identity got because it was let in.
 */
export const failedUses: Readonly<Record<number, Reason>> = {
  // The server says "Unauthorized" whatever the cause: expired, wrong audience, signed by another key.
  401: 'credential_invalid',
  403: 'permission_denied',
  429: 'throttled',
  500: 'platform_error',
  502: 'platform_error',
  503: 'platform_error',
  504: 'timeout',
}

/** Codes that fail a TokenRequest: here a bad request, too, leaves the workload without a token. */
export const failedIssuances: Readonly<Record<number, Reason>> = {
  ...failedUses,
  400: 'misconfigured_caller',
  404: 'identity_not_found',
  // The bound pod's uid is not the one that was asked for: it was replaced.
  409: 'misconfigured_caller',
  422: 'misconfigured_caller',
}

/** GKE writes gRPC codes: the HTTP code that the API server answered with. */
export const httpOfGrpc: Readonly<Record<number, number>> = {
  0: 200,
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
}
