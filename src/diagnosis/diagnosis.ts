/** What a diagnosis says, and the failure modes there are. */
import type { Layer } from '../events/event.ts'

export const failureModes = ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'network'] as const
export type FailureMode = (typeof failureModes)[number]

/** The page in docs/runbooks that says what to do. */
export const runbooks: Readonly<Record<FailureMode, string>> = {
  F1: 'metadata-outage',
  F2: 'refresh-failures',
  F3: 'role-misassignment',
  F4: 'identity-deletion',
  F5: 'over-permission',
  F6: 'token-cache',
  F7: 'federation-mismatch',
  network: 'network-not-identity',
}

/** At least so sure, or nobody is told: a mode is active from here on. */
export const activeConfidence = 0.5

export interface EvidenceItem {
  readonly what: string
  /** Epoch ms. */
  readonly time: number
  readonly eventId?: string | undefined
}

export interface NamedChange {
  readonly what: string
  readonly actor: string
  /** Epoch ms. */
  readonly time: number
  readonly eventId: string
}

export interface Affected {
  /** Ids, those with most failures first; the first fifty. */
  readonly identities: readonly string[]
  readonly apps: readonly string[]
  /** Services that were called, or that tokens were asked for. */
  readonly services: readonly string[]
  readonly workloads: readonly string[]
  readonly layers: readonly Layer[]
}

export interface Diagnosis {
  readonly mode: FailureMode
  readonly title: string
  /** 0 to 1. */
  readonly confidence: number
  /** First failure, epoch ms. */
  readonly since: number
  readonly failures: number
  readonly affected: Affected
  readonly evidence: readonly EvidenceItem[]
  /** What changed before. */
  readonly change?: NamedChange | undefined
  /** Name of a page in docs/runbooks. */
  readonly runbook: string
}
