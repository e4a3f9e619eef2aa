/** Runs calls for tokens and records them: the call's arguments, results, errors and order are none of its business. */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { type LabelValues, attributes as names, spans } from './conventions.ts'
import { failureOf, reasonOfStatus } from './failure.ts'
import { attributesOf, type FetchReport, labelsOf, reportFailure, reportSuccess } from './fetch-report.ts'
import type { HttpCall, HttpWatcher } from './http-calls.ts'
import type { Provider } from './identity.ts'
import type { MetadataEndpoints } from './metadata-endpoints.ts'
import type { TokenMetrics } from './metrics.ts'
import { settled } from './settled.ts'
import { TokenFetch } from './token-fetch.ts'
import { BoundedMap, type KnownToken } from './token-memory.ts'
import { type Asked, isFailure, type ObtainedToken, type TokenSource } from './token-source.ts'

/** Where in a fetch the code is that runs now. */
interface Place {
  readonly fetch: TokenFetch
  /** What it is called by is a chain: another credential is a member of it, not a part of one. */
  readonly isInChain: boolean
}

/** Audiences come from the application and are few; what is beyond goes under one name. */
const mostAudiences = 50
/** Tokens that can be told again when they are presented. */
const mostRecent = 100

export class Recorder implements HttpWatcher {
  readonly #tracer: Tracer
  readonly #metrics: TokenMetrics
  readonly #endpoints: MetadataEndpoints
  readonly #places = new AsyncLocalStorage<Place>()
  readonly #audiences = new Set<string>()
  readonly #recent = new BoundedMap<KnownToken>(mostRecent)
  readonly #hitLabels = new WeakMap<KnownToken, LabelValues>()
  #isCold = true

  constructor(tracer: Tracer, metrics: TokenMetrics, endpoints: MetadataEndpoints) {
    this.#tracer = tracer
    this.#metrics = metrics
    this.#endpoints = endpoints
  }

  /** Returns what `call` returns. A promise is answered with one that settles with the same value or error. */
  run<Result>(source: TokenSource, asked: Asked, call: () => Result): Result {
    const place = this.#places.getStore()
    if (place !== undefined && isPartOf(place.fetch, source, asked))
      return this.#runPart(place, source, asked, call)
    const fetch = new TokenFetch(source, asked)
    const audience = this.#bounded(asked.audience)
    const attributes: Attributes = {
      [names.provider]: source.provider,
      [names.credentialType]: source.credentialType,
    }
    if (audience !== '') attributes[names.audience] = audience
    const span = this.#tracer.startSpan(spans.fetch, { kind: SpanKind.INTERNAL, attributes })
    // Without an SDK there is no span to be in.
    const inside = isSpanContextValid(span.spanContext())
      ? () => context.with(trace.setSpan(context.active(), span), call)
      : call
    const end = (result: unknown) => this.#record(fetch, reportResult(fetch, audience, result), span)
    const fail = (error: unknown) => this.#record(fetch, reportError(fetch, audience, error), span)
    return settled(() => this.#places.run({ fetch, isInChain: source.isChain }, inside), end, fail)
  }

  #runPart<Result>(place: Place, source: TokenSource, asked: Asked, call: () => Result): Result {
    const { fetch } = place
    fetch.identity ??= asked.identity
    if (!place.isInChain || source.isStep) return call()
    const inside = () => this.#places.run({ fetch, isInChain: source.isChain }, call)
    if (source.isChain) return inside()
    const attempt = fetch.beginMember(source.credentialType)
    // Some members say with an empty result that they have nothing.
    const end = (result: unknown) => fetch.endMember(attempt, isFailure(source.read(result)))
    return settled(inside, end, () => fetch.endMember(attempt, true))
  }

