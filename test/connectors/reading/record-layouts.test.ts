import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../src/connectors/connector.ts'
import { RecordLayouts } from '../../../src/connectors/reading/record-layouts.ts'
import { compileShapes } from '../../../src/connectors/reading/shape-node.ts'
import { bare, choices, cleanText, spell, type Tree, trees } from '../../support/json-text.ts'
import { StreamUnderTest, streamOutcomes } from '../../support/stream-outcomes.ts'

const shape: Shape = {
  id: true,
  Name: true,
  tags: true,
  user: { id: true, roles: { name: true }, claims: true },
}
const root = compileShapes([shape], { wrappers: ['detail', 'message'], arrays: ['records'] })

const keys = fc.constantFrom(
  'id',
  'Name',
  'tags',
  'user',
  'roles',
  'name',
  'claims',
  'detail',
  'message',
  'ID',
  'TAGS',
  'other',
  'größe',
  '0',
  '10',
  '"',
)
const leaf: fc.Arbitrary<Tree> = fc.oneof(
  bare.map((text): Tree => ({ kind: 'bare', text })),
  cleanText.map((text): Tree => ({ kind: 'text', text })),
)
const record = fc
  .array(fc.tuple(keys, trees(keys, leaf)), { minLength: 1, maxLength: 7 })
  .map((members): Tree => ({ kind: 'object', members }))

/** What a scalar may be instead: other values of its type, of other types, and what a reader may trip over. */
const spellings = [
  '""',
  '"a"',
  '"abcdefghijklmnop"',
  '"2026-03-01T10:00:00Z"',
  '"é"',
  '"\\n"',
  '"\\u0041"',
  '"\\\\"',
  '"\\""',
  '"{}"',
  '" {}"',
  '"[1]"',
  '"\\u007b}"',
  '"\\t{}"',
  '"\u00a0{}"',
  '"{\\"id\\":1}"',
  '"}"',
  '"},{"',
  '"\\ud83d\\ude00"',
  '"\u007f"',
  '"//"',
  '0',
  '-0',
  '7',
  '12',
  '123456789012345',
  '1234567890123456',
  '9007199254740993',
  '12345678901234567',
  '99999999999999999999',
  '100000000000000000000000',
  '1.5',
  '1.0',
  '1e3',
  '1E+3',
  '-1',
  'true',
  'false',
  'null',
  '{}',
  '[]',
  '[1]',
] as const
const hostileSpellings = [
  '01',
  '-',
  '1.',
  '.5',
  '1e',
  '+1',
  '1e999',
  '9'.repeat(400),
  '-1e999',
  'NaN',
  'Infinity',
  'True',
  'tru',
  'nulll',
  '',
  '"',
  '"a',
  'a"',
  '"\u0001"',
  '"\t"',
  '"\n"',
  '"\\x"',
  '"\\u00"',
  '"\\u0000"',
  '"\\ud800"',
  '1,"id":2',
  '1}',
  '[',
  '{',
  '"a","other":"b"',
  '1 2',
  '"a" "b"',
  '\ufeff',
  '{"__proto__":1}',
] as const

type Draw = (below: number) => number

/** Writes the tree with its scalars drawn anew: the texts of one writer have the same structure. */
function writer(tree: Tree, seed: number): (draw: Draw, pool: readonly string[]) => string {
  const own = scalarsOf(tree).map((scalar) => spell(scalar, 1))
  const parts = spell(markScalars(tree), seed)
    .replaceAll(/[\r\n]/g, ' ')
    .split(/"#(\d+)#"/)
  return (draw, pool) =>
    parts
      .map((part, i) => {
        if (i % 2 === 0) return part
        return (draw(100) < 30 ? pool[draw(pool.length)] : own[Number(part)]) ?? ''
      })
      .join('')
}

function scalarsOf(tree: Tree): readonly Tree[] {
  if (tree.kind === 'object') return tree.members.flatMap(([, value]) => scalarsOf(value))
  if (tree.kind === 'array') return tree.elements.flatMap(scalarsOf)
  return [tree]
}

