/** What the recorder has to know of an instrumented credential, provider or function. */
import type { Failure } from './failure.ts'
import type { Identity, Provider } from './identity.ts'
import type { TokenMemory } from './token-memory.ts'

/** What a successful call gave. */
export interface ObtainedToken {
  /** For comparison with the one before, and for the times in its claims; never emitted. */
  readonly token: string | undefined
  readonly expiresAtMs?: number | undefined
  readonly identity?: Identity | undefined
  /** Which member of a chain gave it, where the result itself says so. */
  readonly member?: string | undefined
}

export interface TokenSource {
  readonly provider: Provider
  /** Name of the credential's class or of the provider. */
  readonly credentialType: string
  /** Asks other credentials in turn. */
  readonly isChain: boolean
  /** Asks for a token on behalf of whoever is asking already, if anybody is. */
  readonly isStep: boolean
  /** What the application says. */
  readonly identity: Identity
  readonly memory: TokenMemory
  /** A result can be a failure as well: no token, or one that is of no use. */
  read(result: unknown): ObtainedToken | Failure
}

export interface Asked {
  /** What its token is remembered by: the audience, and whatever else makes tokens differ. */
  readonly key: string
  /** Empty where tokens have none. */
  readonly audience: string
  /** Whom the request itself names. */
  readonly identity?: Identity | undefined
}

export const noToken: Failure = { reason: 'misconfigured_caller', code: '_OTHER' }

export function isFailure(read: ObtainedToken | Failure): read is Failure {
  return 'reason' in read
}
