/** Why a record gave no event: a closed set, safe as a metric label. */

export type RejectionReason =
  /** Understood, and not about a machine identity's tokens, rights or secrets. */
  | 'not_relevant'
  /** An intermediate stage of an operation whose terminal record counts. */
  | 'not_terminal'
  /** No connector recognises the record. */
  | 'unknown_format'
  | 'missing_field'
  | 'invalid_field'
  | 'malformed_json'
  | 'truncated'
  | 'invalid_text'
  | 'too_large'
  | 'too_deep'
  | 'decompression_failed'
  | 'decompression_limit'
  | 'trailing_data'
  /** Stamped further ahead of the clock than is allowed. */
  | 'future_time'

export interface Rejection {
  readonly reason: RejectionReason
  /** For a person: what is wrong, where, and what is expected. Never quotes values from the record. */
  readonly message: string
}

/** Reasons that mean "nothing to count here", as opposed to "this record is broken". */
export function isIrrelevant(rejection: Rejection): boolean {
  return rejection.reason === 'not_relevant' || rejection.reason === 'not_terminal'
}

export function reject(reason: RejectionReason, message: string): Rejection {
  return { reason, message }
}
