import { describe, expect, it } from 'vitest'
import { compileShapes } from '../../../src/connectors/reading/shape-node.ts'
import { type StreamOutcome, StreamUnderTest, streamOutcomes } from '../../support/stream-outcomes.ts'

const root = compileShapes([{ id: true, at: { x: true }, tags: true }], { wrappers: [], arrays: ['records'] })

const maxRecordBytes = 1000

function read(bytes: Uint8Array, chunkBytes?: number): readonly unknown[] {
  const options = { root, maxRecordBytes, ...(chunkBytes ? { chunkBytes } : {}) }
  return brief(streamOutcomes(bytes, options))
}

function brief(outcomes: readonly StreamOutcome[]): readonly unknown[] {
  return outcomes.map((outcome) => ('record' in outcome ? outcome.record['id'] : outcome.reason))
}

type Bad = readonly [name: string, text: string | Uint8Array, reason: string]

/** Their brackets and quotes are balanced, so that their end can be found wherever they stand. */
const balanced: readonly Bad[] = [
  ['a comma before a closing brace', '{"id":9,}', 'malformed_json'],
  ['a key without quotes', '{id:9}', 'malformed_json'],
  ['a word that is no JSON', '{"id":NaN}', 'malformed_json'],
  ['a number with a leading zero', '{"id":09}', 'malformed_json'],
  ['a missing colon', '{"id" 9}', 'malformed_json'],
  ['a missing comma', '{"id":9 "x":[{"id":8}]}', 'malformed_json'],
  ['a closing bracket of the wrong kind', '{"at":{"x":[1}},"id":9}', 'malformed_json'],
  ['an unknown escape', '{"id":"\\x41"}', 'malformed_json'],
  ['a raw NUL', '{"id":"a\0b"}', 'malformed_json'],
  ['a raw control character', '{"id":"a\u001bb"}', 'malformed_json'],
  ['a tab in a string', '{"other":"a\tb"}', 'malformed_json'],
  ['an escaped NUL', '{"id":"a\\u0000b"}', 'invalid_text'],
  ['half a surrogate pair', '{"id":"a\\ud83db"}', 'invalid_text'],
  ['the other half of a surrogate pair', '{"at":{"x":"\\ude00"}}', 'invalid_text'],
  ['half a surrogate pair in a list', '{"tags":["\\udfff"]}', 'invalid_text'],
  ['the key __proto__', '{"__proto__":{"id":9}}', 'invalid_field'],
  ['the key __proto__ further in', '{"at":{"__proto__":{"x":9}}}', 'invalid_field'],
  ['a key that comes twice', '{"id":9,"id":9}', 'invalid_field'],
  ['a number beyond all doubles', '{"id":1e999}', 'invalid_field'],
  ['a text that is not UTF-8', Buffer.from('{"id":"caf\xe9"}', 'latin1'), 'invalid_text'],
  ['a key that is not UTF-8', Buffer.from('{"caf\xe9":1}', 'latin1'), 'invalid_text'],
  ['an overlong form of UTF-8', Buffer.from('{"other":"\xc0\xaf"}', 'latin1'), 'invalid_text'],
  ['a depth bomb of objects', `${'{"at":'.repeat(99)}1${'}'.repeat(99)}`, 'too_deep'],
  ['a depth bomb of arrays', `{"other":${'['.repeat(400)}${']'.repeat(400)}}`, 'too_deep'],
  ['a record that is too large', `{"id":"${'x'.repeat(3000)}"}`, 'too_large'],
  ['a record that is just too large', `{"id":"${'x'.repeat(992)}"}`, 'too_large'],
  ['a large record that is broken at its end', `{"other":"${'x'.repeat(3000)}",}`, 'too_large'],
]

const notObjects: readonly Bad[] = [
  ['a number', '17', 'malformed_json'],
  ['a text', '"text"', 'malformed_json'],
  ['a text that looks like more', '"a,b]} {\\"id\\":9}, \\\\"', 'malformed_json'],
  ['null', 'null', 'malformed_json'],
  ['a word', 'junk and more junk', 'malformed_json'],
  ['a stray brace', '}', 'malformed_json'],
]

