/** What a fetch that has ended was, in the words of telemetry: pure, from the fetch and what was known before it. */
import type { Attributes } from '@opentelemetry/api'
import { type LabelValues, attributes as names } from './conventions.ts'
import type { Failure } from './failure.ts'
import { type Identity, joinIdentity } from './identity.ts'
import { factsOf } from './jwt-claims.ts'
import type { TokenFetch } from './token-fetch.ts'
import type { KnownToken } from './token-memory.ts'
import type { ObtainedToken } from './token-source.ts'

export interface FetchReport {
  readonly identity: Identity
  readonly audience: string
  readonly known: KnownToken | undefined
  /** Whether it has to be remembered. */
  readonly isNew: boolean
  readonly failure: Failure | undefined
  readonly isCacheHit: boolean
  /** A new token that the SDK had got by itself, between two calls: how long that took was not seen. */
  readonly isFromBackground: boolean
  readonly refresh: 'none' | 'before_expiry' | 'after_expiry'
  readonly isWhileValid: boolean
  readonly ageSeconds: number | undefined
  readonly member: string | undefined
  readonly fallbackFrom: string | undefined
  readonly durationMs: number
}

/** Clocks of issuer and host differ; a token is never younger than 0. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.floor((toMs - fromMs) / 1000))
}

/** Whom the application or the request names. */
function named(fetch: TokenFetch): Identity {
  return joinIdentity(fetch.source.identity, fetch.identity)
}

/** The token as it will be remembered. Its claims are read once, when it is new. */
function remembered(
  fetch: TokenFetch,
  obtained: ObtainedToken,
  member: string | undefined,
  nowMs: number,
): KnownToken {
  const facts = obtained.token === undefined ? {} : factsOf(obtained.token)
  const told = joinIdentity(named(fetch), joinIdentity(obtained.identity, facts.identity))
  const expiresAtMs = obtained.expiresAtMs ?? facts.expiresAtMs
  const issuedAtMs = Math.min(facts.issuedAtMs ?? nowMs, nowMs)
  return {
    token: obtained.token,
    issuedAtMs,
    expiresAtMs,
    ttlSeconds: expiresAtMs === undefined ? undefined : secondsBetween(issuedAtMs, expiresAtMs),
    identity:
      told.id === undefined && told.type === undefined
        ? joinIdentity(told, fetch.source.memory.identity)
        : told,
    member,
  }
}

function memberOf(fetch: TokenFetch, obtained: ObtainedToken | undefined): string | undefined {
  return fetch.members.findLast(({ isFailed }) => !isFailed)?.name ?? obtained?.member
}

/** Members that are not set up fail without asking anybody: that is a chain at work, and no fallback. */
function fallbackOf(
  fetch: TokenFetch,
  member: string | undefined,
  before: KnownToken | undefined,
): string | undefined {
  if (member === undefined) return undefined
  if (before?.member !== undefined && before.member !== member) return before.member
  return fetch.members.find(
    ({ isFailed, requestsBefore, requestsAfter }) => isFailed && requestsAfter > requestsBefore,
  )?.name
}

export function reportSuccess(
  fetch: TokenFetch,
  audience: string,
  obtained: ObtainedToken,
  before: KnownToken | undefined,
): FetchReport {
  const nowMs = Date.now()
  const isSame = before !== undefined && obtained.token !== undefined && before.token === obtained.token
  const isCacheHit = isSame && fetch.requests === 0
  const member = isCacheHit ? before.member : memberOf(fetch, obtained)
  const known = isSame && before.member === member ? before : remembered(fetch, obtained, member, nowMs)
  const isWhileValid = isValid(before, fetch.startedAtMs)
  return {
    identity: known.identity,
    audience,
    known,
    isNew: known !== before,
    failure: undefined,
    isCacheHit,
    isFromBackground: !isSame && before !== undefined && fetch.requests === 0 && fetch.source.memory.usesHttp,
    refresh: isCacheHit || before === undefined ? 'none' : isWhileValid ? 'before_expiry' : 'after_expiry',
    isWhileValid,
    ageSeconds: secondsBetween(known.issuedAtMs, nowMs),
    member,
    fallbackFrom: isCacheHit ? undefined : fallbackOf(fetch, member, before),
    durationMs: fetch.elapsedMs,
  }
}

export function reportFailure(
  fetch: TokenFetch,
  audience: string,
  failure: Failure,
  before: KnownToken | undefined,
): FetchReport {
  const isWhileValid = isValid(before, fetch.startedAtMs)
  return {
    identity: joinIdentity(named(fetch), before?.identity ?? fetch.source.memory.identity),
    audience,
    known: undefined,
    isNew: false,
    failure,
    isCacheHit: false,
    isFromBackground: false,
    refresh: before === undefined ? 'none' : isWhileValid ? 'before_expiry' : 'after_expiry',
    isWhileValid,
    ageSeconds: undefined,
    member: undefined,
    fallbackFrom: undefined,
    durationMs: fetch.elapsedMs,
  }
}

/** A token without an end is valid for ever. */
function isValid(token: KnownToken | undefined, atMs: number): boolean {
  return token !== undefined && (token.expiresAtMs === undefined || token.expiresAtMs > atMs)
}

export function labelsOf(fetch: TokenFetch, report: FetchReport): LabelValues {
  return {
    provider: fetch.source.provider,
    identityType: report.identity.type ?? 'unknown',
    audience: report.audience,
    outcome: report.failure === undefined ? 'success' : 'failure',
    reason: report.failure?.reason,
    refresh: report.refresh,
  }
}

/** Of the span, next to those it began with. */
export function attributesOf(fetch: TokenFetch, report: FetchReport, isColdStart: boolean): Attributes {
  const { identity, known, failure } = report
  return defined({
    [names.id]: identity.type === 'user' ? undefined : identity.id,
    [names.type]: identity.type ?? 'unknown',
    [names.tenant]: identity.tenant,
    [names.credentialMember]: report.member,
    [names.outcome]: failure === undefined ? 'success' : 'failure',
    [names.reason]: failure?.reason,
    [names.errorType]: failure?.code,
    [names.ttl]: known?.ttlSeconds,
    [names.age]: report.ageSeconds,
    [names.expiresAt]: known?.expiresAtMs === undefined ? undefined : Math.floor(known.expiresAtMs / 1000),
    [names.cacheHit]: report.isCacheHit || report.isFromBackground,
    [names.refresh]: report.refresh,
    [names.whileValid]: report.isWhileValid,
    [names.retries]: fetch.retries,
    [names.fallback]: report.fallbackFrom !== undefined,
    [names.fallbackFrom]: report.fallbackFrom,
    [names.coldStart]: isColdStart,
  })
}

function defined(values: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  const present: Attributes = {}
  for (const [name, value] of Object.entries(values)) if (value !== undefined) present[name] = value
  return present
}
