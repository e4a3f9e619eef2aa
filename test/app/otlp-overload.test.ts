import { type ClientRequest, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { EmbeddedService } from '../support/embedded-service.ts'
import { until } from '../support/embedded-service.ts'
import { fetchSpan, traces } from '../support/otlp.ts'
import { sendBytes, sendJson, sendProtobuf, startOtlp } from '../support/otlp-service.ts'
import { Workspace } from '../support/workspace.ts'

const now = Date.UTC(2026, 5, 15, 12, 1)
const clock = (): number => now
const mebibyte = 1024 * 1024

/** A request whose body has begun and does not end until it is told to. */
function begun({ service }: EmbeddedService, body: string): { readonly end: () => Promise<number> } {
  const sent: ClientRequest = request({
    host: '127.0.0.1',
    port: service.otlp.ports.get('http') ?? 0,
    path: '/v1/traces',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  const answered = new Promise<number>((resolve, reject) => {
    sent.once('error', reject)
    sent.once('response', (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
  })
  sent.write(body.slice(0, 10))
  return {
    end: () => {
      sent.end(body.slice(10))
      return answered
    },
  }
}

function accepted({ pipeline }: EmbeddedService): number {
  return pipeline.sources.totals().accepted
}

describe('a receiver of OTLP with more than it takes', () => {
  it('answers 429 with the time to come again, in the encoding of the request, and finishes what is under way', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, { maxConcurrentRequests: 2 }, {}, clock)
    const open = [1, 2].map((number) => begun(running, JSON.stringify(traces([fetchSpan(number)]))))
    const request3 = traces([fetchSpan(3)])
    // Both are under way as soon as a third is turned away.
    await until(
      'two requests are under way',
      async () => (await sendJson(running, 'traces', request3)).status === 429,
    )
    const refused = await sendJson(running, 'traces', request3)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(JSON.parse(refused.bytes.toString())).toMatchObject({
      code: 8,
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' }],
    })
    const binary = await sendProtobuf(running, 'traces', request3)
    expect([binary.status, binary.bytes.toString('latin1').includes('google.rpc.RetryInfo')]).toEqual([
      429,
      true,
    ])
    const before = accepted(running)
    expect(await Promise.all(open.map(({ end }) => end()))).toEqual([200, 200])
    expect(accepted(running)).toBe(before + 2)
    const exposition = await running.metrics()
    expect(exposition.sum('identity_slo_otlp_requests_total', { code: '429' })).toBeGreaterThanOrEqual(3)
  })

  it('holds no more than it says while many send at once, and loses nothing that it took', async () => {
    using workspace = new Workspace()
    const limits = { maxConcurrentRequests: 4, maxConcurrentBytes: 4 * mebibyte, maxBodyBytes: mebibyte }
    await using running = await startOtlp(workspace, limits, {}, clock)
    const bodies = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify(traces(Array.from({ length: 200 }, (_span, j) => fetchSpan(1 + i * 200 + j)))),
    )
    const memory = process.memoryUsage().rss
    const answers = await Promise.all(
      bodies.map((body) => sendBytes(running, 'traces', body, { 'content-type': 'application/json' })),
    )
    const taken = answers.filter(({ status }) => status === 200).length
    const turnedAway = answers.filter(({ status }) => status === 429).length
    expect([taken + turnedAway, taken > 0]).toEqual([60, true])
    expect(accepted(running)).toBe(taken * 200)
    expect(process.memoryUsage().rss - memory).toBeLessThan(200 * mebibyte)
    // What was turned away is sent again, and then everything is there once.
    for (const [i, { status }] of answers.entries())
      if (status === 429)
        await sendBytes(running, 'traces', bodies[i] ?? '', { 'content-type': 'application/json' })
    expect(accepted(running)).toBe(60 * 200)
  })
})