  #record(fetch: TokenFetch, report: FetchReport, span: Span): void {
    fetch.isEnded = true
    if (fetch.requests > 0) fetch.source.memory.usesHttp = true
    if (report.isNew && report.known !== undefined) this.#remember(fetch, report.known)
    const isColdStart = this.#isCold
    this.#isCold = false
    this.#count(fetch, report)
    if (span.isRecording()) span.setAttributes(attributesOf(fetch, report, isColdStart))
    if (report.failure !== undefined)
      span.setStatus({ code: SpanStatusCode.ERROR, message: report.failure.reason })
    span.end()
  }

  #remember(fetch: TokenFetch, known: KnownToken): void {
    fetch.source.memory.set(fetch.key, known)
    if (known.token !== undefined) this.#recent.set(known.token, known)
  }

  /** The same object for the same token from a cache: what is made of labels can be kept. */
  #labels(fetch: TokenFetch, report: FetchReport): LabelValues {
    if (!report.isCacheHit || report.known === undefined) return labelsOf(fetch, report)
    const labels = this.#hitLabels.get(report.known) ?? labelsOf(fetch, report)
    this.#hitLabels.set(report.known, labels)
    return labels
  }

  /** What is known of a token that an application presents. */
  known(token: string): KnownToken | undefined {
    return this.#recent.get(token)
  }

  #count(fetch: TokenFetch, report: FetchReport): void {
    const metrics = this.#metrics
    const labels = this.#labels(fetch, report)
    if (report.ageSeconds !== undefined) metrics.observe('age', report.ageSeconds, labels)
    if (report.isCacheHit) {
      metrics.count('cacheHits', 1, labels)
      return
    }
    metrics.count('requests', 1, labels)
    if (report.failure !== undefined) metrics.count('failures', 1, labels)
    else if (!report.isFromBackground) metrics.observe('latency', report.durationMs, labels)
    if (report.refresh !== 'none') metrics.count('refreshes', 1, labels)
    if (fetch.retries > 0) metrics.count('retries', fetch.retries, labels)
    if (report.fallbackFrom !== undefined) metrics.count('fallbacks', 1, labels)
  }

  started(call: HttpCall): ((call: HttpCall) => void) | undefined {
    const place = this.#places.getStore()
    const fetch = place === undefined || place.fetch.isEnded ? undefined : place.fetch
    const provider = this.#endpoints.providerOf(call.host, call.path)
    if (fetch === undefined && provider === undefined) return undefined
    fetch?.beginRequest(call, provider)
    const parent = context.active()
    return () => {
      fetch?.endRequest(call, provider)
      if (provider !== undefined) this.#metadataCalled(call, provider, parent)
    }
  }

  #metadataCalled(call: HttpCall, provider: Provider, parent: Context): void {
    const isFailed = call.status === 0 || call.status >= 400
    const labels = { provider, endpoint: call.host, status: `${call.status}` }
    this.#metrics.count('metadataCalls', 1, labels)
    if (isFailed) this.#metrics.count('metadataFailures', 1, labels)
    const span = this.#tracer.startSpan(
      spans.metadataCall,
      {
        kind: SpanKind.CLIENT,
        startTime: call.startedAtMs,
        attributes: {
          [names.provider]: provider,
          [names.metadataEndpoint]: call.host,
          [names.outcome]: isFailed ? 'failure' : 'success',
          ...(call.status > 0 && { [names.httpStatus]: call.status }),
          ...(isFailed && { [names.reason]: reasonOfStatus(call.status, provider) }),
        },
      },
      parent,
    )
    if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  #bounded(audience: string): string {
    if (this.#audiences.has(audience)) return audience
    if (this.#audiences.size >= mostAudiences) return 'other'
    this.#audiences.add(audience)
    return audience
  }
}

function reportError(fetch: TokenFetch, audience: string, error: unknown): FetchReport {
  const before = fetch.source.memory.get(fetch.key)
  return reportFailure(fetch, audience, failureOf(error, fetch.last), before)
}

function reportResult(fetch: TokenFetch, audience: string, result: unknown): FetchReport {
  const obtained = fetch.source.read(result)
  const before = fetch.source.memory.get(fetch.key)
  if (isFailure(obtained)) return reportFailure(fetch, audience, obtained, before)
  if (isHeldOver(fetch, obtained, before)) return reportError(fetch, audience, undefined)
  return reportSuccess(fetch, audience, obtained, before)
}

/** A credential that hands the same request on is a part; one that needs another token for it makes a fetch of its own. */
function isPartOf(fetch: TokenFetch, source: TokenSource, asked: Asked): boolean {
  if (fetch.isEnded || fetch.source.provider !== source.provider) return false
  return source.isStep || fetch.key === asked.key
}

/** The former token once more, after a request for a new one has failed: the application goes on, the refresh did not work. */
function isHeldOver(fetch: TokenFetch, obtained: ObtainedToken, before: KnownToken | undefined): boolean {
  return fetch.isRefused && before?.token !== undefined && before.token === obtained.token
}
