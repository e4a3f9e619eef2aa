/** Marks calls that present a token: how old it was, and whether the service let it in. */
import { type Attributes, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { attributes as names, spans } from './conventions.ts'
import { statusIn } from './failure.ts'
import { textField } from './fields.ts'
import type { Provider } from './identity.ts'
import { factsOf } from './jwt-claims.ts'
import type { TokenMetrics } from './metrics.ts'
import type { KnownToken } from './token-memory.ts'

export interface TokenUse {
  /** Whose API it is: a name with few values. */
  readonly service: string
  readonly provider: Provider
  /** The token that is presented, where it is known. */
  readonly token: KnownToken | undefined
}

function attributesOf(use: TokenUse, ageSeconds: number | undefined, status: number | undefined): Attributes {
  const { token } = use
  const identity = token?.identity
  return {
    [names.provider]: use.provider,
    [names.targetService]: use.service,
    [names.type]: identity?.type ?? 'unknown',
    [names.outcome]: isRefusal(status) ? 'failure' : 'success',
    ...(identity?.id !== undefined && identity.type !== 'user' && { [names.id]: identity.id }),
    ...(identity?.tenant !== undefined && { [names.tenant]: identity.tenant }),
    ...(ageSeconds !== undefined && { [names.age]: ageSeconds }),
    ...(token?.ttlSeconds !== undefined && { [names.ttl]: token.ttlSeconds }),
    ...(status !== undefined && { [names.httpStatus]: status }),
  }
}

function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403
}

/** Of any shape in which SDKs hand tokens out: a text, an access token, keys of AWS. */
export function tokenText(presented: unknown): string | undefined {
  if (typeof presented === 'string') return presented
  return (
    textField(presented, 'token') ??
    textField(presented, 'sessionToken') ??
    textField(presented, 'access_token') ??
    textField(presented, 'accessKeyId')
  )
}

/** What a token's own claims say, for one that was not fetched here. */
export function claimedToken(token: string): KnownToken | undefined {
  const { issuedAtMs, expiresAtMs, identity } = factsOf(token)
  if (issuedAtMs === undefined) return undefined
  return {
    token,
    issuedAtMs,
    expiresAtMs,
    ttlSeconds: expiresAtMs === undefined ? undefined : Math.floor((expiresAtMs - issuedAtMs) / 1000),
    identity: identity ?? {},
    member: undefined,
  }
}

/** Writes down a use that has ended. `startedAtMs` is Unix time. */
export function recordUse(
  tracer: Tracer,
  metrics: TokenMetrics,
  use: TokenUse,
  startedAtMs: number,
  answer: unknown,
): void {
  const status = statusIn(answer)
  const ageSeconds =
    use.token === undefined ? undefined : Math.max(0, Math.floor((startedAtMs - use.token.issuedAtMs) / 1000))
  const labels = {
    provider: use.provider,
    identityType: use.token?.identity?.type ?? 'unknown',
    service: use.service,
    status: `${status ?? 0}`,
  }
  metrics.count('uses', 1, labels)
  if (isRefusal(status)) metrics.count('refusals', 1, labels)
  if (ageSeconds !== undefined) metrics.observe('age', ageSeconds, labels)
  const span = tracer.startSpan(spans.use, {
    kind: SpanKind.CLIENT,
    startTime: startedAtMs,
    attributes: attributesOf(use, ageSeconds, status),
  })
  if (isRefusal(status)) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
