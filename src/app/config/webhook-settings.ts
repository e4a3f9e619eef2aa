/** Settings of the webhook: who may send records, how much of them, and how fast. */
import { z } from 'zod'
import type { ResolveSecret } from './secret.ts'
import { secretSetting } from './secret-setting.ts'

const mebibyte = 1024 * 1024

/** How large a body may be, what may be under way at a time, and how slow it may be. */
export const bodyBounds = {
  maxBodyBytes: z
    .int()
    .min(1024)
    .max(256 * mebibyte)
    .default(10 * mebibyte)
    .describe('Largest request body, in bytes, after it is unpacked.'),
  maxConcurrentRequests: z
    .int()
    .min(1)
    .max(10_000)
    .default(128)
    .describe(
      'Requests with records that may be under way at a time, from their first byte until their answer; more are answered 429.',
    ),
  maxConcurrentBytes: z
    .int()
    .min(mebibyte)
    .max(4096 * mebibyte)
    .default(64 * mebibyte)
    .describe(
      'Unpacked bytes of all requests under way together; beyond it 429. One request alone may always be as large as maxBodyBytes.',
    ),
  bodyTimeoutSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('How long a whole body may take; then 408.'),
  idleTimeoutSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(10)
    .describe('How long nothing of a body may come; then 408.'),
}

export function webhook(resolve: ResolveSecret) {
  return z.strictObject({
    enabled: z.boolean().default(true).describe('Take records by POST /v1/records.'),
    ...bodyBounds,
    tokens: z
      .array(secretSetting(resolve))
      .default([])
      .describe('Bearer tokens that senders may use: any one of them opens the webhook. Secrets.'),
    allowUnauthenticated: z
      .boolean()
      .default(false)
      .describe(
        'Take records without a token although other machines can reach the port. Say so only behind something that checks senders.',
      ),
  })
}