/** They never end: only a new line can show where the next record begins. */
const cutOff: readonly Bad[] = [
  ['in a string', '{"id":9,"at":{"x":"cu', 'truncated'],
  ['in an escape', '{"id":"cu\\', 'truncated'],
  ['in a key', '{"i', 'truncated'],
  ['after a key', '{"id"', 'truncated'],
  ['before a value', '{"at":', 'truncated'],
  ['in a number', '{"id":12', 'truncated'],
  ['in a word', '{"id":tr', 'truncated'],
  ['in arrays', '{"at":[[{"x":[1,', 'truncated'],
]

const join = (...parts: readonly (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part)))

type Framing = readonly [name: string, frame: (bad: string | Uint8Array) => Uint8Array]

const byLine: readonly Framing[] = [
  ['JSON lines', (bad) => join('{"id":1}\n', bad, '\n{"id":2}\n{"id":3}\n')],
  ['JSON lines with CRLF', (bad) => join('{"id":1}\r\n', bad, '\r\n{"id":2}\r\n{"id":3}\r\n')],
]
const inArray: readonly Framing[] = [
  ['an array on one line', (bad) => join('[{"id":1},', bad, ',{"id":2}]\n{"id":3}\n')],
  ['an array of arrays', (bad) => join('[[{"id":1},', bad, ',{"id":2}],[{"id":3}]]')],
  ['an array with a record a line', (bad) => join('[\n{"id":1},\n', bad, ',\n{"id":2},\n{"id":3}\n]\n')],
  ['an envelope', (bad) => join('{"a":1,"records":[{"id":1} , ', bad, ' , {"id":2}],"z":{}}\n{"id":3}')],
  [
    'a pretty-printed envelope',
    (bad) =>
      join(
        '{\n  "records": [\n    {\n      "id": 1\n    },\n    ',
        bad,
        ',\n    {\n      "id": 2\n    },\n    {"id": 3}\n  ]\n}\n',
      ),
  ],
]
const last: readonly Framing[] = [
  ['an array that it ends', (bad) => join('[{"id":1},', bad, ']\n[{"id":2}]\n{"id":3}')],
]

function cases(bads: readonly Bad[], framings: readonly Framing[]): [string, Uint8Array, string][] {
  return bads.flatMap(([name, bad, reason]) =>
    framings.map(([framing, frame]): [string, Uint8Array, string] => [
      `${name} in ${framing}`,
      frame(bad),
      reason,
    ]),
  )
}

function expectOneRejection(bytes: Uint8Array, reason: string): void {
  for (const chunkBytes of [65_536, 1, 7]) expect(read(bytes, chunkBytes)).toEqual([1, reason, 2, 3])
}

describe('one bad record costs one record, with its reason', () => {
  it.each(cases(balanced, [...byLine, ...inArray, ...last]))('%s', (_, bytes, reason) => {
    expectOneRejection(bytes, reason)
  })
})

describe('what is no object costs itself', () => {
  it.each(cases(notObjects, byLine))('%s', (_, bytes, reason) => {
    expectOneRejection(bytes, reason)
  })

  const elements = notObjects.filter(([, text]) => text !== '}')
  it.each(cases(elements, [...inArray, ...last]))('%s', (_, bytes, reason) => {
    expectOneRejection(bytes, reason)
  })
})

