/** The contract of an indicator (SLI): judges one event good, bad or excluded. */
import type { Aspect } from '../events/enrichment.ts'
import type { EventKind, Fault, IdentityEvent, TokenRequest } from '../events/event.ts'

export const indicatorIds = [
  'token-issuance',
  'token-fetch-latency',
  'token-refresh',
  'service-auth',
  'assignment-drift',
  'token-age',
  'metadata-endpoint',
  'permission-violation',
  'secret-fallback',
  'blast-radius',
] as const

export type IndicatorId = (typeof indicatorIds)[number]

export type Verdict = 'good' | 'bad' | 'excluded'

export interface JudgeOptions {
  /** Only failures of these faults are bad; the other failures are excluded, never good. */
  readonly faults?: readonly Fault[] | undefined
  /** Latency bound of a good event, ms, inclusive. */
  readonly thresholdMs?: number | undefined
  /** Whose records of token requests count; the issuer's where nothing is said. */
  readonly vantage?: TokenRequest['vantage'] | undefined
  /** Resources that an identity may reach and still be good, inclusive. */
  readonly maxResources?: number | undefined
  /** People sign in interactively and are left out of workload SLIs unless an objective asks for them. */
  readonly includesPeople?: boolean | undefined
}

export interface Indicator {
  readonly id: IndicatorId
  readonly title: string
  readonly kinds: readonly EventKind[]
  /** `undefined`: the event is none of this indicator's business. Pure. */
  readonly judge: (event: IdentityEvent, options: JudgeOptions) => Verdict | undefined
  /** What it may have to wait for: without it `judge` gives `undefined`, and is asked again when it is known. */
  readonly aspect?: Aspect | undefined
  /**
   * How much of a good or bad event is bad, in whole thousandths: time slices add that up in place of the verdict, so
   * that the ratio of a slice is a mean. Only of indicators in `weighedIndicators`.
   */
  readonly weigh?: ((event: IdentityEvent) => number) | undefined
}

/** Indicators that `weigh`. */
export const weighedIndicators: ReadonlySet<IndicatorId> = new Set<IndicatorId>(['token-age'])
