import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, Shape } from '../../../src/connectors/connector.ts'
import { JsonReader, type ReadStatus } from '../../../src/connectors/reading/json-reader.ts'
import { compileShapes } from '../../../src/connectors/reading/shape-node.ts'
import { bare, cleanText, spell, type Tree, trees } from '../../support/json-text.ts'
import { project, Refused } from '../../support/projection.ts'

const shape: Shape = {
  id: true,
  Name: true,
  tags: true,
  'a/b': true,
  größe: true,
  '@_1': true,
  user: { id: true, Roles: { name: true, deep: { x: true } }, claims: true },
}
const reader = new JsonReader(compileShapes([shape], { wrappers: [], arrays: [] }))

interface Read {
  readonly status: ReadStatus
  readonly reason?: string
  readonly value?: JsonObject
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function read(record: string | Uint8Array): Read {
  const bytes = typeof record === 'string' ? encode(record) : record
  // Bytes before and behind belong to other records: they must not be looked at.
  const around = new Uint8Array(bytes.length + 16).fill(0x39)
  around.set(bytes, 8)
  const status = reader.read(around, 8, 8 + bytes.length)
  if (status === 'failed') return { status, reason: reader.reason }
  if (status === 'record') expect(reader.position).toBe(8 + bytes.length)
  return status === 'record' ? { status, value: reader.value } : { status }
}

const readKeys = ['id', 'Name', 'tags', 'a/b', 'größe', 'user', 'Roles', 'claims', 'deep', 'x', 'name']
const keys = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...readKeys) },
  { weight: 4, arbitrary: fc.constantFrom('ID', 'NAME', 'Tags', 'USER', 'roles', 'DEEP', 'A/B', 'GRößE') },
  { weight: 3, arbitrary: fc.constantFrom('other', '', 'idd', 'i', '\u212aey', 'constructor', 'größf') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }) },
)
const cleanLeaf: fc.Arbitrary<Tree> = fc.oneof(
  bare.map((text): Tree => ({ kind: 'bare', text })),
  cleanText.map((text): Tree => ({ kind: 'text', text })),
)
const refusedLeaf: fc.Arbitrary<Tree> = fc.constantFrom<Tree>(
  { kind: 'bare', text: '1e999' },
  { kind: 'bare', text: '-1E+400' },
  { kind: 'text', text: 'a\0b' },
  { kind: 'text', text: '\ud800' },
  { kind: 'text', text: 'x\udc00y' },
)

function records(leaf: fc.Arbitrary<Tree>, key: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
  const members = fc.array(fc.tuple(key, trees(key, leaf)), { maxLength: 6 })
  return members.map((list): Tree => ({ kind: 'object', members: list }))
}
const anyRecord = records(
  fc.oneof({ weight: 12, arbitrary: cleanLeaf }, { weight: 1, arbitrary: refusedLeaf }),
  fc.oneof(
    { weight: 30, arbitrary: keys },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', '__PROTO__') },
  ),
)

