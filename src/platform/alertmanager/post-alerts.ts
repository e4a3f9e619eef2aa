/** One POST of alerts to one Alertmanager (API v2), and what became of it. */

/** Times are wall clock, RFC 3339. */
export interface WireAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

export type PostResult =
  | { readonly kind: 'accepted' }
  /** Some alert of the batch is invalid; the valid ones of it were taken nevertheless. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Nobody answered, or not now: to be tried again. */
  | { readonly kind: 'failed'; readonly message: string; readonly retryAfterMs: number | undefined }

export interface PostTarget {
  /** Base address, with whatever path prefix Alertmanager is served under; no trailing slash. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

const shownOfBody = 200

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** Undici says "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message
}

/** Never throws. A redirect is a failure: credentials would go wherever it points. */
export async function postAlerts(
  { url, headers, timeoutMs }: PostTarget,
  alerts: readonly WireAlert[],
  signal: AbortSignal,
): Promise<PostResult> {
  try {
    const response = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    const body = (await response.text()).slice(0, shownOfBody)
    if (response.ok) return { kind: 'accepted' }
    const message = `HTTP ${response.status} ${body}`.trimEnd()
    if (response.status === 400 || response.status === 422) return { kind: 'refused', message }
    return { kind: 'failed', message, retryAfterMs: retryAfterMs(response) }
  } catch (error) {
    return { kind: 'failed', message: reasonOf(error), retryAfterMs: undefined }
  }
}