function markScalars(tree: Tree): Tree {
  let count = 0
  const mark = (node: Tree): Tree => {
    if (node.kind === 'object')
      return { kind: 'object', members: node.members.map(([key, value]) => [key, mark(value)]) }
    if (node.kind === 'array') return { kind: 'array', elements: node.elements.map(mark) }
    return { kind: 'bare', text: `"#${count++}#"` }
  }
  return mark(tree)
}

const families = fc.array(fc.tuple(record, fc.nat()), { minLength: 1, maxLength: 3 })

function stream(
  kinds: readonly (readonly [tree: Tree, seed: number])[],
  seed: number,
  pool: readonly string[],
  separator: string,
): string {
  const draw = choices(seed)
  const writers = kinds.map(([tree, spelling]) => writer(tree, spelling))
  const texts = Array.from({ length: 40 }, () => writers[draw(writers.length)]?.(draw, pool) ?? '')
  return texts.join(separator)
}

function expectSame(text: string | Uint8Array, chunkBytes: number): void {
  const strict = streamOutcomes(text, { root, chunkBytes })
  const learned = streamOutcomes(text, { root, chunkBytes, layouts: new RecordLayouts(root) })
  // Several times faster than the matcher, which then says where they differ.
  if (!isDeepStrictEqual(learned, strict)) expect(learned).toEqual(strict)
}

const separators = fc.constantFrom('\n', '\r\n', '', '\n\n', ' ')
const chunkSizes = fc.constantFrom(65_536, 1000, 331, 67)

