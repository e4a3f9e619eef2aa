import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Connector } from '../../src/connectors/connector.ts'
import { type Decoded, Decoder, DecoderPlan } from '../../src/connectors/decode.ts'
import { text } from '../../src/connectors/fields.ts'
import { type RejectionReason, reject } from '../../src/events/rejection.ts'
import { inflate } from '../../src/platform/inflate.ts'
import { aTokenRequest } from '../support/event.ts'

/** Knows its records by the key that is its name. */
function connector(id: 'paper' | 'stone'): Connector {
  return {
    id,
    provider: 'other',
    title: id,
    reads: { [id]: true },
    detect: (record) => text(record[id]) !== undefined,
    map: (record) =>
      record[id] === 'nothing'
        ? reject('not_relevant', 'nothing to count')
        : [aTokenRequest({ id: String(record[id]) })],
  }
}

const connectors = [connector('paper'), connector('stone')]

interface Outcome extends Decoded {
  readonly id?: string | undefined
  readonly reason?: RejectionReason
  readonly message?: string
}

function decode(input: string | Uint8Array, chunkBytes = 65_536): readonly Outcome[] {
  const outcomes: Outcome[] = []
  const decoder = new Decoder(new DecoderPlan(connectors), inflate, {
    events: (events, from) => outcomes.push({ ...from, id: events.map(({ id }) => id).join() }),
    rejection: (rejection, from) => outcomes.push({ ...from, ...rejection }),
  })
  const bytes = Buffer.from(input)
  for (let at = 0; at < bytes.length; at += chunkBytes) decoder.push(bytes.subarray(at, at + chunkBytes))
  decoder.end()
  return outcomes
}

/** Ids of events and reasons of rejections. */
function brief(input: unknown): readonly unknown[] {
  const bytes = typeof input === 'string' ? input : JSON.stringify(input)
  return decode(bytes).map(({ id, reason }) => id ?? reason)
}

