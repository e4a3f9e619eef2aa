/** One mistake per fixture: each file begins with the problems it must give, with place and full message. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadDefinitions } from '../../../src/objectives/definitions/catalogue.ts'

const folder = new URL('../fixtures/definitions/', import.meta.url)

const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const expected = [...text.matchAll(/^# expect (.*)$/gm)].map((match) => match[1])
    return { name, text, expected }
  })

function problemsOf(name: string, text: string): readonly string[] {
  const { problems } = loadDefinitions([{ path: name, text }])
  return problems.map(({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`)
}

test('there are fixtures, and all say what they expect', () => {
  expect(fixtures.length).toBeGreaterThan(120)
  expect(fixtures.filter(({ expected }) => expected.length === 0)).toEqual([])
})

test.each(fixtures)('$name gives exactly the problems it names', ({ name, text, expected }) => {
  expect(problemsOf(name, text)).toEqual(expected)
})

test.each(fixtures.filter(({ name }) => name.startsWith('bad-')))('$name is refused', ({ name, text }) => {
  expect(problemsOf(name, text).some((problem) => problem.includes(' error: '))).toBe(true)
})

test.each(fixtures.filter(({ name }) => name.startsWith('warn-')))(
  '$name is accepted with a warning',
  ({ name, text }) => {
    const problems = problemsOf(name, text)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.every((problem) => problem.includes(' warning: '))).toBe(true)
  },
)

test('all problems of all files come at once, by file, line and column', () => {
  const files = fixtures.map(({ name, text }) => ({ path: name, text })).reverse()
  // Apart from each other, so that names do not clash between files.
  const apart = files.flatMap((file) => loadDefinitions([file]).problems)
  const { problems } = loadDefinitions(files)
  const keys = problems.map(({ file, line, column }) => [file, line, column] as const)
  const sorted = keys.toSorted(
    ([fileA, lineA, columnA], [fileB, lineB, columnB]) =>
      (fileA < fileB ? -1 : Number(fileA > fileB)) || lineA - lineB || columnA - columnB,
  )
  expect(keys).toEqual(sorted)
  expect(new Set(problems.map((problem) => problem.file)).size).toBe(files.length)
  expect(problems.length).toBeGreaterThanOrEqual(apart.length / 2)
})
