import { describe, expect, it } from 'vitest'
import { number, object, objects, text, texts } from '../../src/connectors/fields.ts'

const wrong = [undefined, null, true, [], ['a'], {}, { a: 1 }]

describe('fields', () => {
  it('that are texts are not empty', () => {
    expect(text('a')).toBe('a')
    expect(text(' ')).toBe(' ')
    for (const value of [...wrong, '', 7]) expect(text(value)).toBeUndefined()
  })

  it('that are numbers may be written as texts, and are finite', () => {
    for (const [value, expected] of [
      [0, 0],
      [-1.5, -1.5],
      ['3600', 3600],
      ['0', 0],
      [' 7 ', 7],
      ['1e3', 1000],
    ] as const)
      expect(number(value)).toBe(expected)
    for (const value of [...wrong, '', ' ', '\t', 'NaN', 'Infinity', '1e999', '7 seconds', '1,5'])
      expect(number(value)).toBeUndefined()
  })

  it('that are objects are neither lists nor null', () => {
    expect(object({ a: 1 })).toEqual({ a: 1 })
    for (const value of [undefined, null, true, 7, 'a', [], [{}]]) expect(object(value)).toBeUndefined()
  })

  it('that are lists give what is of the type, and no list gives nothing', () => {
    const list = ['a', '', 1, null, { b: 1 }, ['c'], true]
    expect(texts(list)).toEqual(['a'])
    expect(objects(list)).toEqual([{ b: 1 }])
    for (const value of [undefined, null, 'a', { a: 1 }]) {
      expect(texts(value)).toEqual([])
      expect(objects(value)).toEqual([])
    }
  })
})
