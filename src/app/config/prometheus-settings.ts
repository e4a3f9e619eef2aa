/** Settings of the Prometheus source: targets whose client metrics are pulled. */
import { z } from 'zod'
import type { ResolveSecret } from './secret.ts'
import { secretSetting } from './secret-setting.ts'

const mebibyte = 1024 * 1024

export function prometheusSources(resolve: ResolveSecret) {
  return z
    .array(
      z.strictObject({
        url: z
          .string()
          .regex(/^https?:\/\/[^\s@]+$/)
          .describe('Where the metrics of the target are, such as http://10.0.0.7:9090/metrics.'),
        service: z
          .string()
          .min(1)
          .describe('Name of the service that the target is: whose tokens it counts.'),
        intervalSeconds: z.int().min(1).max(3600).default(15).describe('How often it is asked.'),
        timeoutSeconds: z.int().min(1).max(300).default(10).describe('How long an answer may take.'),
        maxBodyBytes: z
          .int()
          .min(1024)
          .max(256 * mebibyte)
          .default(16 * mebibyte)
          .describe('Largest answer, in bytes, after it is unpacked.'),
        token: secretSetting(resolve).optional().describe('Sent to the target as a bearer token. Secret.'),
      }),
    )
    .default([])
    .describe(
      'Targets that show token_request_total, token_request_failed and token_latency_ms in the format of Prometheus.',
    )
}
