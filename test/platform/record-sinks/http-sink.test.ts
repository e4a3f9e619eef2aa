import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { httpSink } from '../../../src/platform/record-sinks/http-sink.ts'

interface Seen {
  readonly path: string
  readonly type: string
  readonly authorization: string | undefined
  readonly body: string
}

let server: Server | undefined

/** A server that answers with these statuses in turn, the last one from then on. */
async function answering(...statuses: readonly number[]) {
  const seen: Seen[] = []
  let count = 0
  const made = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { url = '', headers } = request
      seen.push({
        path: url,
        type: headers['content-type'] ?? '',
        authorization: headers.authorization,
        body,
      })
      response
        .writeHead(statuses[Math.min(count++, statuses.length - 1)] ?? 200, { 'retry-after': '0' })
        .end()
    })
  })
  server = made
  await new Promise<void>((resolve) => {
    made.listen(0, '127.0.0.1', resolve)
  })
  const { port } = made.address() as AddressInfo
  return {
    seen,
    recordsUrl: `http://127.0.0.1:${port}/v1/records`,
    tracesUrl: `http://127.0.0.1:${port}/v1/traces`,
  }
}

afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

const records = [
  { log: 'azure-entra', text: '{"a":1}' },
  { log: 'otlp', text: '{"resourceSpans":[]}' },
  { log: 'aws-cloudtrail', text: '{"b":2}' },
]

describe('records by HTTP', () => {
  it('go to the webhook as JSON lines, and telemetry to the receiver', async () => {
    const { seen, ...urls } = await answering(200)
    await httpSink({ ...urls, token: 'secret' }).write(records)
    expect(seen).toEqual([
      {
        path: '/v1/records',
        type: 'application/x-ndjson',
        authorization: 'Bearer secret',
        body: '{"a":1}\n{"b":2}\n',
      },
      {
        path: '/v1/traces',
        type: 'application/json',
        authorization: 'Bearer secret',
        body: '{"resourceSpans":[]}',
      },
    ])
  })

  it('leave telemetry out where nobody takes it', async () => {
    const { seen, recordsUrl } = await answering(200)
    await httpSink({ recordsUrl }).write(records)
    expect(seen.map(({ path }) => path)).toEqual(['/v1/records'])
  })

  it('come again when the engine is busy, and not when it refuses them', async () => {
    const busy = await answering(503, 429, 200)
    await httpSink(busy).write(records.slice(0, 1))
    expect(busy.seen.map(({ body }) => body)).toEqual(['{"a":1}\n', '{"a":1}\n', '{"a":1}\n'])
    server?.close()
    const strict = await answering(401)
    await expect(httpSink(strict).write(records.slice(0, 1))).rejects.toThrow('answered 401')
    expect(strict.seen).toHaveLength(1)
  })
})
