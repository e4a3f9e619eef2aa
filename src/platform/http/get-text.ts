/** One question to an HTTP server, within a time. */

/** A server that takes longer is as good as none, ms. */
const answerMs = 30_000

export interface TextAnswer {
  readonly status: number
  readonly text: string
}

/** Why there is no answer: the network's own error where there is one. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** Throws NoAnswerError. */
export async function getText(url: URL): Promise<TextAnswer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    // Where a name has several addresses, the one error holds those of all.
    const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
    throw new NoAnswerError(first instanceof Error ? first.message : String(first))
  }
}