describe('a stream with layouts gives exactly what one without gives', () => {
  it('for records of a few kinds whose values vary in every way', () => {
    fc.assert(
      fc.property(families, fc.nat(), separators, chunkSizes, (kinds, seed, separator, chunkBytes) => {
        expectSame(stream(kinds, seed, spellings, separator), chunkBytes)
      }),
      { numRuns: 50 },
    )
  })

  it('for records with values that are no JSON, or break out of their place', () => {
    fc.assert(
      fc.property(families, fc.nat(), separators, chunkSizes, (kinds, seed, separator, chunkBytes) => {
        expectSame(stream(kinds, seed, [...spellings, ...hostileSpellings], separator), chunkBytes)
      }),
      { numRuns: 50 },
    )
  })

  it('for elements of an array', () => {
    fc.assert(
      fc.property(
        families,
        fc.nat(),
        fc.constantFrom(',', ',\n', ' , '),
        chunkSizes,
        (kinds, seed, separator, chunkBytes) => {
          expectSame(`{"records":[${stream(kinds, seed, spellings, separator)}]}\n{"id":1}`, chunkBytes)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('for bytes that were damaged anywhere', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(families, fc.nat(), damage, chunkSizes, (kinds, seed, damages, chunkBytes) => {
        const bytes = new TextEncoder().encode(stream(kinds, seed, spellings.slice(0, 4), '\n'))
        for (const [at, byte] of damages) bytes[at % bytes.length] = byte
        expectSame(bytes, chunkBytes)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a value in a place where records differ', () => {
  const places: readonly (readonly [name: string, record: (value: string) => string])[] = [
    ['taken whole', (value) => `{"id":${value},"Name":"x"}`],
    ['where an object is expected', (value) => `{"id":1,"user":${value}}`],
    ['in a list where objects are expected', (value) => `{"user":{"roles":[${value},{"name":1}]}}`],
    ['in an object that is taken whole', (value) => `{"tags":{"größe":${value},"0":1}}`],
    ['that is not read', (value) => `{"id":"x","other":[${value}]}`],
    ['behind a key in other letters', (value) => `{"ID":"other","id":${value}}`],
    ['before a key in other letters', (value) => `{"id":"own","ID":${value}}`],
    ['with space around it', (value) => `{"id" : ${value} , "Name":2}`],
  ]
  const learnedFrom = [
    ['texts', '"a"', '"b"', '"c"'],
    ['numbers', '1', '2', '30'],
    ['words', 'true', 'null', 'false'],
    ['numbers and texts', '1', '"a"', '2', '"b"'],
  ] as const

  it.each(places)('reads as without layouts, however it is spelled: %s', (_, record) => {
    for (const [name, ...values] of learnedFrom) {
      for (const value of [...spellings, ...hostileSpellings]) {
        const texts = [...values, ...values, value, ...values, ...Array(4).fill(value), ...values].map(record)
        const text = texts.map((line) => line.replaceAll('\n', ' ')).join('\n')
        const learned = streamOutcomes(text, { root, layouts: new RecordLayouts(root) })
        const strict = streamOutcomes(text, { root })
        if (!isDeepStrictEqual(learned, strict)) expect([name, value, learned]).toEqual([name, value, strict])
      }
    }
  })
})

function readingsOf(records: readonly string[]): number {
  const under = new StreamUnderTest({ root, layouts: new RecordLayouts(root) }).push(records.join('\n'))
  under.stream.end()
  expect(under.outcomes).toEqual(streamOutcomes(records.join('\n'), { root }))
  return under.readings
}

const times = (count: number, text: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => text(i))

describe('layouts', () => {
  it('spare the strict reader nearly all records of a kind', () => {
    const one = (i: number): string =>
      `{"id":"r${i}","Name":${i},"user":{"id":"u${i % 9}","claims":{"größe":${i % 2 === 0},"n":[${i}.5,null]}},"other":"${i * 7}"}`
    expect(readingsOf(times(500, one))).toBeLessThan(25)
  })

  it('of several kinds in turn are all used', () => {
    const kinds = [
      (i: number) => `{"id":"${i}","x":${i}}`,
      (i: number) => `{"Name":"${i}","user":{"id":${i}}}`,
    ]
    expect(readingsOf(times(500, (i) => kinds[i % 2]?.(i) ?? ''))).toBeLessThan(30)
  })

  it('leave to the strict reader what they cannot express', () => {
    expect(readingsOf(times(50, (i) => `{"id":"x","user":"{\\"id\\":${i}}"}`))).toBe(50)
    expect(readingsOf(times(50, (i) => `{"\\u0069d":"abcdef${i}"}`))).toBe(50)
    expect(readingsOf(times(50, (i) => `{"id":"größe ${i}"}`))).toBe(50)
  })

  it('are not learned from large records, nor from those of very many values', () => {
    expect(readingsOf(times(50, (i) => `{"id":"${i}","other":"${'x'.repeat(17_000)}"}`))).toBeGreaterThan(49)
    expect(readingsOf(times(50, (i) => `{"id":"${i}","other":[${'1,'.repeat(600)}1]}`))).toBe(50)
  })

  it('that never repeat stop being learned, and old ones go on', () => {
    const random = times(6000, (i) => `{"id":"x","k${i}":1}`)
    const known = times(100, (i) => `{"Name":"${i}","other":1}`)
    expect(readingsOf([...known, ...random, ...known])).toBeLessThan(6000 + 20)
  })

  it('are learned for a price that matches have to earn', () => {
    const random = times(300, (i) => `{"id":"x","k${i}":1}`)
    const known = (count: number): string[] => times(count, (i) => `{"Name":"${i}","other":1}`)
    // Some 256 are learned on credit.
    expect(readingsOf([...random, ...known(100)])).toBe(400)
    expect(readingsOf([...known(20), ...random, ...known(100)])).toBeLessThan(320)
  })

  it('do not keep a record that is larger than records may be', () => {
    const records = [...times(30, (i) => `{"id":"${i}"}`), `{"id":"${'1'.repeat(200)}"}`, '{"id":"last"}']
    const options = { root, maxRecordBytes: 100 }
    const outcomes = streamOutcomes(records.join('\n'), { ...options, layouts: new RecordLayouts(root) })
    expect(outcomes).toEqual(streamOutcomes(records.join('\n'), options))
    expect(outcomes.at(-2)).toMatchObject({ reason: 'too_large' })
    expect(outcomes.at(-1)).toMatchObject({ record: { id: 'last' } })
  })

  it('are shared by streams that take turns', () => {
    const layouts = new RecordLayouts(root)
    const streams = [new StreamUnderTest({ root, layouts }), new StreamUnderTest({ root, layouts })]
    for (let i = 0; i < 60; i++) {
      for (const [k, under] of streams.entries()) under.push(`{"id":"${k}-${i}","Name":${k}}\n`)
    }
    for (const [k, under] of streams.entries())
      expect(under.outcomes.map((outcome) => 'record' in outcome && outcome.record)).toEqual(
        times(60, String).map((i) => ({ id: `${k}-${i}`, Name: k })),
      )
  })
})
