/** What a record says, in the words of the indicators: the truth is counted from these, as the records are written. */
import type { LogId } from './scenario.ts'

export interface TokenFact {
  /** Joins the issue of a token to its uses, as the log writes it; undefined where the log does not tell. */
  readonly tokenId?: string | undefined
  /** Epoch ms as the record has it; undefined where the record does not say how long the token lives. */
  readonly endsAt?: number | undefined
}

/** An attempt to get a token. */
export interface RequestFact extends TokenFact {
  readonly of: 'request'
  readonly vantage: 'issuer' | 'client'
  readonly isGranted: boolean
  /** Who holds the token for what, as far as the log tells replicas apart. */
  readonly holder: string
  readonly latencyMs?: number | undefined
}

/** A token that was presented. */
export interface UseFact {
  readonly of: 'use'
  readonly decision: 'allowed' | 'forbidden' | 'unauthenticated'
  /** Whether the record says that the token had expired. */
  readonly isExpired: boolean
  /** Identity and service: a 401 for an expired token that is followed by a success of the same two is no failure. */
  readonly access: string
  readonly tokenId?: string | undefined
  /** What the record itself says of the token's age, ms. */
  readonly ageMs?: number | undefined
}

export interface OtherFact {
  readonly of: 'secret' | 'metadata' | 'change' | 'step'
  readonly isGood: boolean
}

export type Fact = RequestFact | UseFact | OtherFact

/** A record as its provider writes it. */
export interface Written {
  readonly log: LogId
  /** Epoch ms as the record has it. */
  readonly time: number
  readonly text: string
  /** One for each event in it; a `step` stands for a record that counts nothing. */
  readonly facts: readonly Fact[]
  /** Which fault it shows a failure of; index into the scenario's. */
  readonly fault?: number | undefined
  /** Which fault it is the cause or the end of. */
  readonly changedBy?: number | undefined
}
