/** What both ways of receiving OTLP need to know. */
import type { WebhookStatus } from '../http/refusal.ts'
import type { TakeExport } from './export-outcome.ts'

export type OtlpTransport = 'http' | 'grpc'

export interface OtlpOptions {
  readonly take: TakeExport
  /** While it is true nothing can be made durable, and senders are asked to come again. */
  readonly isUnavailable: () => boolean
  /** Any one of these bearer tokens lets the sender in; everybody may send where there are none. */
  readonly tokens: readonly string[]
  /** Largest body, decompressed. */
  readonly maxBodyBytes: number
  readonly maxConcurrentRequests: number
  readonly maxConcurrentBytes: number
  readonly bodyTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly maxConnections: number
  /** Told of each request when its answer is known. */
  readonly onAnswered: (transport: OtlpTransport, status: WebhookStatus) => void
  /** Told of a mistake of ours that a body brought out. */
  readonly onFailure: (error: unknown) => void
}

/** Something that listens. */
export interface OtlpListener {
  /** Gives the port; rejects with the system's error. */
  readonly listen: (host: string, port: number) => Promise<number>
  /** Takes nothing new, and resolves when what is under way has been answered. */
  readonly close: () => Promise<void>
}