describe('a record that is cut off costs itself', () => {
  it.each(cases(cutOff, byLine))('%s', (_, bytes, reason) => {
    expectOneRejection(bytes, reason)
  })

  it.each(cutOff)('at the end of the input %s', (_, bad, reason) => {
    expect(read(join('{"id":1}\n{"id":2}\n{"id":3}\n', bad))).toEqual([1, 2, 3, reason])
    expect(read(join('[{"id":1},{"id":2},\n{"id":3},\n', bad))).toEqual([1, 2, 3, reason])
    expect(read(join('{"records":[{"id":1},{"id":2},{"id":3},', bad))).toEqual([1, 2, 3, reason])
  })

  const newLines: readonly Framing[] = [
    ['an array with a record a line', (bad) => join('[\n{"id":1},\n', bad, '\n{"id":2},\n{"id":3}\n]\n')],
    ['an indented array', (bad) => join('[\n  {"id":1},\n  ', bad, '\n  {"id":2},\n  {"id":3}\n]\n')],
    [
      'an envelope before another',
      (bad) => join('{"records":[{"id":1},', bad, '\n{"records":[{"id":2}]}\n{"id":3}\n'),
    ],
    [
      'an indented envelope before another',
      (bad) => join('{"records":[\n  {"id":1},\n  ', bad, '\n{"records":[\n  {"id":2}\n]}\n{"id":3}\n'),
    ],
    [
      'pretty-printed documents',
      (bad) => join('{\n  "id": 1\n}\n{\n  "other": ', bad, '\n{\n  "id": 2\n}\n{\n  "id": 3\n}\n'),
    ],
    ['indented lines', (bad) => join('  {"id":1}\n  ', bad, '\n  {"id":2}\n  {"id":3}\n')],
    ['lines with empty ones between them', (bad) => join('{"id":1}\n\n', bad, '\n\n{"id":2}\n\n{"id":3}\n')],
  ]
  const isInString = (name: string): boolean => /^in a string|^in an escape|^in a key/.test(name)
  it.each(cases([...cutOff, ['after a bracket', '{', 'truncated']], [...byLine, ...newLines]))(
    '%s',
    (name, bytes) => {
      for (const chunkBytes of [65_536, 1, 7]) {
        const found = read(bytes, chunkBytes)
        // Where it stands among other brackets, a missing end may look like a wrong byte.
        expect(isInString(name) ? ['truncated'] : ['truncated', 'malformed_json']).toContain(found[1])
        expect(found.toSpliced(1, 1)).toEqual([1, 2, 3])
      }
    },
  )

  it('inside an array that is whole', () => {
    for (const bad of ['{"id":9', '{"at":{"x":1}', '{"id":9,'])
      expect(read(join('[{"id":1},', bad, ']\n[{"id":2}]\n{"id":3}'))).toEqual([1, 'malformed_json', 2, 3])
  })

  it('also when it is a depth bomb', () => {
    const bomb = '{"at":'.repeat(100_000)
    expect(read(join('{"id":1}\n', bomb, '\n{"id":2}\n'))).toEqual([1, 'too_deep', 2])
    expect(read(join('[\n{"id":1},\n', bomb, '\n{"id":2}\n]'))).toEqual([1, 'too_deep', 2])
    expect(read(join('[{"id":1},', bomb))).toEqual([1, 'too_deep'])
  })
})

describe('brackets around records', () => {
  it('that are too many cost what is in them', () => {
    for (const bomb of ['['.repeat(100_000), '{"records":['.repeat(100_000)]) {
      expect(read(join('{"id":1}\n', bomb, '\n{"id":2}\n'))).toEqual([1, 'too_deep', 2])
      expect(read(join('{"id":1}\n', bomb, '{"id":9}'))).toEqual([1, 'too_deep'])
    }
    expect(read(join('{"id":1}', '['.repeat(500), ']'.repeat(500), '{"id":2}'))).toEqual([1, 'too_deep', 2])
    const envelopes = `${'{"records":['.repeat(500)}${']}'.repeat(500)}`
    expect(read(join('{"id":1}', envelopes, '{"id":2}'))).toEqual([1, 'too_deep', 2])
  })

  it('that are few are read', () => {
    expect(read(join('['.repeat(50), '{"id":1}', ']'.repeat(50), '\n{"id":2}'))).toEqual([1, 2])
  })

  it('that are missing at the end cost one rejection, however many', () => {
    expect(read(join('[[[{"id":1}'))).toEqual([1, 'truncated'])
    expect(read(join('{"records":[{"id":1}]'))).toEqual([1])
    expect(read(join('[{"records":[{"id":1}]'))).toEqual([1, 'truncated'])
    expect(read(join('[{"records":[{"id":1}]\n'))).toEqual([1, 'truncated'])
  })
})

