import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordLayouts } from '../../../src/connectors/reading/record-layouts.ts'
import { compileShapes } from '../../../src/connectors/reading/shape-node.ts'
import { choices } from '../../support/json-text.ts'
import { type StreamOutcome, StreamUnderTest, streamOutcomes } from '../../support/stream-outcomes.ts'

const root = compileShapes([{ id: true, at: { x: true } }], {
  wrappers: ['detail'],
  arrays: ['records', 'items', 'value'],
})

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Ids of records and reasons of rejections, in order. */
function brief(outcomes: readonly StreamOutcome[]): readonly unknown[] {
  return outcomes.map((outcome) => ('record' in outcome ? outcome.record['id'] : outcome.reason))
}

function read(input: string | Uint8Array, maxRecordBytes?: number): readonly unknown[] {
  return brief(streamOutcomes(input, { root, ...(maxRecordBytes ? { maxRecordBytes } : {}) }))
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2)

const framings: readonly (readonly [name: string, text: string])[] = [
  ['JSON lines', '{"id":1}\n{"id":2}\n{"id":3}\n'],
  ['JSON lines without a last newline', '{"id":1}\n{"id":2}\n{"id":3}'],
  ['CRLF', '{"id":1}\r\n{"id":2}\r\n{"id":3}\r\n'],
  ['a byte order mark', '\ufeff{"id":1}\n{"id":2}\n{"id":3}\n'],
  ['byte order marks of files that were put together', '\ufeff{"id":1}\n\ufeff{"id":2}\n\ufeff[{"id":3}]'],
  ['empty lines and indentation', '\n\n  {"id":1}\n\n\t{"id":2}\r\n\r\n {"id":3}\n\n'],
  ['pretty-printed documents', [1, 2, 3].map((id) => pretty({ id, at: { x: [{}, []] } })).join('\n')],
  [
    'pretty-printed documents with CRLF',
    [1, 2, 3]
      .map((id) => pretty({ id }))
      .join('\n')
      .replaceAll('\n', '\r\n'),
  ],
  [
    'documents that go on below their first line',
    '{"at":{},\n "id":1}\n{"at":\n [{"x":1}],\n"id":2}\n{"id":\n3\n}',
  ],
  ['concatenated objects', '{"id":1}{"id":2} {"id":3}'],
  ['an array', '[{"id":1},{"id":2},{"id":3}]'],
  ['an array, pretty-printed', pretty([{ id: 1 }, { id: 2, at: {} }, { id: 3 }])],
  ['an array with a record a line', '[\n{"id":1},\n{"id":2},\n{"id":3}\n]\n'],
  ['arrays and lines in turn', '[{"id":1}]\n{"id":2}\n[\n{"id":3}]'],
  ['arrays of arrays', '[[{"id":1}],[],[[{"id":2}],{"id":3}]]'],
  ['empty arrays', '[]\n{"records":[]}\n[{"id":1},{"id":2},{"id":3}]{"items":[]}'],
  ['an envelope', '{"records":[{"id":1},{"id":2},{"id":3}]}'],
  ['an envelope in other letters', '{"Records":[{"id":1},{"id":2},{"id":3}]}'],
  [
    'an envelope, pretty-printed',
    pretty({ kind: 'List', items: [{ id: 1 }, { id: 2 }, { id: 3 }], next: { a: [] } }),
  ],
  [
    'envelopes with fields on both sides',
    '{"a":{"records":[{"id":9}]},"value":[{"id":1},{"id":2}],"z":"]}","y":[{"id":9}]}\n{"id":3}',
  ],
  ['an envelope a line', '{"records":[{"id":1}]}\n{"records":[{"id":2},{"id":3}]}\n'],
  ['nested envelopes', '{"records":[{"items":[{"id":1},{"id":2}],"x":1},{"value":[{"id":3}]}],"y":{}}'],
  ['an array of envelopes', '[{"records":[{"id":1}]},{"records":[{"id":2}],"z":1},{"id":3}]'],
]

describe.each(framings)('%s', (_, text) => {
  it('gives each record once, in order', () => {
    expect(read(text)).toEqual([1, 2, 3])
  })

  it('gives the same records at the same offsets in chunks of any size, with and without layouts', () => {
    const whole = streamOutcomes(text, { root })
    const size = bytesOf(text).length
    for (let chunkBytes = 1; chunkBytes <= size; chunkBytes++) {
      expect(streamOutcomes(text, { root, chunkBytes })).toEqual(whole)
      expect(streamOutcomes(text, { root, chunkBytes, layouts: new RecordLayouts(root) })).toEqual(whole)
    }
  })

  it('says where in the input each record begins', () => {
    const bytes = bytesOf(text)
    for (const { offset } of streamOutcomes(text, { root })) expect(bytes[offset]).toBe(0x7b)
  })

  it('gives the records before the place where it was cut off, and one rejection at most', () => {
    const bytes = bytesOf(text)
    for (let end = 0; end < bytes.length; end++) {
      const found = read(bytes.subarray(0, end))
      const records = found.filter((id) => typeof id === 'number')
      expect(records).toEqual([1, 2, 3].slice(0, records.length))
      expect(found.filter((id) => typeof id === 'string').length).toBeLessThan(2)
      expect(found.filter((id) => typeof id === 'string' && id !== 'truncated')).toEqual(
        // Half a byte order mark is no record.
        typeof found.at(-1) === 'string' && (bytes[end] ?? 0) >= 0x80 ? ['malformed_json'] : [],
      )
    }
  })
})

