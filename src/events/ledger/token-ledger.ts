/**
 * Joins the issue of tokens to what is done with them: the age of a token when it is used, and whether a request
 * renews one that is still valid. In whichever order the records come, the answers are the same.
 */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../chunk.ts'
import type { Enricher, LaterKnowledge } from '../enrichment.ts'
import type { IdentityEvent, Provider, TokenRequest, TokenUse } from '../event.ts'
import { TextHash } from '../text-hash.ts'
import { keptRequest, keptUse } from './kept-event.ts'
import { type Span, Spans } from './spans.ts'
import { WaitingRoom } from './waiting-room.ts'

export interface TokenLedgerOptions {
  /** Tokens alive that are remembered, and as many spans in which an identity holds a valid one. 0: none, and nothing is joined. */
  readonly maxTokens?: number | undefined
  /** Uses that wait for the issue of their token, and as many requests that wait for a former token. */
  readonly maxWaiting?: number | undefined
  /** Uses of one token, and requests for the same, that wait at a time. */
  readonly maxWaitingPerKey?: number | undefined
  /** Whether the state is kept in a store. */
  readonly isDurable?: boolean | undefined
}

export interface LedgerKnowledge extends LaterKnowledge {
  /** Whether the token's age was known at first sight, so that only its lifetime is new. */
  readonly hadAge: boolean
}

/** A use may be stamped so much before the issue of its token, ms: clocks differ, and some logs give whole seconds. */
const clockSkewMs = 60_000
const defaultMaxTokens = 2_000_000
const defaultMaxWaiting = 50_000
const defaultMaxWaitingPerKey = 256

const nothing: readonly LedgerKnowledge[] = []

export class TokenLedger implements Enricher {
  /** Uses of tokens older than their lifetime. */
  readonly expiredUses = new Map<Provider, number>()
  readonly #hash = new TextHash()
  /** Hashes of the few names of providers and sources. */
  readonly #seeds = new Map<string, number>()
  /** From the issue of a token to its end. */
  readonly #tokens: Spans
  /** When an identity holds a valid token, by what the token is for and who asked. */
  readonly #validity: Spans
  readonly #isOff: boolean
  readonly #uses: WaitingRoom<TokenUse>
  readonly #requests: WaitingRoom<TokenRequest>
  #isExpiredDirty = false
  /** Failed renewals for which no former token will turn up any more. */
  #settleBefore = Number.NEGATIVE_INFINITY

  constructor(options: TokenLedgerOptions = {}) {
    const { maxTokens = defaultMaxTokens, isDurable = false } = options
    const limits = {
      maxEvents: options.maxWaiting ?? defaultMaxWaiting,
      maxPerKey: options.maxWaitingPerKey ?? defaultMaxWaitingPerKey,
    }
    this.#isOff = maxTokens === 0
    this.#tokens = new Spans('one', maxTokens, isDurable)
    this.#validity = new Spans('union', maxTokens, isDurable)
    this.#uses = new WaitingRoom(limits, keptUse, isDurable)
    this.#requests = new WaitingRoom(limits, keptRequest, isDurable)
  }

  /** Tokens that are remembered. */
  get tokens(): number {
    return this.#tokens.size
  }

  get waiting(): number {
    return this.#uses.size + this.#requests.size
  }

  /** Bytes of the two tables of tokens. */
  get bytes(): number {
    return this.#tokens.bytes + this.#validity.bytes
  }

  /** What was let go for want of room. */
  get forgotten(): { readonly tokens: number; readonly waiting: number } {
    return {
      tokens: this.#tokens.forgotten + this.#validity.forgotten,
      waiting: this.#uses.forgotten + this.#requests.forgotten,
    }
  }

  enrich(event: IdentityEvent): readonly LedgerKnowledge[] {
    if (event.kind === 'token.use') this.#use(event)
    const known = event.kind === 'token.request' && !this.#isOff ? this.#request(event) : nothing
    return this.#settleBefore === Number.NEGATIVE_INFINITY ? known : [...known, ...this.#settle()]
  }

