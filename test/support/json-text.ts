/** JSON as trees whose keys may repeat, spelled in every way that JSON allows, for tests that compare readers. */
import fc from 'fast-check'

export type Tree =
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: Tree])[] }
  | { readonly kind: 'array'; readonly elements: readonly Tree[] }
  | { readonly kind: 'text'; readonly text: string }
  /** A text that holds JSON. */
  | { readonly kind: 'encoded'; readonly tree: Tree; readonly seed: number }
  /** Numbers and words, as written. */
  | { readonly kind: 'bare'; readonly text: string }

/** Deterministic choices (mulberry32): `choose(3)` gives 0, 1 or 2. */
export function choices(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function spellCharacter(character: string, choose: (below: number) => number): string {
  const isRawAllowed = character >= ' ' && character !== '"' && character !== '\\' && character.isWellFormed()
  if (isRawAllowed && choose(8) > 0) return character
  const short = shortEscapes[character]
  if (short !== undefined && choose(3) > 0) return short
  let out = ''
  for (let i = 0; i < character.length; i++) {
    const digits = character.charCodeAt(i).toString(16).padStart(4, '0')
    out += `\\u${choose(2) === 0 ? digits : digits.toUpperCase()}`
  }
  return out
}

function spellText(text: string, choose: (below: number) => number): string {
  return `"${Array.from(text, (character) => spellCharacter(character, choose)).join('')}"`
}

/** One spelling of the tree: white space, escapes and the case of hexadecimal digits are drawn from `seed`. */
export function spell(tree: Tree, seed: number): string {
  const choose = choices(seed)
  const space = (): string => (choose(3) > 0 ? '' : ([' ', '\n', '\t', '\r\n  '][choose(4)] ?? ''))
  const write = (node: Tree): string => {
    if (node.kind === 'bare') return node.text
    if (node.kind === 'text') return spellText(node.text, choose)
    if (node.kind === 'encoded') return spellText(textOf(node), choose)
    const isObject = node.kind === 'object'
    const parts = isObject
      ? node.members.map(([key, value]) => `${spellText(key, choose)}${space()}:${space()}${write(value)}`)
      : node.elements.map(write)
    const inside = parts.map((part) => `${space()}${part}${space()}`).join(',')
    return isObject ? `{${inside}${space()}}` : `[${inside}${space()}]`
  }
  return write(tree)
}

/** The text that an encoded tree stands for. */
export function textOf({ tree, seed }: { readonly tree: Tree; readonly seed: number }): string {
  return spell(tree, seed)
}

/** The tree of a parsed value. */
export function treeOf(value: unknown): Tree {
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (Array.isArray(value)) return { kind: 'array', elements: value.map(treeOf) }
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', members: Object.entries(value).map(([key, below]) => [key, treeOf(below)]) }
  return { kind: 'bare', text: JSON.stringify(value) }
}

const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '-0.5',
    '1E5',
    '1e+05',
    '2.50e-3',
    '1e308',
    '5e-324',
    '1e-400',
    '123456789012345',
    '1234567890123456',
    '12345678901234567890',
  ),
)

export const bare = fc.oneof(
  { weight: 6, arbitrary: number },
  { weight: 3, arbitrary: fc.constantFrom('true', 'false', 'null') },
)

export const cleanText = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '',
    ' ',
    '{',
    '[1',
    ' {x',
    '{}',
    '[]',
    ' [1,"a"] ',
    '{"a":1}x',
    '{"a":1},"v":{"b":2}',
    'null',
    '\u2028',
    '\ufeff{}',
    '\u00a0{"a":2}',
    '\u007f',
    '😀',
  ),
)

/** Trees whose keys come from `keys` or are made up; `scalars` are its leaves. */
export function trees(keys: fc.Arbitrary<string>, leaf: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> {
  const { value } = fc.letrec<{ value: Tree; object: Tree }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 5 },
      { weight: 5, arbitrary: leaf },
      { weight: 5, arbitrary: tie('object') },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('value'), { maxLength: 3 })
          .map((elements): Tree => ({ kind: 'array', elements })),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('object'), fc.nat())
          .map(([tree, seed]): Tree => ({ kind: 'encoded', tree, seed })),
      },
    ),
    object: fc
      .array(fc.tuple(keys, tie('value')), { maxLength: 5 })
      .map((members): Tree => ({ kind: 'object', members })),
  }))
  return value
}
