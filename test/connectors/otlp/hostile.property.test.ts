import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Signal } from '../../../src/connectors/otlp/telemetry.ts'
import {
  counter,
  fetchSpan,
  ids,
  type Json,
  logs,
  metrics,
  noonNs,
  span,
  traces,
} from '../../support/otlp.ts'
import { type OtlpOutcome, outcomeOf, outcomeOfBytes } from '../../support/otlp-outcomes.ts'
import { field, otlpProtobuf, varint } from '../../support/otlp-protobuf.ts'

const some = {
  traces: traces([
    fetchSpan(1, {}, { traceState: 'ot=th:8' }),
    span({
      number: 2,
      name: 'GET',
      kind: 3,
      attributes: { 'url.full': 'http://169.254.169.254/latest/api/token' },
    }),
    span({
      number: 3,
      name: 'Other',
      events: [{ name: 'exception', attributes: { 'exception.type': 'E' } }],
    }),
  ]),
  metrics: metrics([
    counter({ value: 3n, timeNs: noonNs, startNs: noonNs - 1n }),
    counter({ name: 'token_request_failed', value: 1n, timeNs: noonNs, startNs: noonNs - 1n }),
  ]),
  logs: logs([
    { timeUnixNano: String(noonNs), eventName: 'identity.token.fetch' },
    { timeUnixNano: String(noonNs), body: { stringValue: '{"kind":"Event"}' } },
    {
      body: {
        kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ intValue: '1' }] } } }] },
      },
    },
  ]),
} as const satisfies Record<Signal, Json>

const signals = fc.constantFrom<Signal>('traces', 'metrics', 'logs')

function records({ events, rejections, irrelevant, duplicates, carried }: OtlpOutcome): number {
  return events.length + rejections.length + irrelevant + duplicates + carried.length
}

/** Bytes with some of them changed, cut out or put in. */
const damage = fc.array(
  fc.record({ at: fc.nat(2000), how: fc.constantFrom('set', 'cut', 'insert'), byte: fc.nat(255) }),
  { minLength: 1, maxLength: 6 },
)