  #use(event: TokenUse): void {
    const tokenId = event.correlation?.tokenId
    const isComplete = event.tokenAgeSeconds !== undefined && event.ttlSeconds !== undefined
    if (!isComplete && !this.#isOff && tokenId !== undefined && tokenId !== '') {
      const { low, high } = this.#hashOf(tokenId, event.provider)
      const span = this.#tokens.spanOf(low, high)
      if (span !== undefined && isIssued(span, event.time)) complete(event, span)
      else this.#uses.wait(low, high, event)
    }
    this.#countExpired(event)
  }

  #countExpired({ provider, tokenAgeSeconds: age, ttlSeconds: ttl }: TokenUse): void {
    if (age === undefined || ttl === undefined || age <= ttl) return
    this.expiredUses.set(provider, (this.expiredUses.get(provider) ?? 0) + 1)
    this.#isExpiredDirty = true
  }

  #request(event: TokenRequest): readonly LedgerKnowledge[] {
    const end = event.outcome === 'success' ? endOf(event) : undefined
    const refreshes = this.#infer(event, end)
    const tokenId = event.correlation?.tokenId
    if (event.outcome === 'failure' || tokenId === undefined || tokenId === '') return refreshes
    const ages = this.#issue(event, tokenId, end ?? event.time)
    return ages.length === 0 ? refreshes : [...refreshes, ...ages]
  }

  /** Gives the token's uses that came before. */
  #issue(event: TokenRequest, tokenId: string, end: number): readonly LedgerKnowledge[] {
    const { low, high } = this.#hashOf(tokenId, event.provider)
    this.#tokens.add(low, high, event.time, end)
    const span = this.#uses.has(low) ? this.#tokens.spanOf(low, high) : undefined
    if (span === undefined) return nothing
    const uses = this.#uses.take(low, high, span.from - clockSkewMs, (time) => isIssued(span, time))
    return uses.map((use) => {
      const hadAge = use.tokenAgeSeconds !== undefined
      complete(use, span)
      this.#countExpired(use)
      return { event: use, aspect: 'age', hadAge }
    })
  }

  /** Whether the request renews a token; gives earlier requests that renew the token it got. */
  #infer(event: TokenRequest, end: number | undefined): readonly LedgerKnowledge[] {
    const asks = isOpen(event) && (event.outcome === 'failure' || end !== undefined)
    const tells = end !== undefined && end > event.time
    if (event.identity.id === '' || !(asks || tells)) return nothing
    const { low, high } = this.#hashOf(holderKey(event), event.source)
    if (asks) {
      if (this.#validity.covers(low, high, event.time)) renews(event)
      else this.#requests.wait(low, high, event)
    }
    if (!tells) return nothing
    this.#validity.add(low, high, event.time, end)
    if (!this.#requests.has(low)) return nothing
    const answered = this.#requests.take(low, high, event.time, (time) => event.time < time && time < end)
    return answered.map((request) => {
      renews(request)
      return { event: request, aspect: 'refresh', hadAge: false }
    })
  }

  /** The same text is another key in another realm: of another provider, or in another log. */
  #hashOf(text: string, realm: string): TextHash {
    const known = this.#seeds.get(realm)
    if (known !== undefined) {
      this.#hash.of(text, known)
      return this.#hash
    }
    this.#hash.of(realm)
    this.#seeds.set(realm, this.#hash.low)
    return this.#hashOf(text, realm)
  }

  /** A client said that it renewed, and no former token was valid then: it failed after the end of the former one. */
  #settle(): readonly LedgerKnowledge[] {
    const settled = this.#requests.takeBefore(this.#settleBefore)
    this.#settleBefore = Number.NEGATIVE_INFINITY
    return settled
      .filter(({ refresh }) => refresh === true)
      .map((event) => {
        event.whileValid = false
        return { event, aspect: 'refresh', hadAge: false }
      })
  }

  prune(floor: number): void {
    this.#tokens.prune(floor)
    this.#validity.prune(floor)
    this.#uses.takeBefore(floor)
    // They leave with the next event, so that what is said of them is counted in the same commit.
    this.#settleBefore = Math.max(this.#settleBefore, floor)
  }

  #parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [
      ['token/', this.#tokens],
      ['valid/', this.#validity],
      ['use/', this.#uses],
      ['request/', this.#requests],
    ]
  }

  save(out: ChunkWriter): void {
    for (const [prefix, part] of this.#parts()) part.save(prefixed(out, prefix))
    if (this.#isExpiredDirty) out.put('expired', jsonBytes([...this.expiredUses]))
  }

  saved(): void {
    for (const [, part] of this.#parts()) part.saved()
    this.#isExpiredDirty = false
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'expired') {
      for (const [provider, count] of jsonOf<[Provider, number][]>(bytes))
        this.expiredUses.set(provider, count)
      return
    }
    // What an earlier run knew stays in the store, for one that asks for it.
    if (this.#isOff) return
    for (const [prefix, part] of this.#parts())
      if (key.startsWith(prefix)) part.restore(key.slice(prefix.length), bytes)
  }
}

/**
 * Who holds a token for what. As one log sees it: the client's record of a token must not look like a former token
 * of the issuer's record of the same.
 */
function holderKey({ vantage, identity, audience, workload }: TokenRequest): string {
  const caller = workload === undefined ? '' : `${workload.kind} ${workload.name}`
  return `${identity.id}\n${identity.tenant}\n${audience}\n${caller}\n${vantage}`
}

/** Epoch ms; undefined where the record does not say how long its token lives. */
function endOf({ time, expiresAt, ttlSeconds }: TokenRequest): number | undefined {
  if (expiresAt !== undefined) return Math.max(time, expiresAt)
  return ttlSeconds === undefined ? undefined : time + Math.max(0, ttlSeconds * 1000)
}

function isIssued(span: Span, useTime: number): boolean {
  return span.from <= useTime + clockSkewMs
}

/** What the record itself says wins. */
function complete(use: TokenUse, { from, to }: Span): void {
  use.tokenAgeSeconds ??= Math.max(0, use.time - from) / 1000
  if (to > from) use.ttlSeconds ??= (to - from) / 1000
}

/** Whether a former token would tell something about the request that its record does not. */
function isOpen({ refresh, outcome, whileValid }: TokenRequest): boolean {
  if (refresh === undefined) return true
  return refresh === true && outcome === 'failure' && whileValid === undefined
}

function renews(request: TokenRequest): void {
  request.refresh ??= 'inferred'
  request.whileValid = true
}
