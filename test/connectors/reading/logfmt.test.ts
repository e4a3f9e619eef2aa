import { expect, it } from 'vitest'
import type { JsonObject } from '../../../src/connectors/connector.ts'
import { JsonReader } from '../../../src/connectors/reading/json-reader.ts'
import { RecordStream } from '../../../src/connectors/reading/record-stream.ts'
import { compileShapes } from '../../../src/connectors/reading/shape-node.ts'

const root = compileShapes([{ id: true, msg: true }], { wrappers: [], arrays: ['records'] })

type Found = readonly [offset: number, found: JsonObject | string]

function read(bytes: Uint8Array, chunkBytes = 65_536, maxRecordBytes = 4096): readonly Found[] {
  const found: Found[] = []
  const sink = {
    record: (record: JsonObject, offset: number) => found.push([offset, { ...record }]),
    rejection: ({ reason }: { reason: string }, offset: number) => found.push([offset, reason]),
  }
  const stream = new RecordStream(new JsonReader(root), undefined, sink, maxRecordBytes)
  for (let at = 0; at < bytes.length; at += chunkBytes) stream.push(bytes.subarray(at, at + chunkBytes))
  stream.end()
  return found
}

const both = (text: string): readonly Found[] => {
  const bytes = Buffer.from(text)
  const whole = read(bytes)
  for (const size of [1, 2, 7, 64, 65]) expect(read(bytes, size), `${size} bytes at a time`).toEqual(whole)
  return whole
}

it('reads of a line only the keys of the shape, at the offset of the line', () => {
  expect(both('other=1 id=a msg="two words"\nid=b\n')).toEqual([
    [0, { id: 'a', msg: 'two words' }],
    [29, { id: 'b' }],
  ])
})

it('reads lines and JSON in any mixture, with and without a return or a last newline', () => {
  expect(both('{"id":1}\r\nid=2\r\n[{"id":3}]\nid=4')).toEqual([
    [0, { id: 1 }],
    [10, { id: '2' }],
    [17, { id: 3 }],
    [27, { id: '4' }],
  ])
})

it('takes off the escapes of quoted values', () => {
  expect(both(String.raw`msg="a \"b\" \\ \t\u00e9 = c" id=é`)).toEqual([
    [0, { msg: 'a "b" \\ \té = c', id: 'é' }],
  ])
})

it('takes the first value of a key that comes twice, and keys in any letter case', () => {
  expect(both('ID=1 id=2')).toEqual([[0, { id: '1' }]])
})

it.each([
  ['a word without a value', 'id=1 word', 'malformed_json'],
  ['a value with a quote in it', 'id=a"b"', 'malformed_json'],
  ['something behind a quoted value', 'id="a"b', 'malformed_json'],
  ['a quoted value that does not end', 'id=1 msg="a b', 'truncated'],
  ['the key that attacks', 'id=1 __proto__=2', 'invalid_field'],
  ['a line that is too long', `id=1 msg=${'x'.repeat(5000)}`, 'too_large'],
  ['prose', 'nothing of the kind = 1', 'malformed_json'],
  ['a key that is too long', `${'k'.repeat(70)}=1`, 'malformed_json'],
])('rejects %s once, and reads the next line', (_, line, reason) => {
  expect(both(`${line}\nid=2\n`)).toEqual([
    [0, reason],
    [line.length + 1, { id: '2' }],
  ])
})

it('rejects bytes that are no UTF-8, where they would be read', () => {
  const bytes = Buffer.concat([Buffer.from('id='), Buffer.from([0xff]), Buffer.from('\nid=2')])
  expect(read(bytes)).toEqual([
    [0, 'invalid_text'],
    [5, { id: '2' }],
  ])
})

it('takes no pairs inside an array for a record', () => {
  expect(both('[{"id":1},id=2,{"id":3}]')).toEqual([
    [0 + 1, { id: 1 }],
    [10, 'malformed_json'],
    [15, { id: 3 }],
  ])
})
