import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCount, formatPercent, formatRate, formatTime, renderTable } from '../../src/app/terminal.ts'

describe('tables', () => {
  it('align their columns and end no line in spaces', () => {
    const text = renderTable(
      ['name', 'count', 'note'],
      [
        ['a', '1', ''],
        ['longer name', '1,000', 'x'],
      ],
      ['left', 'right'],
    )
    expect(text).toBe('name         count  note\na                1\nlonger name  1,000  x\n')
  })

  it('do without rows, and with rows that are too short', () => {
    expect(renderTable(['a', 'b'], [])).toBe('a  b\n')
    expect(renderTable(['a', 'b'], [['x']])).toBe('a  b\nx\n')
  })

  it('colour a cell without moving what stands beside it', () => {
    const rows = [
      [{ text: 'burning', colour: 'red' } as const, 'x'],
      ['ok', 'y'],
    ]
    const plain = renderTable(['state', 'z'], rows)
    expect(plain).toBe('state    z\nburning  x\nok       y\n')
    expect(renderTable(['state', 'z'], rows, [], true)).toBe(
      plain.replace('burning', '\u001b[31mburning\u001b[0m'),
    )
  })

  it('have one line a row, whatever stands in the cells', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))),
        (rows) => {
          const text = renderTable(['a', 'b'], rows)
          expect(text.split('\n')).toHaveLength(rows.length + 2)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
          expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
        },
      ),
    )
  })
})

describe('numbers for people', () => {
  it('group counts by thousands', () => {
    expect([0, 999, 1000, 1_234_567, -1234].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '-1,234',
    ])
  })

  it('show a percentage to four decimals, and all of it only where it is all', () => {
    expect([1, 0.999_999_9, 0.9995, 0, -1.5].map(formatPercent)).toEqual([
      '100 %',
      '99.9999 %',
      '99.95 %',
      '0 %',
      '-150 %',
    ])
  })

  it('show every target with up to four decimals as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (units) => {
        expect(formatPercent(Number(`0.${String(units).padStart(6, '0')}`))).toBe(`${units / 10_000} %`)
      }),
      { numRuns: 1000 },
    )
  })

  it('show rates to three figures', () => {
    expect([0, 0.012_345, 1, 14.4, 66.666, 100.4, 12_345].map(formatRate)).toEqual([
      '0',
      '0.0123',
      '1',
      '14.4',
      '66.7',
      '100',
      '12345',
    ])
  })

  it('show times without needless fractions', () => {
    expect(formatTime(0)).toBe('1970-01-01T00:00:00Z')
    expect(formatTime(1)).toBe('1970-01-01T00:00:00.001Z')
  })
})
