/** Reading YAML and JSON text with places, whatever its packaging. */
import { expect, test } from 'vitest'
import { createProblemLog } from '../../../../src/objectives/definitions/problem.ts'
import { readYaml } from '../../../../src/objectives/definitions/yaml/document.ts'
import { sameContent, type YamlNode } from '../../../../src/objectives/definitions/yaml/node.ts'

function read(text: string) {
  const log = createProblemLog()
  const nodes = readYaml('a.yaml', text, log)
  return { nodes, problems: log.problems.map((each) => `${each.line}:${each.column} ${each.message}`) }
}

function plain(node: YamlNode | undefined): unknown {
  if (node === undefined || node.kind === 'scalar') return node?.value
  if (node.kind === 'list') return node.items.map(plain)
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]))
}

test.each([
  ['one object', 'a: 1\n', [{ a: 1 }]],
  ['several documents', 'a: 1\n---\na: 2\n', [{ a: 1 }, { a: 2 }]],
  ['empty documents between', '---\n---\na: 1\n---\n# nothing\n', [{ a: 1 }]],
  ['a list', '- a: 1\n- a: 2\n', [{ a: 1 }, { a: 2 }]],
  ['a list in one of several documents', '- a: 1\n- a: 2\n---\na: 3\n', [{ a: 1 }, { a: 2 }, { a: 3 }]],
  ['a JSON object', '{"a": 1}', [{ a: 1 }]],
  ['a JSON array with tabs', '[\n\t{"a": 1},\n\t{"a": [2]}\n]\n', [{ a: 1 }, { a: [2] }]],
  ['nothing', '', []],
  ['a comment', '# nothing\n', []],
])('reads %s', (_, text, expected) => {
  const { nodes, problems } = read(text)
  expect(problems).toEqual([])
  expect(nodes.map(plain)).toEqual(expected)
})

test('a byte order mark and CRLF move no place', () => {
  const { nodes } = read('\uFEFFa: 1\r\nb:\r\n  c: text\r\n')
  const [root] = nodes
  if (root?.kind !== 'map') throw new Error('not a mapping')
  const [a, b] = root.entries
  expect(a?.keyAt).toEqual({ file: 'a.yaml', line: 1, column: 1 })
  expect(b?.keyAt).toEqual({ file: 'a.yaml', line: 2, column: 1 })
  if (b?.value.kind !== 'map') throw new Error('not a mapping')
  expect(b.value.at).toEqual(b.keyAt)
  expect(b.value.entries[0]?.value.at).toEqual({ file: 'a.yaml', line: 3, column: 6 })
})

test('numbers keep the text they were written in', () => {
  const [root] = read('a: 99.950\nb: 012345678901\nc: "1"\n').nodes
  if (root?.kind !== 'map') throw new Error('not a mapping')
  expect(root.entries.map(({ value }) => value.kind === 'scalar' && value.source)).toEqual([
    '99.950',
    '012345678901',
    '1',
  ])
})

test('a syntax error in one document leaves the others readable', () => {
  const { nodes, problems } = read('a: [1\n---\nb: 2\n')
  expect(nodes.map(plain)).toEqual([{ b: 2 }])
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^2:1 YAML: /)
})

test('nesting beyond reason is an error, not a crash', () => {
  const { nodes, problems } = read('['.repeat(20_000))
  expect(nodes).toEqual([])
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('nested too deeply')
})

test('an alias is the node of its anchor, and the last anchor of a name counts', () => {
  const { nodes, problems } = read('a: &x {n: 1}\nb: *x\nc: &x 2\nd: *x\n')
  expect(problems).toEqual([])
  expect(plain(nodes[0])).toEqual({ a: { n: 1 }, b: { n: 1 }, c: 2, d: 2 })
})

test('anchors do not reach into the next document', () => {
  const { problems } = read('a: &x 1\n---\nb: *x\n')
  expect(problems).toEqual(['3:1 alias *x has no anchor &x in this document; there are none before it'])
})

test('aliases of aliases do not multiply', () => {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const inner = i === 0 ? 'x' : `*l${i - 1}`
    return `l${i}: &l${i} [${Array.from({ length: 9 }, () => inner).join(', ')}]`
  })
  const { nodes, problems } = read(levels.join('\n'))
  expect(problems).toEqual([])
  const [root] = nodes
  if (root?.kind !== 'map') throw new Error('not a mapping')
  // 9^9 leaves, if they were copied.
  expect(root.entries).toHaveLength(9)
})

test('too many aliases are refused', () => {
  const { problems } = read(`a: &x 1\nb: [${Array.from({ length: 101 }, () => '*x').join(', ')}]\n`)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('more than 100 aliases')
})

test('sameContent sees through spelling, order and aliases, and not through values', () => {
  const compare = (a: string, b: string) => {
    const [first, second] = [read(a).nodes[0], read(b).nodes[0]]
    return first !== undefined && second !== undefined && sameContent(first, second)
  }
  expect(compare('a: 1\nb: [x]\n', '{b: ["x"], "a": 1}')).toBe(true)
  expect(compare('a: 1\n', 'a: 2\n')).toBe(false)
  expect(compare('a: 1\n', 'a: "1"\n')).toBe(false)
  expect(compare('a: [1, 2]\n', 'a: [2, 1]\n')).toBe(false)
  expect(compare('a: 1\n', 'a: 1\nb: 1\n')).toBe(false)
  expect(compare('a: 1\nc: 1\n', 'a: 1\nb: 1\n')).toBe(false)
})