const lines = (...records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64')
const packed = (...records: readonly object[]): string => base64(gzipSync(lines(...records)))

describe('records', () => {
  it('find their connector one by one, in any order', () => {
    const mixed = lines(
      { paper: 'p1' },
      { stone: 's1' },
      { stone: 's2' },
      { paper: 'p2' },
      { other: 1 },
      { paper: 'p3' },
    )
    expect(brief(mixed)).toEqual(['p1', 's1', 's2', 'p2', 'unknown_format', 'p3'])
    expect(decode(mixed).map(({ source }) => source)).toEqual([
      'paper',
      'stone',
      'stone',
      'paper',
      '',
      'paper',
    ])
  })

  it('that no connector knows are told which are known', () => {
    expect(decode('{"other":1}')[0]?.message).toContain('expected one of paper, stone')
  })

  it('find the same connector whatever came before them', () => {
    const both = { paper: 'outer', arrival: 'gate 7', message: { stone: 'inner' } }
    for (const before of [{ paper: 'x' }, { stone: 'x' }, { other: 1 }])
      expect(brief(lines(before, both)).slice(1)).toEqual(['outer'])
  })

  it('that give no event say why, under the name of their connector', () => {
    expect(decode('{"stone":"nothing"}')).toMatchObject([{ source: 'stone', reason: 'not_relevant' }])
  })

  it('stand where they begin in the input, also when they are bad', () => {
    const text = '{"paper":"a"}\n{bad}\n[{"paper":"b"},{"other":1}]'
    expect(decode(text).map(({ offset }) => offset)).toEqual([0, 14, 21, 35])
  })

  it('give the same in chunks of any size', () => {
    const input = `${lines({ paper: 'a' }, { arrival: '2026-03-01T10:00:00Z', record: { stone: 'b' } })}{"records":[{"data":"${packed({ paper: 'c' })}"},{"paper":"d"}]}`
    const whole = decode(input)
    expect(whole).toHaveLength(4)
    for (let chunkBytes = 1; chunkBytes < input.length; chunkBytes += 5)
      expect(decode(input, chunkBytes)).toEqual(whole)
  })
})

describe('envelopes', () => {
  const inner = { paper: 'a' }

  it.each([
    ['Event Hubs', { records: [inner, { stone: 'b' }] }],
    ['a CloudTrail file', { Records: [inner, { stone: 'b' }] }],
    [
      'a Kubernetes list',
      { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [inner, { stone: 'b' }] },
    ],
    [
      'a page of Microsoft Graph',
      { '@odata.context': 'x', value: [inner, { stone: 'b' }], '@odata.nextLink': 'y' },
    ],
    ['an array', [inner, { stone: 'b' }]],
    [
      'CloudWatch Logs',
      {
        messageType: 'DATA_MESSAGE',
        logGroup: 'audit',
        logEvents: [
          { id: '1', timestamp: 1, message: JSON.stringify(inner) },
          { id: '2', timestamp: 2, message: JSON.stringify({ stone: 'b' }) },
        ],
      },
    ],
    [
      'EventBridge',
      [inner, { version: '0', 'detail-type': 'AWS API Call via CloudTrail', detail: { stone: 'b' } }],
    ],
    [
      'Pub/Sub push',
      {
        message: { data: base64(lines(inner, { stone: 'b' })), messageId: '1' },
        subscription: 'projects/acme/subscriptions/audit',
      },
    ],
    [
      'Firehose',
      {
        requestId: '1',
        timestamp: 1,
        records: [{ data: base64(lines(inner)) }, { data: packed({ stone: 'b' }) }],
      },
    ],
    [
      'a CloudWatch Logs subscription',
      { awslogs: { data: packed({ logEvents: [inner, { message: { stone: 'b' } }] }) } },
    ],
    [
      'Firehose of a CloudWatch Logs subscription',
      { records: [{ data: packed({ logEvents: [{ message: JSON.stringify(inner) }] }) }, { stone: 'b' }] },
    ],
    [
      'arrivals',
      [
        { arrival: '2026-03-01T10:00:00Z', record: inner },
        { arrival: '2026-03-01T10:00:01Z', record: { stone: 'b' } },
      ],
    ],
  ])('of %s are taken off', (_, envelope) => {
    expect(brief(envelope)).toEqual(['a', 'b'])
  })

  it('are taken off from the outside in', () => {
    const envelope = {
      arrival: '2026-03-01T10:00:00Z',
      record: { 'detail-type': 'x', detail: { message: JSON.stringify({ paper: 'a' }) } },
    }
    expect(brief(envelope)).toEqual(['a'])
  })

  it('with nothing usable in them are records that nobody knows', () => {
    for (const envelope of [
      { message: {} },
      { message: 'text' },
      { detail: inner },
      { record: inner },
      { arrival: 'x' },
    ])
      expect(brief(envelope)).toEqual(['unknown_format'])
    expect(brief({ 'detail-type': 'x', detail: 'text' })).toEqual(['unknown_format'])
  })

  it('without records give nothing', () => {
    for (const envelope of [{ records: [] }, { logEvents: [] }, []]) expect(brief(envelope)).toEqual([])
  })
})

describe('arrival times', () => {
  it('come with the events of the record, also through a payload, and the inner one counts', () => {
    const first = Date.UTC(2026, 2, 1, 10)
    const payload = lines({ paper: 'b' }, { arrival: '2026-03-01T11:00:00+01:00', record: { paper: 'c' } })
    const outcomes = decode(
      lines(
        { arrival: '2026-03-01T10:00:00Z', record: { paper: 'a' } },
        { arrival: '2026-03-01T10:00:01Z', record: { data: base64(payload) } },
        { paper: 'd' },
      ),
    )
    expect(outcomes.map(({ arrival }) => arrival)).toEqual([first, first + 1000, first, undefined])
  })

  it('that are none are rejected', () => {
    expect(brief({ arrival: 'yesterday', record: { paper: 'a' } })).toEqual(['invalid_field'])
    expect(brief({ arrival: '2026-02-30T10:00:00Z', record: { paper: 'a' } })).toEqual(['invalid_field'])
  })
})

describe('payloads', () => {
  const around = (data: string): string => lines({ paper: 'before' }, { data }, { stone: 'behind' })

  it('stand where the record around them stands', () => {
    const outcomes = decode(around(packed({ paper: 'a' }, { other: 1 }, { stone: 'b' })))
    expect(outcomes.map(({ id, reason }) => id ?? reason)).toEqual([
      'before',
      'a',
      'unknown_format',
      'b',
      'behind',
    ])
    expect(new Set(outcomes.slice(1, 4).map(({ offset }) => offset))).toEqual(new Set([19]))
    expect(outcomes.map(({ source }) => source)).toEqual(['paper', 'paper', '', 'stone', 'stone'])
  })

  it.each([
    ['that are no base64', 'plain words', 'unknown_format'],
    ['that hold no JSON', base64('hello'), 'malformed_json'],
    ['that end too early', base64('{"paper":"a'), 'truncated'],
    ['that are no UTF-8', base64(Buffer.from('{"paper":"\xff"}', 'latin1')), 'invalid_text'],
    [
      'whose gzip is cut off',
      base64(gzipSync(lines({ paper: 'a' })).subarray(0, 20)),
      'decompression_failed',
    ],
    [
      'whose gzip has junk behind it',
      base64(Buffer.concat([gzipSync('{}'), Buffer.from('junk')])),
      'decompression_failed',
    ],
    ['that are a bomb', base64(gzipSync(Buffer.alloc(20 * 1024 * 1024))), 'decompression_failed'],
    ['that are empty', '====', 'unknown_format'],
    ['of nothing but space', base64(' \n '), 'not_relevant'],
    ['of no records', packed({ records: [] }), 'not_relevant'],
    ['of an empty gzip', base64(gzipSync('')), 'not_relevant'],
  ])('%s cost one rejection', (_, data, reason) => {
    expect(brief(around(data))).toEqual(['before', reason, 'behind'])
  })

  it('in base64 for addresses, or with a newline behind it, are read', () => {
    const content = lines({ paper: 'ÿ?>ÿ?>' })
    expect(brief({ data: Buffer.from(content).toString('base64url') })).toEqual(['ÿ?>ÿ?>'])
    expect(brief({ data: `${base64(content)}\n` })).toEqual(['ÿ?>ÿ?>'])
  })

  it('in payloads are read once more, and no further', () => {
    const wrapped = (times: number): object =>
      times === 0 ? { paper: 'a' } : { data: packed(wrapped(times - 1)) }
    expect(brief(wrapped(1))).toEqual(['a'])
    expect(brief(wrapped(2))).toEqual(['a'])
    expect(brief(wrapped(3))).toEqual(['unknown_format'])
  })

  it('do not disturb the records around them, which are read by their layout', () => {
    const records = Array.from({ length: 200 }, (_, i) =>
      i % 10 === 9 ? { data: packed({ paper: `in${i}`, pad: 'x' }) } : { paper: `p${i}`, pad: 'x' },
    )
    expect(brief(lines(...records))).toEqual(records.map((record, i) => record.paper ?? `in${i}`))
  })
})

describe('any record', () => {
  const key = fc.constantFrom(
    'paper',
    'stone',
    'detail',
    'message',
    'record',
    'data',
    'arrival',
    'detail-type',
    'awslogs',
    'x',
  )
  const leaf = fc.oneof(
    fc.constantFrom(
      'a',
      '',
      '2026-03-01T10:00:00Z',
      '{"paper":"a"}',
      packed({ paper: 'a' }),
      base64('{"x":1}\n{'),
      base64('\n'),
      '{',
    ),
    fc.constantFrom(null, 1, true),
  )
  const { record } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      tie('record'),
      fc.array(tie('value'), { maxLength: 2 }),
    ),
    record: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  }))

  it('has an outcome, and leaves the next one alone', () => {
    fc.assert(
      fc.property(record, (drawn) => {
        const first = JSON.stringify(drawn)
        const outcomes = decode(`${first}\n{"stone":"next"}\n`)
        expect(outcomes.length).toBeGreaterThan(1)
        expect(outcomes.filter(({ offset }) => offset > 0)).toMatchObject([
          { id: 'next', offset: first.length + 1 },
        ])
      }),
      { numRuns: 500 },
    )
  })
})
