/** What is simulated: workloads with identities, what happens to them, and how their logs are delivered. Times in ms. */
import type { ShapeName } from './shapes.ts'

/** Whose identity a workload has, and so whose logs show it. */
export const platforms = ['azure', 'aws', 'gcp', 'kubernetes'] as const
export type Platform = (typeof platforms)[number]

export const hosts = ['container', 'function', 'vm'] as const
export type Host = (typeof hosts)[number]

export const faultKinds = [
  'metadata-blocked',
  'sts-outage',
  'throttling',
  'role-revoked',
  'identity-deleted',
  'trust-mismatch',
  'stale-client-cache',
  'over-permission',
  'secret-fallback',
  'network-broken',
  'source-silent',
  'loud-batch',
  'blip',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** As owners say it of an application. */
export const criticalities = ['critical', 'standard', 'batch'] as const
type Criticality = (typeof criticalities)[number]

export interface WorkloadPlan {
  readonly name: string
  readonly app: string
  readonly criticality: Criticality
  readonly platform: Platform
  readonly host: Host
  readonly instances: number
  /** Calls to its service by all instances together, at a demand of 1. */
  readonly callsPerMinute: number
  readonly service: string
  readonly shape: ShapeName
  readonly ttlMs: number
  /** Share of its lifetime after which a token is renewed. */
  readonly refreshAt: number
  /** A function's instance is recycled when it was not called for so long: the next one starts without a token. */
  readonly idleMs: number
  /** Whether it gets its token for another issuer's. */
  readonly isFederated: boolean
  /** Whether its client library sends telemetry. */
  readonly hasTelemetry: boolean
  /** Whether a gateway logs its calls, in place of the service. */
  readonly hasGateway: boolean
  /** Share of requests for tokens that fail on an ordinary day. */
  readonly errorShare: number
}

export interface FaultPlan {
  readonly kind: FaultKind
  /** From the start of the simulation. */
  readonly atMs: number
  readonly forMs: number
  /** Names; none means all. */
  readonly workloads: readonly string[]
  /** Of attempts, or of instances, that it hits. */
  readonly share: number
  /** Attempts a minute of a loud batch job, and calls a minute of abuse. */
  readonly perMinute: number
  /** Logs that go silent: ids of sources. */
  readonly logs: readonly LogId[]
  /** Whether what a silent log holds comes when it speaks again, or never. */
  readonly isHeldBack: boolean
}

export interface OperationPlan {
  readonly kind: 'deploy' | 'rotate'
  readonly atMs: number
  readonly workload: string
}

export interface DeliveryPlan {
  /** Whether records take as long as the providers' do, or arrive at once. */
  readonly isDelayed: boolean
  /** Share of records that come later than that, and how much later at most. */
  readonly lateShare: number
  readonly lateMs: number
  /** Share of records that are delivered twice. */
  readonly duplicateShare: number
}

export interface Scenario {
  readonly title: string
  readonly seed: string
  /** Epoch ms. */
  readonly start: number
  readonly lengthMs: number
  /** Multiplies the demand of all workloads. */
  readonly rate: number
  readonly workloads: readonly WorkloadPlan[]
  readonly operations: readonly OperationPlan[]
  readonly faults: readonly FaultPlan[]
  readonly delivery: DeliveryPlan
}

/** Sources that are written, by the ids of the connectors that read them. */
export const logIds = [
  'azure-entra',
  'azure-keyvault',
  'azure-activity',
  'aws-cloudtrail',
  'gcp-audit',
  'kubernetes-audit',
  'access-log',
  'otlp',
] as const
export type LogId = (typeof logIds)[number]

/** What a person on call should conclude from a fault. */
export interface Expectation {
  /** Failure mode of design section 8, or the finding that names it; null where nothing is to be concluded. */
  readonly mode: string | null
  /** Whether somebody should be woken. */
  readonly pages: boolean
}

export const expectations: Readonly<Record<FaultKind, Expectation>> = {
  'metadata-blocked': { mode: 'F1', pages: true },
  'sts-outage': { mode: 'F2', pages: true },
  throttling: { mode: 'F2', pages: true },
  'role-revoked': { mode: 'F3', pages: true },
  'identity-deleted': { mode: 'F4', pages: true },
  'over-permission': { mode: 'F5', pages: false },
  'stale-client-cache': { mode: 'F6', pages: true },
  'trust-mismatch': { mode: 'F7', pages: true },
  'network-broken': { mode: 'network', pages: false },
  'secret-fallback': { mode: 'secret-fallback', pages: false },
  'source-silent': { mode: 'silent-source', pages: false },
  'loud-batch': { mode: null, pages: false },
  blip: { mode: null, pages: false },
}
