/** One call for a token while it runs: the HTTP requests it makes, and the members of a chain it tries. */
import type { LastAnswer } from './failure.ts'
import type { HttpCall } from './http-calls.ts'
import type { Identity, Provider } from './identity.ts'
import type { Asked, TokenSource } from './token-source.ts'

export interface MemberAttempt {
  readonly name: string
  /** HTTP requests before it and with it, of the whole fetch. */
  readonly requestsBefore: number
  requestsAfter: number
  isFailed: boolean
}

/** More than chains have members. */
const mostMembers = 32
/** More than any SDK repeats. */
const mostAddresses = 64

/** Most fetches are answered from a cache: what they do not need is not made. */
export class TokenFetch {
  readonly source: TokenSource
  readonly key: string
  /** Whom the request names; a step of it may know more. */
  identity: Identity | undefined
  readonly startedAtMs = Date.now()
  readonly #startedAt = performance.now()
  #members: MemberAttempt[] | undefined
  #failedAddresses: Set<string> | undefined
  requests = 0
  retries = 0
  last: LastAnswer | undefined
  isEnded = false

  constructor(source: TokenSource, asked: Asked) {
    this.source = source
    this.key = asked.key
    this.identity = asked.identity
  }

  /** Whether its last request failed. */
  get isRefused(): boolean {
    return this.last !== undefined && (this.last.status === 0 || this.last.status >= 400)
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt
  }

  get members(): readonly MemberAttempt[] {
    return this.#members ?? []
  }

  beginMember(name: string): MemberAttempt {
    const attempt = { name, requestsBefore: this.requests, requestsAfter: this.requests, isFailed: false }
    this.#members ??= []
    if (this.#members.length < mostMembers) this.#members.push(attempt)
    return attempt
  }

  endMember(attempt: MemberAttempt, isFailed: boolean): void {
    attempt.requestsAfter = this.requests
    attempt.isFailed = isFailed
  }

  beginRequest(call: HttpCall, metadataOf: Provider | undefined): void {
    this.requests++
    this.last = { metadataOf, status: 0 }
    if (this.#failedAddresses?.has(addressOf(call)) === true) this.retries++
  }

  /** A 401 is a challenge that is answered, not an attempt that is repeated. */
  endRequest(call: HttpCall, metadataOf: Provider | undefined): void {
    this.last = { metadataOf, status: call.status }
    const isFailed = call.status === 0 || (call.status >= 400 && call.status !== 401)
    if (!isFailed) return
    this.#failedAddresses ??= new Set()
    if (this.#failedAddresses.size < mostAddresses) this.#failedAddresses.add(addressOf(call))
  }
}

function addressOf(call: HttpCall): string {
  return `${call.method} ${call.host}${call.path}`
}
