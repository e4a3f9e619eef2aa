/** Settings of the OTLP receiver: where it listens, who may send, and how much. */
import { z } from 'zod'
import type { ResolveSecret } from './secret.ts'
import { secretSetting } from './secret-setting.ts'
import { bodyBounds } from './webhook-settings.ts'

const mebibyte = 1024 * 1024

function port(number: number, what: string) {
  return z.int().min(0).max(65_535).default(number).describe(what)
}

export function otlpSettings(resolve: ResolveSecret) {
  return z.strictObject({
    enabled: z.boolean().default(false).describe('Take telemetry of clients by OTLP.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all.'),
    http: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Take OTLP over HTTP, protobuf and JSON.'),
        port: port(4318, 'Port of OTLP over HTTP; 0 takes any free one.'),
      })
      .prefault({})
      .describe('OTLP over HTTP.'),
    grpc: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Take OTLP over gRPC.'),
        port: port(4317, 'Port of OTLP over gRPC; 0 takes any free one.'),
        maxMessageBytes: z
          .int()
          .min(1024)
          .max(64 * mebibyte)
          .default(4 * mebibyte)
          .describe(
            'Largest message, in bytes, after it is unpacked. As many requests may be under way as fit into maxConcurrentBytes at this size.',
          ),
      })
      .prefault({})
      .describe('OTLP over gRPC.'),
    ...bodyBounds,
    maxBodyBytes: z
      .int()
      .min(1024)
      .max(256 * mebibyte)
      .default(20 * mebibyte)
      .describe('Largest request body over HTTP, in bytes, after it is unpacked.'),
    maxConnections: z
      .int()
      .min(1)
      .max(100_000)
      .default(1024)
      .describe('Connections over HTTP at a time; more are closed at once.'),
    tokens: z
      .array(secretSetting(resolve))
      .default([])
      .describe('Bearer tokens that senders may use: any one of them opens the receiver. Secrets.'),
    allowUnauthenticated: z
      .boolean()
      .default(false)
      .describe(
        'Take telemetry without a token although other machines can reach the ports. Say so only behind something that checks senders.',
      ),
  })
}
