/** One mistake per fixture: each file begins with the problems it must give, with place and full message. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExclusions } from '../../../../src/objectives/definitions/exclusions/exclusions-file.ts'
import { type Problem, sortProblems } from '../../../../src/objectives/definitions/problem.ts'

const folder = new URL('../../fixtures/exclusions/', import.meta.url)

const fixtures = readdirSync(folder)
  .sort()
  .map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const expected = [...text.matchAll(/^# expect (.*)$/gm)].map((match) => match[1])
    return { name, text, expected }
  })

function read(name: string, text: string) {
  const problems: Problem[] = []
  const exclusions = readExclusions(name, text, problems)
  const lines = sortProblems(problems).map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`,
  )
  return { exclusions, lines }
}

test('there are fixtures, and all say what they expect', () => {
  expect(fixtures.length).toBeGreaterThan(35)
  expect(fixtures.filter(({ expected }) => expected.length === 0)).toEqual([])
})

test.each(fixtures)('$name gives exactly the problems it names', ({ name, text, expected }) => {
  expect(read(name, text).lines).toEqual(expected)
})

test.each(fixtures)('$name is used if it has warnings only', ({ name, text }) => {
  expect(read(name, text).exclusions === undefined).toBe(name.startsWith('bad-'))
})

test('more windows than anybody reads are refused', () => {
  const window = (i: number) => `  - {name: w${i}, reason: work, start: "2026-01-01T00:00:00Z", duration: 1h}`
  const file = (count: number) =>
    `exclusions:\n${Array.from({ length: count }, (_, i) => window(i)).join('\n')}\n`
  expect(read('a.yaml', file(200)).lines).toEqual([])
  expect(read('a.yaml', file(202)).lines).toEqual([
    '202:5 error: more than 200 windows in one file: use rrule for those that recur',
  ])
})

const valid = `exclusions:
  - name: database-patch
    reason: The token database is patched.
    start: 2026-01-04 02:00
    timeZone: Europe/Berlin
    end: 2026-01-04 03:00
    rrule: FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU;BYSETPOS=1;UNTIL=20271231T235959Z;WKST=MO
  - name: moving
    reason: Checkout moves.
    start: "2026-03-01T00:00:00.5+01:00"
    duration: 2d
    where: {app: [checkout, "search*"]}
`

test('no text makes it throw, every problem has a place in its file, and what is accepted has spans', () => {
  expect(read('a.yaml', valid).lines).toEqual([])
  const words = fc.constantFrom('0', '-1', '99999', 'Z', ';', '=', ',', 'BYDAY', '31', '\n', '"', '2026')
  const cut = fc.tuple(fc.nat(valid.length), fc.nat(12), fc.oneof(words, fc.string({ maxLength: 6 })))
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      const text = cuts.reduce(
        (all, [at, length, put]) => all.slice(0, at) + put + all.slice(at + length),
        valid,
      )
      const problems: Problem[] = []
      const exclusions = readExclusions('a.yaml', text, problems)
      for (const { line, column, message } of problems) {
        expect(line >= 1 && line <= text.split('\n').length && column >= 1).toBe(true)
        expect(message).not.toMatch(/undefined|\[object|NaN/)
      }
      for (const { schedule } of exclusions ?? []) {
        const found = schedule.spans(0, Date.UTC(2100, 0))
        expect(found.every(({ from, to }) => from < to)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})
