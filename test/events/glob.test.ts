import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globMatches, isGlob } from '../../src/events/glob.ts'

/** The definition, by recursion: `*` is any text, `?` any one character. */
function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const [token, rest] = [pattern[0], pattern.slice(1)]
  if (token === '*')
    return Array.from({ length: text.length + 1 }, (_, i) => i).some((i) =>
      matchesByDefinition(rest, text.slice(i)),
    )
  return text !== '' && (token === '?' || token === text[0]) && matchesByDefinition(rest, text.slice(1))
}

describe('globs', () => {
  it('match what their definition says', () => {
    const few = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })
    fc.assert(
      fc.property(few('ab*?'), few('ab*'), (pattern, text) => {
        expect(globMatches(pattern, text)).toBe(matchesByDefinition(pattern, text))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['checkout-*', 'checkout-', true],
    ['checkout-*', 'Checkout-api', false],
    ['*-api', 'checkout-api-2', false],
    ['arn:aws:iam::*:role/team/*', 'arn:aws:iam::111122223333:role/team/app', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
  ])('%j on %j gives %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected)
  })

  it('take any text literally that has neither star nor question mark', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const isPlain = !/[*?]/.test(text)
        expect(isGlob(text)).toBe(!isPlain)
        if (isPlain) expect(globMatches(text, text)).toBe(true)
      }),
    )
  })

  it('end soon on a pattern that makes backtracking matchers explode', () => {
    expect(globMatches(`${'*a'.repeat(60)}b`, 'a'.repeat(4000))).toBe(false)
  })
})
