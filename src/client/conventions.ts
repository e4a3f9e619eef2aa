/** Every name that the library emits: spans, their attributes, and metrics with their labels. Receivers read these. */

export const spans = {
  fetch: 'identity.token.fetch',
  metadataCall: 'identity.metadata.call',
  use: 'identity.token.use',
} as const

/** Attributes of spans. Times are seconds; `expiresAt` is Unix time. */
export const attributes = {
  provider: 'identity.provider',
  id: 'identity.id',
  type: 'identity.type',
  tenant: 'identity.tenant',
  audience: 'identity.audience',
  credentialType: 'identity.credential.type',
  credentialMember: 'identity.credential.member',
  outcome: 'identity.outcome',
  reason: 'identity.reason',
  ttl: 'identity.token.ttl_seconds',
  age: 'identity.token.age_seconds',
  expiresAt: 'identity.token.expires_at',
  cacheHit: 'identity.cache_hit',
  refresh: 'identity.refresh',
  whileValid: 'identity.while_valid',
  retries: 'identity.retries',
  fallback: 'identity.fallback',
  fallbackFrom: 'identity.fallback.from',
  coldStart: 'identity.cold_start',
  metadataEndpoint: 'identity.metadata.endpoint',
  targetService: 'identity.target.service',
  /** OpenTelemetry's own. */
  errorType: 'error.type',
  httpStatus: 'http.response.status_code',
} as const

/** Labels of metrics: each has few values. As attributes of OpenTelemetry they carry the names of span attributes. */
export const labels = {
  provider: attributes.provider,
  identityType: attributes.type,
  audience: attributes.audience,
  outcome: attributes.outcome,
  reason: attributes.reason,
  refresh: attributes.refresh,
  endpoint: attributes.metadataEndpoint,
  service: attributes.targetService,
  status: attributes.httpStatus,
} as const

export type Label = keyof typeof labels
export type LabelValues = Readonly<Partial<Record<Label, string | undefined>>>

interface Definition {
  readonly name: string
  readonly help: string
  readonly labels: readonly Label[]
}

const token: readonly Label[] = ['provider', 'identityType', 'audience']

/** The first two, and the latency, are the contract with objectives; the others explain them. */
export const counters = {
  requests: {
    name: 'token_request_total',
    help: 'Requests for a token that were not answered from a cache.',
    labels: token,
  },
  failures: {
    name: 'token_request_failed',
    help: 'Requests for a token that failed.',
    labels: [...token, 'reason'],
  },
  cacheHits: {
    name: 'token_cache_hits_total',
    help: 'Calls for a token that were answered from a cache.',
    labels: token,
  },
  refreshes: {
    name: 'token_refreshes_total',
    help: 'Requests for a token where an earlier one was known, by whether that one was still valid.',
    labels: [...token, 'refresh', 'outcome'],
  },
  retries: {
    name: 'token_retries_total',
    help: 'HTTP requests that repeated one that had failed, within a request for a token.',
    labels: token,
  },
  fallbacks: {
    name: 'token_fallbacks_total',
    help: 'Tokens that another member of a credential chain gave than the one that was expected to.',
    labels: token,
  },
  metadataCalls: {
    name: 'metadata_calls_total',
    help: 'HTTP requests to a metadata endpoint.',
    labels: ['provider', 'endpoint'],
  },
  metadataFailures: {
    name: 'metadata_calls_failed',
    help: 'HTTP requests to a metadata endpoint that failed; status 0: no answer.',
    labels: ['provider', 'endpoint', 'status'],
  },
  uses: {
    name: 'token_uses_total',
    help: 'Calls that presented a token to a service.',
    labels: ['provider', 'identityType', 'service'],
  },
  refusals: {
    name: 'token_uses_refused',
    help: 'Calls that a service refused: 401 (unauthenticated) or 403 (forbidden).',
    labels: ['provider', 'identityType', 'service', 'status'],
  },
} as const satisfies Readonly<Record<string, Definition>>

export type CounterName = keyof typeof counters

interface HistogramDefinition extends Definition {
  /** Upper bounds. */
  readonly buckets: readonly number[]
}

export const histograms = {
  latency: {
    name: 'token_latency_ms',
    help: 'Time until a token was there, in milliseconds, of successful requests that were not answered from a cache.',
    labels: token,
    buckets: [5, 10, 25, 50, 100, 200, 500, 1000, 2500, 5000, 10_000, 30_000],
  },
  age: {
    name: 'token_age_seconds',
    help: 'Age of tokens when they were handed out or presented, in seconds.',
    labels: ['provider', 'identityType'],
    buckets: [60, 300, 600, 1200, 1800, 2700, 3600, 7200, 14_400, 28_800, 43_200, 86_400],
  },
} as const satisfies Readonly<Record<string, HistogramDefinition>>

export type HistogramName = keyof typeof histograms
