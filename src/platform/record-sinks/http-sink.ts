/** Records to a running engine: JSON lines to its webhook, and telemetry to its OTLP receiver. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OutgoingRecord, RecordSink } from './record-sink.ts'

export interface HttpSinkOptions {
  /** Takes JSON lines. */
  readonly recordsUrl: string
  /** Takes one OTLP request a call; without it, telemetry is left out. */
  readonly tracesUrl?: string | undefined
  /** Bearer token. */
  readonly token?: string | undefined
}

const maxAttempts = 8
const longestWaitMs = 10_000
const requestMs = 30_000

/** Why records could not be handed over. */
export class SendError extends Error {
  override readonly name = 'SendError'
}

/** Ms that the answer asks to wait; doubles with each attempt where it does not say. */
function waitMs(response: Response | undefined, attempt: number): number {
  const asked = Number(response?.headers.get('retry-after') ?? Number.NaN) * 1000
  return Math.min(longestWaitMs, asked >= 0 ? asked : 250 * 2 ** attempt)
}

function isWorthAnother(status: number): boolean {
  return status === 429 || status >= 500
}

export function httpSink({ recordsUrl, tracesUrl, token }: HttpSinkOptions): RecordSink {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }

  async function post(url: string, type: string, body: string): Promise<void> {
    let trouble = ''
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      let response: Response | undefined
      try {
        const headers = { 'content-type': type, ...authorization }
        response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(requestMs) })
        await response.arrayBuffer()
        if (response.ok) return
        trouble = `answered ${response.status}`
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
        trouble = cause instanceof Error ? cause.message : String(cause)
      }
      if (response !== undefined && !isWorthAnother(response.status)) break
      if (attempt < maxAttempts - 1) await sleep(waitMs(response, attempt))
    }
    throw new SendError(`${url}: ${trouble}`)
  }

  const linesOf = (records: readonly OutgoingRecord[]): string =>
    records.map(({ text }) => `${text}\n`).join('')

  return {
    write: async (records) => {
      const lines = records.filter(({ log }) => log !== 'otlp')
      if (lines.length > 0) await post(recordsUrl, 'application/x-ndjson', linesOf(lines))
      if (tracesUrl === undefined) return
      for (const { log, text } of records) if (log === 'otlp') await post(tracesUrl, 'application/json', text)
    },
    close: async () => undefined,
  }
}
