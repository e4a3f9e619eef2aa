import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type PostTarget,
  postAlerts,
  type WireAlert,
} from '../../../src/platform/alertmanager/post-alerts.ts'
import { freePort } from '../../support/server-process.ts'

const wire: WireAlert = {
  labels: { alertname: 'A' },
  annotations: {},
  startsAt: '2026-01-05T02:00:00.000Z',
  endsAt: '2026-01-05T02:04:00.000Z',
}

const never = new AbortController().signal
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

function server(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<PostTarget> {
  return new Promise((resolve) => {
    const http = createServer(answer).listen(0, '127.0.0.1', () => {
      const address = http.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolve({ url: `http://127.0.0.1:${port}/am`, headers: { authorization: 'Bearer t' }, timeoutMs: 5000 })
    })
    closing.push(() => {
      http.closeAllConnections()
      http.close()
    })
  })
}

function status(code: number, body = '', headers: Record<string, string> = {}) {
  return server((_request, response) => response.writeHead(code, headers).end(body))
}

describe('a post of alerts', () => {
  it('is a JSON array to the path of API v2 below the prefix, with the headers', async () => {
    let seen: unknown
    const target = await server((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method, url, headers } = request
        const { authorization, 'content-type': type } = headers
        seen = { method, url, authorization, type, body: JSON.parse(Buffer.concat(chunks).toString()) }
        response.end()
      })
    })
    expect(await postAlerts(target, [wire], never)).toEqual({ kind: 'accepted' })
    expect(seen).toEqual({
      method: 'POST',
      url: '/am/api/v2/alerts',
      authorization: 'Bearer t',
      type: 'application/json',
      body: [wire],
    })
  })

  it('is refused with 400, and says why', async () => {
    const result = await postAlerts(await status(400, '"invalid label set"'), [wire], never)
    expect(result).toEqual({ kind: 'refused', message: 'HTTP 400 "invalid label set"' })
  })

  it.each([500, 503, 429, 404, 401])('is to be tried again after %d', async (code) => {
    const result = await postAlerts(await status(code, '', { 'retry-after': '7' }), [wire], never)
    expect(result).toEqual({ kind: 'failed', message: `HTTP ${code}`, retryAfterMs: 7000 })
  })

  it('follows no redirect: its token would go wherever that leads', async () => {
    const result = await postAlerts(await status(302, '', { location: 'http://192.0.2.1/' }), [wire], never)
    expect(result).toMatchObject({ kind: 'failed', message: 'HTTP 302' })
  })

  it('fails when nobody listens', async () => {
    const target = { url: `http://127.0.0.1:${await freePort()}`, headers: {}, timeoutMs: 5000 }
    expect(await postAlerts(target, [wire], never)).toMatchObject({ kind: 'failed', message: 'ECONNREFUSED' })
  })

  it('fails when no answer comes in time', async () => {
    const target = { ...(await server(() => undefined)), timeoutMs: 20 }
    expect(await postAlerts(target, [wire], never)).toMatchObject({
      kind: 'failed',
      message: 'no answer in time',
    })
  })
})
