import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { EmbeddedService } from '../support/embedded-service.ts'
import { counter, fetchSpan, metrics, span, traces } from '../support/otlp.ts'
import { otlpProtobuf } from '../support/otlp-protobuf.ts'
import { sendBytes, sendJson, sendProtobuf, startOtlp } from '../support/otlp-service.ts'
import { Workspace } from '../support/workspace.ts'

const now = Date.UTC(2026, 5, 15, 12, 1)
const clock = (): number => now
const seconds = (ago: number): bigint => BigInt(now - ago * 1000) * 1_000_000n

function totals({ pipeline }: EmbeddedService) {
  return pipeline.sources.totals()
}

function latency({ pipeline }: EmbeddedService) {
  return pipeline.engine.totals.find(({ id }) => id === 'token-fetch-latency')
}

/** Fields of a protobuf message by number: bytes as text, numbers as they are. Small lengths only. */
function fieldsOf(bytes: Buffer): Record<number, string | number> {
  const fields: Record<number, string | number> = {}
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at++)
    if ((tag & 7) === 0) fields[tag >> 3] = bytes.readUInt8(at++)
    else {
      let length = bytes.readUInt8(at++)
      if (length > 127) length = (length & 127) | (bytes.readUInt8(at++) << 7)
      fields[tag >> 3] = bytes.toString('latin1', at, at + length)
      at += length
    }
  }
  return fields
}

describe('a run that takes OTLP', () => {
  it('counts spans of clients, in protobuf, JSON and packed', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const answer = await sendProtobuf(
      running,
      'traces',
      traces([fetchSpan(1), fetchSpan(2, {}, { ms: 500 })]),
    )
    expect([answer.status, answer.headers.get('content-type'), answer.bytes.length]).toEqual([
      200,
      'application/x-protobuf',
      0,
    ])
    const json = await sendJson(running, 'traces', traces([fetchSpan(3)]))
    expect([json.status, json.headers.get('content-type'), json.bytes.toString()]).toEqual([
      200,
      'application/json; charset=utf-8',
      '{}',
    ])
    const packed = gzipSync(otlpProtobuf('traces', traces([fetchSpan(4)])))
    expect((await sendBytes(running, 'traces', packed, { 'content-encoding': 'gzip' })).status).toBe(200)
    expect(latency(running)).toEqual({ id: 'token-fetch-latency', good: 3, bad: 1, excluded: 0 })
    const exposition = await running.metrics()
    expect(exposition.sum('identity_slo_otlp_requests_total', { transport: 'http', code: '200' })).toBe(3)
    expect(exposition.sum('identity_slo_records_total', { source: 'otlp', result: 'accepted' })).toBe(4)
  })

  it('counts what is sent again once', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const request = traces([fetchSpan(1), fetchSpan(2)])
    for (let i = 0; i < 3; i++) await sendProtobuf(running, 'traces', request)
    await sendJson(running, 'traces', request)
    expect(totals(running)).toMatchObject({ read: 8, accepted: 2, duplicate: 6 })
  })

  it('says how many of a request it rejects, and counts the others', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const future = BigInt(now + 3_600_000) * 1_000_000n
    const request = traces([
      fetchSpan(1),
      { ...fetchSpan(2), traceId: '00' },
      fetchSpan(3, {}, { endNs: future }),
      span({ number: 4, name: 'GET /cart', kind: 2 }),
    ])
    const answer = await sendProtobuf(running, 'traces', request)
    const inner = fieldsOf(Buffer.from(String(fieldsOf(answer.bytes)[1]), 'latin1'))
    expect([answer.status, inner[1], inner[2]]).toEqual([200, 2, expect.stringContaining('trace_id')])
    const json = await sendJson(running, 'traces', request)
    expect(JSON.parse(json.bytes.toString())).toMatchObject({ partialSuccess: { rejectedSpans: '2' } })
    expect(totals(running)).toMatchObject({ read: 8, accepted: 1, duplicate: 1, rejected: 4, irrelevant: 2 })
  })

  it.each([
    ['protobuf that is none', 'application/x-protobuf', Buffer.from([0x0a, 0xff, 0x01]), 400],
    ['JSON that is none', 'application/json', Buffer.from('{"resourceSpans": [{'), 400],
    ['JSON of another form', 'application/json', Buffer.from('{"resourceSpans": {}}'), 400],
    ['another type', 'text/plain', Buffer.from('hello'), 415],
  ])('answers %s with a status in the encoding of the request', async (_, type, body, status) => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const answer = await sendBytes(running, 'traces', body, { 'content-type': type })
    expect(answer.status).toBe(status)
    if (type === 'application/x-protobuf') expect(fieldsOf(answer.bytes)[1]).toBe(3)
    else expect(JSON.parse(answer.bytes.toString())).toMatchObject({ code: 3 })
    expect(totals(running)).toMatchObject({ accepted: 0, rejected: status === 400 ? 1 : 0 })
  })

  it('refuses what unpacks to more than is allowed, packed in what it does not know, or without a token', async () => {
    using workspace = new Workspace()
    workspace.write('token', 'open-sesame')
    const limits = { maxBodyBytes: 100_000, tokens: [`\${file:${workspace.at('token')}}`] }
    await using running = await startOtlp(workspace, limits, {}, clock)
    const allowed = { authorization: 'Bearer open-sesame' }
    const bomb = gzipSync(Buffer.alloc(5_000_000))
    const post = async (body: Uint8Array, headers: Record<string, string>): Promise<number> =>
      (await sendBytes(running, 'traces', body, headers)).status
    expect(await post(bomb, { ...allowed, 'content-encoding': 'gzip' })).toBe(413)
    expect(await post(Buffer.alloc(100_001), allowed)).toBe(413)
    expect(await post(Buffer.alloc(0), { ...allowed, 'content-encoding': 'br' })).toBe(415)
    expect(await post(Buffer.alloc(0), {})).toBe(401)
    expect(await post(Buffer.alloc(0), allowed)).toBe(200)
  })

  it('counts cumulative metrics once, over restarts of its own and of the client', async () => {
    using workspace = new Workspace()
    const settings = { state: { folder: 'state' } }
    const start = seconds(50)
    const point = (value: number, ago: number, startNs = start) =>
      metrics([counter({ value, timeNs: seconds(ago), startNs })])
    {
      await using running = await startOtlp(workspace, {}, settings, clock)
      await sendProtobuf(running, 'metrics', point(10, 40))
      await sendProtobuf(running, 'metrics', point(25, 30))
      await sendProtobuf(running, 'metrics', point(25, 30))
      expect(totals(running)).toMatchObject({ accepted: 2, duplicate: 1 })
    }
    await using running = await startOtlp(workspace, {}, settings, clock)
    await sendProtobuf(running, 'metrics', point(25, 30))
    await sendProtobuf(running, 'metrics', point(40, 20))
    // A new start: the process began anew, and has counted 3 since.
    await sendProtobuf(running, 'metrics', point(3, 5, seconds(15)))
    expect((await running.metrics()).sum('identity_token_requests_total', { provider: 'azure' })).toBe(43)
  })
})