describe('any mixture of pieces', () => {
  const pieces = [
    '{"id":1}',
    '{"id":2,"at":{"x":"é😀"}}',
    '{"id":"cut',
    '{"id":"cut\n',
    '{"at":{"x":[',
    '{"id":1]',
    '{"id":1}}',
    '{id:1}',
    '{"id":01}',
    '{"id":1,}',
    '{"id":1,"id":2}',
    '{"id":"\\u0000"}',
    '[',
    ']',
    '[1,"a,]",null',
    '{"records":[',
    ']}',
    '{"value":[{"id":3}',
    ',',
    'junk',
    '"text',
    '\0\0',
    '\ufeff',
    '\u00a0',
    '\n',
    '\n',
    '\n',
    '\r\n',
    ' ',
    '{',
    '}',
    '{\n',
    '  "id": 4\n',
    '  "bad": x\n',
    '}\n',
    '{\n  "id": 5\n}\n',
    '[\n  {\n',
    '  },\n  {\n',
    '"id":"',
  ]
  const mixture = fc
    .array(fc.constantFrom(...pieces), { maxLength: 14 })
    .map((list) => bytesOf(list.join('')))

  it('gives the same in chunks of any size, with and without layouts', () => {
    fc.assert(
      fc.property(mixture, fc.constantFrom(undefined, 20), fc.nat(), (bytes, maxRecordBytes, seed) => {
        const options = { root, ...(maxRecordBytes ? { maxRecordBytes } : {}) }
        const whole = streamOutcomes(bytes, options)
        for (const chunkBytes of [1, 2, 3, 5, 11])
          expect(streamOutcomes(bytes, { ...options, chunkBytes })).toEqual(whole)
        const draw = choices(seed)
        const under = new StreamUnderTest({ ...options, layouts: new RecordLayouts(root) })
        for (let at = 0; at < bytes.length; ) {
          const size = 1 + draw(30)
          under.push(bytes.subarray(at, at + size))
          if (draw(3) === 0) under.stream.retry()
          at += size
        }
        under.stream.end()
        expect(under.outcomes).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  it('leaves nothing behind that spoils the next input', () => {
    fc.assert(
      fc.property(mixture, (bytes) => {
        const under = new StreamUnderTest({ root }).push(bytes)
        under.stream.end()
        const before = under.outcomes.length
        expect(under.stream.isBetweenRecords).toBe(true)
        expect(under.stream.offset).toBe(bytes.length)
        under.push('{"id":"next"}').stream.end()
        expect(under.outcomes.slice(before)).toEqual([{ offset: bytes.length, record: { id: 'next' } }])
      }),
      { numRuns: 300 },
    )
  })
})

describe('a stream that is read while it grows', () => {
  it('says where reading may start again', () => {
    const under = new StreamUnderTest({ root })
    under.push('{"id":1}\n{"id":2')
    expect(under.stream.isBetweenRecords).toBe(true)
    expect(under.stream.offset).toBe(9)
    under.push('}\n[{"id":3}')
    expect(under.stream.isBetweenRecords).toBe(false)
    under.push(']')
    expect(under.stream.isBetweenRecords).toBe(true)
    expect(brief(under.outcomes)).toEqual([1, 2, 3])
  })

  it('gives a record as soon as it is complete, without waiting for a newline', () => {
    expect(brief(new StreamUnderTest({ root }).push('{"id":1}').outcomes)).toEqual([1])
  })

  it('reads a large record again only when it has doubled, or when it is told that there is no more for now', () => {
    const under = new StreamUnderTest({ root })
    under.push(`{"at":"${'x'.repeat(200_000)}`, 1000)
    expect(under.readings).toBeLessThan(75)
    under.push('","id":1}\n{"id":2}\n')
    expect(under.outcomes).toEqual([])
    under.stream.retry()
    expect(brief(under.outcomes)).toEqual([1, 2])
    under.push('{"id":3}\n'.repeat(20_000), 200_000)
    expect(under.outcomes).toHaveLength(2 + 20_000)
  })
})
