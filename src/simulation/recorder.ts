/** What a provider's logs make of what happens to a workload: the contract of providers/. */
import type { Written } from './facts.ts'
import type { WorkloadPlan } from './scenario.ts'

/** One pod, function instance or machine. */
export interface Instance {
  readonly workload: WorkloadPlan
  readonly index: number
  /** Name of the pod, id of the machine. */
  readonly name: string
}

export interface Token {
  readonly id: string
  /** Epoch ms. */
  readonly issuedAt: number
  readonly endsAt: number
}

/** Why an issuer gives no token. */
export type Failure =
  | 'platform_error'
  | 'throttled'
  | 'identity_not_found'
  | 'federation_mismatch'
  | 'misconfigured_caller'

/** Why a service lets nobody in. */
export type Refusal = 'forbidden' | 'expired' | 'unknown-identity'

export interface Asking {
  readonly instance: Instance
  /** Epoch ms at which the issuer answers, and how long that took. */
  readonly time: number
  readonly latencyMs: number
  readonly failure?: Failure | undefined
}

export interface Call {
  readonly instance: Instance
  readonly token: Token
  /** Epoch ms. */
  readonly time: number
  /** What is called, among the things of the workload's service. */
  readonly resource: string
  readonly refusal?: Refusal | undefined
}

/** What a person does to an identity: takes its role away or gives it back, deletes or restores it, edits its trust. */
export type ChangeKind = 'revoke' | 'grant' | 'delete' | 'restore' | 'break-trust' | 'mend-trust'

export interface Change {
  readonly workload: WorkloadPlan
  readonly time: number
  readonly kind: ChangeKind
}

export interface Recorder {
  /** Ids under which the identity stands in events: more than one where failures name it otherwise. */
  readonly identitiesOf: (workload: WorkloadPlan) => readonly [string, ...string[]]
  /** The token that an issuer would give then. */
  readonly issue: (asking: Asking) => Token
  /** `token`: what was issued; undefined where the request failed. */
  readonly asked: (asking: Asking, token: Token | undefined) => Written
  readonly called: (call: Call) => Written
  /** A static secret is read from the provider's vault. */
  readonly secretRead: (call: Call) => Written
  readonly changed: (change: Change) => readonly Written[]
}

/** Who makes changes: a person at ACME. */
export const operator = {
  id: '7d0c2b6e-58d4-4e0b-a1f7-3c9e62d1b048',
  upn: 'jo@acme.example',
  ip: '198.51.100.41',
} as const

/** `allowed`, or how a service refuses. */
export function decisionOf(refusal: Refusal | undefined): 'allowed' | 'forbidden' | 'unauthenticated' {
  if (refusal === undefined) return 'allowed'
  return refusal === 'forbidden' ? 'forbidden' : 'unauthenticated'
}