describe('whatever bytes come', () => {
  it('protobuf is read or refused, and nothing is thrown', () => {
    fc.assert(
      fc.property(signals, damage, (signal, changes) => {
        const bytes = [...otlpProtobuf(signal, some[signal])]
        for (const { at, how, byte } of changes) {
          const place = at % (bytes.length + 1)
          if (how === 'set' && place < bytes.length) bytes[place] = byte
          else bytes.splice(place, how === 'cut' ? 1 : 0, ...(how === 'insert' ? [byte] : []))
        }
        const outcome = outcomeOfBytes(signal, 'protobuf', Uint8Array.from(bytes))
        if (outcome.unreadable !== undefined) expect(records(outcome)).toBe(0)
      }),
      { numRuns: 3000 },
    )
  })

  it('of no protobuf at all either', () => {
    fc.assert(
      fc.property(signals, fc.uint8Array({ maxLength: 300 }), (signal, bytes) => {
        outcomeOfBytes(signal, 'protobuf', bytes)
        outcomeOfBytes(signal, 'json', bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it('JSON with any value in any place is read or refused', () => {
    const paths = (
      value: unknown,
      path: readonly (string | number)[] = [],
    ): (readonly (string | number)[])[] =>
      typeof value !== 'object' || value === null
        ? [path]
        : [
            path,
            ...Object.entries(value).flatMap(([key, inner]) =>
              paths(inner, [...path, Array.isArray(value) ? Number(key) : key]),
            ),
          ]
    fc.assert(
      fc.property(signals, fc.nat(), fc.jsonValue(), (signal, which, value) => {
        const request = JSON.parse(JSON.stringify(some[signal])) as Record<string | number, unknown>
        const all = paths(request)
        const path = all[which % all.length] ?? []
        let at: Record<string | number, unknown> = request
        for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>
        const last = path.at(-1)
        const changed = last === undefined ? value : request
        if (last !== undefined) at[last] = value
        const outcome = outcomeOfBytes(signal, 'json', Buffer.from(JSON.stringify(changed)))
        if (outcome.unreadable !== undefined) expect(records(outcome)).toBe(0)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a request with broken records', () => {
  /** A span whose last field is cut off. */
  const broken = field(
    2,
    2,
    Buffer.concat([field(1, 2, Buffer.from(ids(9).traceId, 'hex')), Buffer.from([0x2a, 0x7f])]),
  )

  it('counts the others, and says exactly how many it rejects', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (good) => {
        const spans = good.map((isGood, i) => {
          if (!isGood) return broken
          const request = otlpProtobuf('traces', {
            resourceSpans: [{ scopeSpans: [{ spans: [fetchSpan(i)] }] }],
          })
          // What is left inside the three frames around the one span is the span as a field.
          const frame = (bytes: Buffer): Buffer =>
            bytes.subarray(bytes[1] !== undefined && bytes[1] < 128 ? 2 : 3)
          return frame(frame(request))
        })
        const bytes = field(1, 2, field(2, 2, Buffer.concat(spans)))
        const { events, rejections } = outcomeOfBytes('traces', 'protobuf', bytes)
        expect([events.length, rejections.length]).toEqual([
          good.filter((is) => is).length,
          good.filter((is) => !is).length,
        ])
      }),
    )
  })

  it.each([
    ['a varint that is cut off', Buffer.from([0x08, 0x80])],
    ['a varint of eleven bytes', Buffer.from([0x08, ...Array<number>(10).fill(0x80), 0x01])],
    ['a length behind the end', Buffer.from([0x0a, 0x05, 0x00])],
    ['field number 0', Buffer.from([0x02, 0x00])],
    ['a wire type that does not exist', Buffer.from([0x0f])],
    ['a group without an end', Buffer.from([0x0b, 0x08, 0x01])],
  ])('is refused as a whole for %s in its frame', (_, bytes) => {
    expect(outcomeOfBytes('traces', 'protobuf', bytes).unreadable).toMatch(
      /^the body is not a protobuf message/,
    )
  })
})

describe('a request from a newer client', () => {
  const unknown = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => field(1000, 0, varint(value))),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => field(1001, 2, Buffer.from(bytes))),
    fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => field(1002, 1, Buffer.from(bytes))),
    fc.constant(Buffer.from([0xc3, 0x3e, 0x08, 0x01, 0xc4, 0x3e])),
  )

  it('says the same with fields that nobody knows', () => {
    fc.assert(
      fc.property(signals, fc.array(unknown, { minLength: 1, maxLength: 4 }), (signal, fields) => {
        const bytes = otlpProtobuf(signal, some[signal])
        const plain = outcomeOfBytes(signal, 'protobuf', bytes)
        expect(outcomeOfBytes(signal, 'protobuf', Buffer.concat([...fields, bytes, ...fields]))).toEqual(
          plain,
        )
      }),
    )
  })
})

describe('JSON and protobuf', () => {
  const text = fc.constantFrom(
    'azure',
    'aws',
    'vault.azure.net',
    'throttled',
    'before_expiry',
    'true',
    'Ünïcode 🙂',
  )
  const values = fc.dictionary(
    fc.constantFrom(
      'identity.provider',
      'identity.id',
      'identity.outcome',
      'identity.reason',
      'identity.refresh',
      'identity.token.ttl_seconds',
      'http.response.status_code',
      'unknown.one',
    ),
    fc.oneof(text, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  )
  const spans = fc.array(
    fc.record({
      name: fc.constantFrom('identity.token.fetch', 'identity.token.use', 'identity.metadata.call', 'other'),
      values,
      ms: fc.nat(5000),
      isFailed: fc.boolean(),
    }),
    { maxLength: 8 },
  )

  it('say the same', () => {
    fc.assert(
      fc.property(spans, (list) => {
        const request = traces(
          list.map(({ name, values: attributes, ms, isFailed }, number) =>
            span({ number: number + 1, name, attributes, ms, ...(isFailed && { failed: 'no' }) }),
          ),
        )
        const json = outcomeOfBytes('traces', 'json', Buffer.from(JSON.stringify(request)))
        expect(json).toEqual(outcomeOf('traces', request))
        expect(records(json)).toBe(list.length)
      }),
    )
  })
})
