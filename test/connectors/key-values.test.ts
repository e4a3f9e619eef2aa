import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyValues } from '../../src/connectors/key-values.ts'

const wanted = new Set(['type', 'error', 'scope', 'last'])

describe('keyValues', () => {
  it('reads quoted values behind a time, and passes over keys that nobody wants', () => {
    const line =
      '2026-03-02 08:00:00,123 type="LOGIN" other="x y"  error="" scope="a b" last=https://a.example.com/b'
    expect(keyValues(line, wanted)).toEqual({
      type: 'LOGIN',
      error: '',
      scope: 'a b',
      last: 'https://a.example.com/b',
    })
  })

  it('reads values between commas, with single quotes or none', () => {
    expect(keyValues("type=LOGIN, error=null, scope='a b', last=1", wanted)).toEqual({
      type: 'LOGIN',
      error: 'null',
      scope: 'a b',
      last: '1',
    })
  })

  it('does not let a value close at an escaped quote, or at one in the middle of a word', () => {
    expect(keyValues('type="a \\", error=\\"b", error="c", scope="d"e"', wanted)).toEqual({
      type: 'a \\", error=\\"b',
      error: 'c',
      scope: 'd"e',
    })
  })

  it('keeps the first value of a key', () => {
    expect(keyValues('type="a", type="b"', wanted)).toEqual({ type: 'a' })
  })

  it('reads pairs with nothing but a comma between them, and a value that never closes', () => {
    expect(keyValues('type="a",error="b",scope="c', wanted)).toEqual({ type: 'a', error: 'b', scope: 'c' })
  })

  it('gives back what was written, for any values without quotes', () => {
    const value = fc.string().map((text) => text.replaceAll(/["\\]/g, ''))
    fc.assert(
      fc.property(value, value, (first, second) => {
        expect(keyValues(`type="${first}", scope="${second}"`, wanted)).toEqual({
          type: first,
          scope: second,
        })
      }),
    )
  })

  it('reads any text without fail', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof keyValues(text, wanted) === 'object'))
  })
})