function expectedOf(tree: Tree): Read {
  try {
    return { status: 'record', value: project(tree, shape) }
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused
    return { status: 'failed', reason: refused.reason }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('reading a record through a shape', () => {
  it('gives what JSON.parse and a plain projection give, in every spelling, or refuses for the same reason', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), (tree, seed) => {
        const text = spell(tree, seed)
        expect(isJson(text)).toBe(true)
        expect(read(text)).toEqual(expectedOf(tree))
      }),
      { numRuns: 1500 },
    )
  })

  it('accepts what JSON.parse accepts and nothing else', () => {
    const edit = fc.record({
      at: fc.nat(),
      cut: fc.integer({ min: 0, max: 2 }),
      text: fc.oneof(
        fc.constantFrom(
          '"',
          '\\',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '0',
          '-',
          '.',
          'e',
          '+',
          'u',
          ' ',
          '\n',
          't',
          '\v',
          '\u00a0',
          '\\u12',
        ),
        fc.string({ maxLength: 2 }),
      ),
    })
    fc.assert(
      fc.property(
        records(cleanLeaf, keys),
        fc.nat(),
        fc.array(edit, { minLength: 1, maxLength: 2 }),
        (tree, seed, edits) => {
          let text = spell(tree, seed)
          for (const { at, cut, text: put } of edits) {
            const from = 1 + (at % text.length)
            text = text.slice(0, from) + put + text.slice(from + cut)
          }
          const bytes = encode(text)
          const status = reader.read(bytes, 0, bytes.length)
          if (status === 'record') {
            expect(isJson(new TextDecoder().decode(bytes.subarray(0, reader.position)))).toBe(true)
            if (!isJson(text)) expect(reader.position).toBeLessThan(bytes.length)
          } else if (
            status === 'incomplete' ||
            reader.reason === 'malformed_json' ||
            reader.reason === 'truncated'
          )
            expect(isJson(text)).toBe(false)
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('finds every truncation of a record incomplete', () => {
    const clean = records(cleanLeaf, keys).filter((tree) => expectedOf(tree).status === 'record')
    fc.assert(
      fc.property(clean, fc.nat(), (tree, seed) => {
        const bytes = encode(spell(tree, seed))
        for (let end = 1; end < bytes.length; end++)
          expect(read(bytes.subarray(0, end))).toStrictEqual({ status: 'incomplete' })
      }),
      { numRuns: 40 },
    )
  })

  it('never throws, whatever the bytes', () => {
    const jsonBytes = fc.constantFrom(...encode('{}[]":,\\u0019e-+.truefalsn \n\t\0'), 0x80, 0xc3, 0xff)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.array(jsonBytes).map((bytes) => Uint8Array.from(bytes)),
        ),
        (bytes) => {
          const record = new Uint8Array(bytes.length + 1)
          record.set(bytes, 1)
          record[0] = 0x7b
          const status = reader.read(record, 0, record.length)
          if (status !== 'record') expect(status === 'failed' ? reader.message : '-').not.toBe('')
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('keys', () => {
  it('match in any letter case, and the spelling of the shape wins', () => {
    expect(read('{"ID":1,"NAME":2,"uSeR":{"ROLES":[{"NAME":3}]}}').value).toEqual({
      id: 1,
      Name: 2,
      user: { Roles: [{ name: 3 }] },
    })
    expect(read('{"Id":1,"id":2,"iD":3}').value).toEqual({ id: 2 })
    expect(read('{"Id":1,"iD":3}').value).toEqual({ id: 1 })
  })

  it('match in other letters only, not in characters that lie as far apart as letters do', () => {
    expect(read('{"@_1":1}').value).toEqual({ '@_1': 1 })
    for (const key of ['`_1', '@\u007f1', '@_\\u0011', 'a\\u000fb'])
      expect(read(`{"${key}":1}`).value).toEqual({})
  })

  it('match when they are escaped', () => {
    expect(read('{"\\u0069d":1,"a\\/b":2,"gr\\u00f6\\u00DFe":3}').value).toEqual({
      id: 1,
      'a/b': 2,
      größe: 3,
    })
  })

  it.each([
    ['{"id":1,"id":1}'],
    ['{"id":1,"\\u0069d":2}'],
    ['{"user":{"id":1,"other":2,"id":3}}'],
    ['{"tags":{"k":1,"k":1}}'],
    ['{"tags":[{"k":1,"\\u006b":1}]}'],
    ['{"user":"{\\"id\\":1,\\"id\\":2}"}'],
  ])('that are read and come twice are refused: %s', (text) => {
    expect(read(text)).toEqual({ status: 'failed', reason: 'invalid_field' })
  })

  it('that are not read may come twice', () => {
    expect(read('{"other":1,"other":2,"id":3}').value).toEqual({ id: 3 })
  })

  it.each([
    ['{"__proto__":{"id":1}}'],
    ['{"\\u005f_proto__":1}'],
    ['{"user":{"__proto__":{}}}'],
    ['{"tags":{"__proto__":{"x":1}}}'],
    ['{"user":"{\\"__proto__\\":1}"}'],
  ])('called __proto__ are refused where objects are read: %s', (text) => {
    expect(read(text)).toEqual({ status: 'failed', reason: 'invalid_field' })
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })
})

describe('values', () => {
  it.each([
    ['{"id":1e999}', 'invalid_field'],
    ['{"tags":[1,{"a":-1e999}]}', 'invalid_field'],
    ['{"user":1e999}', 'invalid_field'],
    ['{"id":"\\u0000"}', 'invalid_text'],
    ['{"tags":["\\ud800"]}', 'invalid_text'],
    ['{"tags":{"\\u0000":1}}', 'invalid_text'],
    ['{"user":{"Roles":[{"name":"\\udc00"}]}}', 'invalid_text'],
    ['{"user":"{\\"id\\":\\"\\\\u0000\\"}"}', 'invalid_text'],
    ['{"user":"{\\"id\\":1e999}"}', 'invalid_field'],
  ])('are refused where they are read: %s is %s', (text, reason) => {
    expect(read(text)).toEqual({ status: 'failed', reason })
  })

  it('are not looked at where they are not read, as long as they are JSON', () => {
    expect(read('{"other":[1e999,"\\u0000\\ud800",{"__proto__":1}],"id":1}').value).toEqual({ id: 1 })
    expect(read('{"other":01,"id":1}')).toEqual({ status: 'failed', reason: 'malformed_json' })
  })

  it('of any type are given as they are where an object is expected', () => {
    for (const value of [1, 'text', null, true, [1, 'a', null], '{broken', '[1'])
      expect(read(JSON.stringify({ user: value })).value).toEqual({ user: value })
  })

  it('that are JSON in a text are read like the JSON itself, but not where more follows', () => {
    expect(read(JSON.stringify({ user: ' {"id":1,"x":2} ' })).value).toEqual({ user: { id: 1 } })
    expect(read(JSON.stringify({ user: '[{"id":1},"{}"]' })).value).toEqual({ user: [{ id: 1 }, {}] })
    for (const text of ['{"id":1}x', '{"id":1},"v":{"id":2}', '{"id":1}{"id":2}', '{"id":1'])
      expect(read(JSON.stringify({ user: text })).value).toEqual({ user: text })
  })
})

describe('characters in strings', () => {
  const ascii = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte))

  it.each([
    ['as they are', (character: string) => `"${character}"`],
    ['behind a backslash', (character: string) => `"\\${character}"`],
    ['in a hexadecimal escape', (character: string) => `"\\u00${character}1"`],
    ['in a capital one', (character: string) => `"\\uABC${character}"`],
  ])('are accepted where JSON.parse accepts them: %s', (_, spelled) => {
    for (const character of ascii) {
      for (const key of ['id', 'other']) {
        const text = `{"${key}":${spelled(character)},"Name":1}`
        // A quote ends the string, and what is left of it is no JSON either way.
        expect([text, read(text).status]).toEqual([text, isJson(text) ? 'record' : 'failed'])
      }
    }
  })
})

describe('bytes that are not UTF-8', () => {
  const broken = [
    [0xff],
    [0x80],
    [0xc3],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
  ]

  it.each(broken)('are refused in values that are read and that are not, and in keys: %s', (...bytes) => {
    for (const [before, behind] of [
      ['{"id":"', '"}'],
      ['{"other":"', '"}'],
      ['{"id":"\\n', '"}'],
      ['{"tags":["', '"]}'],
      ['{"', '":1}'],
      ['{"other":"', '","id":"plain"}'],
    ] as const) {
      const record = Uint8Array.from([...encode(before), ...bytes, ...encode(behind)])
      expect(read(record)).toEqual({ status: 'failed', reason: 'invalid_text' })
    }
  })
})

describe('depth', () => {
  const nested = (levels: number, open: string, close: string): string =>
    open.repeat(levels - 1) + close.repeat(levels - 1)

  it.each([
    ['passed over', (levels: number) => `{"other":${nested(levels, '[', ']')}}`],
    ['taken whole', (levels: number) => `{"tags":${nested(levels, '[', ']')}}`],
    [
      'taken whole as objects',
      (levels: number) => `{"tags":${'{"a":'.repeat(levels - 1)}1${'}'.repeat(levels - 1)}}`,
    ],
    ['of a shape', (levels: number) => `{"user":${nested(levels, '[', ']')}}`],
  ])('is read up to 64 levels: %s', (_, text) => {
    expect(read(text(64)).status).toBe('record')
    expect(read(text(65))).toEqual({ status: 'failed', reason: 'too_deep' })
    expect(read(text(200_000))).toEqual({ status: 'failed', reason: 'too_deep' })
  })
})

describe('an array of records', () => {
  const enveloped = new JsonReader(
    compileShapes([{ id: true }], { wrappers: ['detail'], arrays: ['records'] }),
  )
  const statusOf = (text: string): ReadStatus => enveloped.read(encode(text), 0, text.length)

  it('is found at its bracket, in any letter case, whatever stands before it', () => {
    const text = '{"id":"1","x":[{"records":[]}],"Records" : [{"id":2}]}'
    expect(statusOf(text)).toBe('envelope')
    expect(text.slice(enveloped.position)).toBe('[{"id":2}]}')
  })

  it('is only an array, and only at the root', () => {
    expect(statusOf('{"records":{"id":1}}')).toBe('record')
    expect(statusOf('{"detail":{"records":[1]}}')).toBe('record')
    expect(enveloped.value).toEqual({ detail: {} })
  })

  it('lets a wrapped record be read as a record is', () => {
    expect(statusOf('{"detail":{"id":7,"detail":"{\\"id\\":8}"}}')).toBe('record')
    expect(enveloped.value).toEqual({ detail: { id: 7, detail: { id: 8 } } })
  })
})

describe('shapes', () => {
  it('of several connectors are read as one; whole wins over parts', () => {
    const both = new JsonReader(
      compileShapes([{ a: { x: true } }, { a: { y: true }, b: true }, { b: { z: true } }], {
        wrappers: [],
        arrays: [],
      }),
    )
    const text = '{"a":{"x":1,"y":2,"z":3},"b":{"q":4}}'
    expect(both.read(encode(text), 0, text.length)).toBe('record')
    expect(both.value).toEqual({ a: { x: 1, y: 2 }, b: { q: 4 } })
  })

  it('that spell one key in two ways are refused', () => {
    expect(() => compileShapes([{ userId: true }, { userID: true }], { wrappers: [], arrays: [] })).toThrow(
      'userId and userID',
    )
  })
})
