/** Tokens that let senders in, compared so that neither length nor content shows in the time it takes. */
import { createHash, timingSafeEqual } from 'node:crypto'

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export class BearerTokens {
  readonly #tokens: readonly Buffer[]

  /** Everybody is let in where there are none. */
  constructor(tokens: readonly string[]) {
    this.#tokens = tokens.map(digest)
  }

  /** `authorization` as the header has it. */
  admits(authorization: string | undefined): boolean {
    if (this.#tokens.length === 0) return true
    const given = digest((authorization ?? '').replace(/^Bearer +/i, ''))
    return this.#tokens.map((token) => timingSafeEqual(token, given)).includes(true)
  }
}
