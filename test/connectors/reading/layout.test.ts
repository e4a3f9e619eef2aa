import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/connectors/connector.ts'
import { JsonReader } from '../../../src/connectors/reading/json-reader.ts'
import { RecordLayouts } from '../../../src/connectors/reading/record-layouts.ts'
import { RecordStream } from '../../../src/connectors/reading/record-stream.ts'
import { compileShapes } from '../../../src/connectors/reading/shape-node.ts'
import { StreamUnderTest, streamOutcomes } from '../../support/stream-outcomes.ts'

const root = compileShapes([{ id: true, user: { name: true } }], { wrappers: [], arrays: ['records'] })

const kind = (id: string, name: string): string =>
  `{"kind":1,"id":"${id}","user":{"name":"${name}"},"other":${id.length}}`

/** Records from which a layout of `kind` is learned. */
const lessons = ['a', 'bc', 'd', 'ef'].map((id) => kind(id, `n${id}`))

function encoded(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

describe('a text in a slot', () => {
  it('is read as the strict reader reads it, whichever byte stands wherever in it', () => {
    const filler = 'abcdefghijk'
    for (let length = 1; length <= filler.length; length++) {
      for (let place = 0; place < length; place++) {
        const before = encoded(lessons)
        const record = encoded([kind(filler.slice(0, length), 'x')])
        const damaged = before.length + '{"kind":1,"id":"'.length + place
        const bytes = new Uint8Array(before.length + record.length * 2)
        bytes.set(before)
        bytes.set(record, before.length)
        bytes.set(record, before.length + record.length)
        // Every byte in some places; those that mean something to JSON in all.
        const values =
          place < 5 && length === 8 ? Array.from({ length: 256 }, (_, i) => i) : [0, 31, 34, 92, 128]
        for (const value of values) {
          bytes[damaged] = value
          const learned = streamOutcomes(bytes, { root, layouts: new RecordLayouts(root) })
          expect(learned, `byte ${value} at ${place} of ${length}`).toEqual(streamOutcomes(bytes, { root }))
        }
      }
    }
  })
})

describe('a record that the bytes at hand cut off', () => {
  it('is left until it is complete, wherever it was cut, and not read strictly', () => {
    const last = kind('last one', 'of all')
    for (let cut = 8; cut < last.length; cut++) {
      const under = new StreamUnderTest({ root, layouts: new RecordLayouts(root) })
      under.push(encoded([...lessons, ...lessons]))
      const { readings } = under
      under.push(last.slice(0, cut))
      // Only where a number begins or goes on the layout does not know.
      const isAtNumber = /"other":8?$/.test(last.slice(0, cut))
      expect(under.readings - readings, last.slice(0, cut)).toBe(isAtNumber ? 1 : 0)
      under.push(`${last.slice(cut)}\n`)
      expect(under.outcomes.at(-1)).toMatchObject({ record: { id: 'last one', user: { name: 'of all' } } })
    }
  })

  it('is rejected when there is no more', () => {
    const text = `${lessons.join('\n')}\n${kind('last', 'x').slice(0, -4)}`
    const learned = streamOutcomes(text, { root, layouts: new RecordLayouts(root) })
    expect(learned).toEqual(streamOutcomes(text, { root }))
    expect(learned.at(-1)).toMatchObject({ reason: 'truncated' })
  })

  it('is rejected as too large before it is complete', () => {
    const options = { root, maxRecordBytes: 70 }
    const text = `${lessons.join('\n')}\n${kind('x'.repeat(100), 'y')}\n${kind('last', 'z')}`
    const learned = streamOutcomes(text, { ...options, chunkBytes: 90, layouts: new RecordLayouts(root) })
    expect(learned).toEqual(streamOutcomes(text, { ...options, chunkBytes: 90 }))
    expect(learned.at(-2)).toMatchObject({ reason: 'too_large' })
  })
})

describe('the record of a layout', () => {
  it('holds no texts of former windows', () => {
    const records: JsonObject[] = []
    const sink = { record: (record: JsonObject) => records.push(record), rejection: () => undefined }
    const stream = new RecordStream(new JsonReader(root), new RecordLayouts(root), sink)
    stream.push(encoded([...lessons, kind('seen', 'once')]))
    const record = records.at(-1)
    expect(record).toEqual({ id: 'seen', user: { name: 'once' } })
    stream.push(encoded(['{}']))
    expect(record).toEqual({ id: null, user: { name: null } })
  })
})
