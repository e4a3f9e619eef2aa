/** What the client library of a workload tells about a fetch: a span, and one for the metadata endpoint behind it. */
import type { Written } from './facts.ts'
import { guidSeries } from './random.ts'
import type { Failure, Instance, Token } from './recorder.ts'
import { spanRecord } from './records/otlp.ts'
import type { Platform } from './scenario.ts'

export interface Fetch {
  readonly instance: Instance
  readonly identity: string
  /** Epoch ms at which the client asked, and how long it waited. */
  readonly start: number
  readonly latencyMs: number
  readonly token: Token | undefined
  readonly failure: Failure | 'metadata_unreachable' | undefined
  /** The token that it held when it asked. */
  readonly former: Token | undefined
  readonly isCold: boolean
  readonly fault: number | undefined
}

const endpoints: Readonly<Record<Platform, string>> = {
  azure: 'http://169.254.169.254/metadata/identity/oauth2/token',
  aws: 'http://169.254.170.23/v1/credentials',
  gcp: 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
  kubernetes: 'file:///var/run/secrets/kubernetes.io/serviceaccount/token',
}

const identityTypes: Readonly<Record<Platform, string>> = {
  azure: 'user-assigned',
  aws: 'role',
  gcp: 'service-account',
  kubernetes: 'service-account',
}

export class ClientTelemetry {
  readonly #trace: () => string

  constructor(seed: string) {
    this.#trace = guidSeries(`${seed} trace`)
  }

  spans(fetch: Fetch): readonly Written[] {
    return [this.#metadataCall(fetch), this.#fetch(fetch)]
  }

  #fetch({ instance, identity, start, latencyMs, token, failure, former, isCold, fault }: Fetch): Written {
    const { workload } = instance
    const isValid = former !== undefined && start < former.endsAt
    const attributes = {
      'identity.provider': workload.platform,
      'identity.id': identity,
      'identity.type': identityTypes[workload.platform],
      'identity.audience': workload.service,
      'identity.credential.type': workload.isFederated ? 'federated' : 'managed',
      'identity.outcome': failure === undefined ? 'success' : 'failure',
      'identity.cache_hit': false,
      'identity.refresh': former === undefined ? 'none' : isValid ? 'before_expiry' : 'after_expiry',
      'identity.while_valid': isValid,
      'identity.retries': 0,
      'identity.fallback': false,
      'identity.cold_start': isCold,
      ...(failure && { 'identity.reason': failure }),
      ...(token && {
        'identity.token.ttl_seconds': workload.ttlMs / 1000,
        'identity.token.expires_at': Math.floor(token.endsAt / 1000),
      }),
    }
    const isGranted = failure === undefined
    const text = this.#span('identity.token.fetch', instance, start, latencyMs, !isGranted, attributes)
    const holder = `${identity} ${instance.name}`
    const fact = { of: 'request', vantage: 'client', isGranted, holder } as const
    return { log: 'otlp', time: start, text, facts: [fact], fault }
  }

  #metadataCall({ instance, identity, start, latencyMs, failure, fault }: Fetch): Written {
    const isGood = failure !== 'metadata_unreachable'
    const attributes = {
      'identity.provider': instance.workload.platform,
      'identity.id': identity,
      'identity.type': identityTypes[instance.workload.platform],
      'identity.metadata.endpoint': endpoints[instance.workload.platform],
      ...(isGood && { 'http.response.status_code': failure === undefined ? 200 : 502 }),
    }
    const text = this.#span(
      'identity.metadata.call',
      instance,
      start,
      latencyMs,
      failure !== undefined,
      attributes,
    )
    return {
      log: 'otlp',
      time: start,
      text,
      facts: [{ of: 'metadata', isGood: failure === undefined }],
      fault,
    }
  }

  #span(
    name: 'identity.token.fetch' | 'identity.metadata.call',
    instance: Instance,
    start: number,
    durationMs: number,
    isFailed: boolean,
    attributes: Readonly<Record<string, string | number | boolean>>,
  ): string {
    const { workload, name: pod } = instance
    const { name: service, app: namespace } = workload
    const traceId = this.#trace()
    return spanRecord({
      name,
      traceId,
      start,
      durationMs,
      isFailed,
      attributes,
      service,
      namespace,
      instance: pod,
    })
  }
}
