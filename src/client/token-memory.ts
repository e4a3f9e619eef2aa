/** What is remembered of the last token for each audience: enough to tell a cached one, a refresh and an age. */
import type { Identity } from './identity.ts'

export interface KnownToken {
  /** For comparison only. It stays in the process, where the SDK's own cache holds it as well. */
  readonly token: string | undefined
  readonly issuedAtMs: number
  readonly expiresAtMs: number | undefined
  readonly ttlSeconds: number | undefined
  readonly identity: Identity
  /** The chain's member that gave it. */
  readonly member: string | undefined
}

/** More audiences than an application asks for. */
const mostAudiences = 100

/** Forgets what was put in first when it holds `most`. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: Value): void {
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#most) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }
}

export class TokenMemory {
  readonly #tokens = new BoundedMap<KnownToken>(mostAudiences)
  /** Whom the latest token of any audience stood for: failures have no token to tell. */
  identity: Identity | undefined
  /** Tokens come by HTTP, and not from a file or another process. */
  usesHttp = false

  /** `identity`: whom its settings name, until a token tells. */
  constructor(identity?: Identity) {
    this.identity = identity
  }

  get(key: string): KnownToken | undefined {
    return this.#tokens.get(key)
  }

  set(key: string, token: KnownToken): void {
    if (this.#tokens.get(key) === token) return
    this.identity = token.identity
    this.#tokens.set(key, token)
  }
}