describe('bytes between records', () => {
  it('that make a record too large cost that record', () => {
    const space = ' '.repeat(3000)
    const broken = join('{"id":1}\n{', space, '\n"id":9}\n{"id":2}\n')
    expect(read(broken).slice(0, 2)).toEqual([1, 'too_large'])
    for (const chunkBytes of [65_536, 1, 999]) {
      expect(read(broken, chunkBytes)).toEqual(read(broken))
      expect(read(join('{"id":1}\n{', space, '"id":9}\n{"id":2}\n'), chunkBytes)).toEqual([1, 'too_large', 2])
      expect(read(join(space, '{"id":1}', space, '\n{"id":2}'), chunkBytes)).toEqual([1, 2])
    }
  })

  it('that are NUL, as a truncated log leaves them, cost one rejection and no record', () => {
    const hole = Buffer.alloc(300_000)
    expect(read(join('{"id":1}\n', hole, '{"id":2}\n{"id":3}\n'))).toEqual([1, 'malformed_json', 2, 3])
  })

  it('that are no text cost one rejection a line', () => {
    const binary = Buffer.from('\xff\xfe\x00\x01', 'latin1')
    expect(read(join('{"id":1}\n', binary, '\n{"id":2}\n', binary))).toEqual([
      1,
      'malformed_json',
      2,
      'malformed_json',
    ])
  })
})

describe('input without end', () => {
  const megabyte = 1024 * 1024

  /** Bytes of memory that pushing so many megabytes of one character has taken. */
  function growth(under: StreamUnderTest, character: string, megabytes: number): number {
    const chunk = new Uint8Array(64 * 1024).fill(character.charCodeAt(0))
    const start = process.memoryUsage()
    for (let pushed = 0; pushed < megabytes * megabyte; pushed += chunk.length) under.stream.push(chunk)
    const end = process.memoryUsage()
    return end.arrayBuffers + end.heapUsed - start.arrayBuffers - start.heapUsed
  }

  it.each([
    ['as a line of 50 MB', '{"id":1}\n{"id":"', '"}\n{"id":2}\n', 'too_large'],
    ['as a line of 50 MB that is no JSON', '{"id":1}\n', '\n{"id":2}\n', 'malformed_json'],
    ['as a line of 50 MB that never ends', '{"id":1}\n{"id":"', '', 'too_large'],
  ])('%s costs one rejection, and memory stays flat', (_, before, behind, reason) => {
    const under = new StreamUnderTest({ root })
    under.push(before)
    // The largest record that is allowed, doubled when the window grows into it.
    expect(growth(under, 'x', 50)).toBeLessThan(24 * megabyte)
    expect(under.readings).toBeLessThan(150)
    under.push(behind).stream.end()
    expect(brief(under.outcomes)).toEqual([1, reason, ...(behind === '' ? [] : [2])])
  })

  // Fewer megabytes and a smaller window: these bytes are looked at one by one.
  it.each([
    ['as an element of an array', '[{"id":1},{"id":"', 'x', '"},{"id":2}]', 'too_large'],
    ['as a text in an array', '[{"id":1},"', 'x', '",{"id":2}]', 'malformed_json'],
    ['behind the array of an envelope', '{"records":[{"id":1},7],"x":"', 'x', '"}{"id":2}', 'malformed_json'],
    ['as brackets', '{"id":1}\n', '[', '\n{"id":2}\n', 'too_deep'],
    ['as brackets in a record', '[{"id":1},{"x":', '[', '\n{"id":2}\n', 'too_deep'],
    ['as empty space', '{"id":1}1\n', ' ', '{"id":2}', 'malformed_json'],
    ['as NULs', '{"id":1}', '\0', '{"id":2}', 'malformed_json'],
  ])('%s costs one rejection, and memory stays flat', (_, before, character, behind, reason) => {
    const under = new StreamUnderTest({ root, maxRecordBytes: 256 * 1024 })
    under.push(before)
    expect(growth(under, character, 3)).toBeLessThan(4 * megabyte)
    under.push(behind).stream.end()
    expect(brief(under.outcomes)).toEqual([1, reason, 2])
  })
})

describe('very many tiny records without a newline, behind a large one', () => {
  it('cost time that grows with their number only', () => {
    const under = new StreamUnderTest({ root })
    under.push(`{"id":"${'x'.repeat(3 * 1024 * 1024)}"}`)
    under.stream.retry()
    const chunk = '{}'.repeat(32 * 1024)
    const start = process.cpuUsage()
    for (let i = 0; i < 4; i++) under.push(chunk)
    const { user, system } = process.cpuUsage(start)
    expect(under.outcomes).toHaveLength(1 + 4 * 32 * 1024)
    // Looking for the newline of each one anew would take minutes.
    expect((user + system) / 1e6).toBeLessThan(8)
  })
})
