/** What one record says, in the oracle's own words: what the engine has to make of it. */

export interface Failure {
  readonly reason: string
  readonly fault: 'platform' | 'caller' | 'policy' | 'network'
  /** As the provider writes it. */
  readonly code: string
}

export interface Fact {
  /** Epoch ms. */
  readonly time: number
  /** `issuance`: a token was asked for. `use`: one was shown to a service. */
  readonly kind: 'issuance' | 'use'
  readonly source: 'kubernetes-audit' | 'aws-cloudtrail' | 'azure-entra'
  readonly provider: 'kubernetes' | 'aws' | 'azure'
  readonly layer: string
  readonly identity: string
  readonly identityType: string
  readonly app: string
  /** `pod shop/web-0`, as it stands in attributions. */
  readonly workload: string | undefined
  readonly failure: Failure | undefined
  /** Of an issuance where the record says it. */
  readonly latencyMs: number | undefined
  /** Of a use. */
  readonly service: string | undefined
  readonly refused: 401 | 403 | undefined
}

export interface IdentityRecord {
  readonly fact: Fact
  readonly json: Readonly<Record<string, unknown>>
}

/** An issuance that succeeded in every respect: generators change what differs. */
export const plainIssuance = {
  kind: 'issuance',
  workload: undefined,
  failure: undefined,
  latencyMs: undefined,
  service: undefined,
  refused: undefined,
} as const satisfies Partial<Fact>
