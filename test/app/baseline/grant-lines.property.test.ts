import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { grantLine, splitGrantLines } from '../../../src/app/baseline/grant-lines.ts'
import { providers } from '../../../src/events/event.ts'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'

const awkward = [
  'true',
  'Null',
  '~',
  '0123',
  '1e5',
  '0x1f',
  '.inf',
  '-',
  'a: b',
  'a:',
  ':a',
  'a #b',
  '#a',
  '"',
  "'",
  '{a}',
  '[a]',
  'a,b',
  '*a',
  '&a',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a`',
  '\\',
  'ä',
  '☃ 🎉',
  ' a ',
  'a\nb',
  '\t',
  '\u0000',
  '\u2028',
  'arn:aws:iam::111122223333:role/x',
]
const text = fc
  .oneof(fc.constantFrom(...awkward), fc.string({ unit: 'binary' }), fc.string())
  .filter((one) => one.trim() !== '')
const grant: fc.Arbitrary<HeldGrant> = fc.record({
  provider: fc.constantFrom(...providers),
  principal: text,
  role: text,
  scope: fc.oneof(text, fc.constant('')),
  binding: fc.option(text, { nil: undefined }),
})

/** Digits are read as they are written, by the check that reads them as YAML, too. */
const asText = (value: unknown, written: string): unknown => (typeof value === 'number' ? written : value)

it('what is written is read back, as a line and as YAML', () => {
  fc.assert(
    fc.property(fc.array(grant, { maxLength: 4 }), (grants) => {
      const file = `grants:\n${grants.map((one) => grantLine(one)).join('\n')}\n`
      const { rest, lines } = splitGrantLines(file)
      expect(lines.map((line) => line.grant)).toEqual(grants)
      expect(lines.map(({ line }) => line)).toEqual(grants.map((_, i) => i + 2))
      if (grants.length > 0) expect(parse(rest)).toEqual({ grants: [] })
      const read = (parse(file, { schema: 'core' }).grants ?? []) as readonly Record<string, unknown>[]
      expect(
        read.map((one, i) =>
          Object.fromEntries(
            Object.entries(one).map(([key, value]) => [key, asText(value, Object(grants[i])[key])]),
          ),
        ),
      ).toEqual(grants.map(({ binding, ...one }) => (binding === undefined ? one : { ...one, binding })))
    }),
    { numRuns: 1000 },
  )
})

it('a line that only looks like one is left to YAML', () => {
  const others = [
    '  - {provider: aws, principal: true, role: b, scope: c}',
    '  - {provider: aws, principal: a:, role: b, scope: c}',
    "  - {provider: aws, principal: 'a', role: b, scope: c}",
    '  - {provider: aws, principal: a, role: b, scope: c, more: d}',
    '  - {provider: aws, principal: a, role: b, scope: c} x',
    '  - {provider: none, principal: a, role: b, scope: c}',
    '  - {provider: aws, principal: "", role: b, scope: c}',
    '  - {provider: aws, principal: "\\x41", role: b, scope: c}',
  ]
  const file = `grants:\n${others.join('\n')}\n`
  expect(splitGrantLines(file)).toEqual({ rest: file, without: file, lines: [] })
})

it('only lines below grants are taken', () => {
  const line = '  - {provider: aws, principal: a, role: b, scope: c}'
  const file = `approvedActors:\n${line}\ngrants:\n# first\n${line} # why\nchangeWindows:\n${line}\n`
  const { rest, without, lines } = splitGrantLines(file)
  expect(lines).toEqual([expect.objectContaining({ line: 5, above: ['# first'], comment: '# why' })])
  expect(without).toBe(rest.replace('\n\n\n', '\n'))
  expect(rest).toBe(`approvedActors:\n${line}\ngrants: []\n\n\nchangeWindows:\n${line}\n`)
})
