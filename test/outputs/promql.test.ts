import { describe, expect, it } from 'vitest'
import {
  absent,
  aggregate,
  and,
  andOn,
  anyOf,
  bucketSeries,
  clamp,
  compare,
  divide,
  divideManyByOne,
  labelValues,
  multiply,
  number,
  oldestSample,
  or,
  over,
  pick,
  quantile,
  select,
  subtract,
  time,
  vector,
} from '../../src/outputs/promql.ts'

const a = select('a')
const b = select('b')

describe('promql', () => {
  it('quotes what would end a label value', () => {
    expect(select('m', { x: 'say "hi" \\ \n' }).text).toBe('m{x="say \\"hi\\" \\\\ \\n"}')
  })

  it('matches exactly, or by regular expression', () => {
    expect(select('m', { x: 'a.b', y: { matches: '$app' } }).text).toBe('m{x="a.b",y=~"$app"}')
  })

  it('escapes texts that are alternatives of a regular expression', () => {
    expect(select('m', { x: anyOf(['a.b', 'c|d']) }).text).toBe('m{x=~"a\\\\.b|c\\\\|d"}')
  })

  it('aggregates with and without labels', () => {
    expect(aggregate('sum', over('rate', a, '5m'), ['x', 'y']).text).toBe('sum by (x, y) (rate(a[5m]))')
    expect(aggregate('max', a).text).toBe('max(a)')
    expect(pick('topk', 3, a).text).toBe('topk(3, a)')
    expect(quantile('0.95', select(bucketSeries('h'))).text).toBe('histogram_quantile(0.95, h_bucket)')
    expect(absent(a).text).toBe('absent(a)')
    expect(oldestSample(a, '1d', '1h').text).toBe('min_over_time(timestamp(a)[1d:1h])')
    expect(clamp(a, '0', '1').text).toBe('clamp(a, 0, 1)')
    expect(labelValues(select('m', { job: { matches: '$job' } }), 'x')).toBe(
      'label_values(m{job=~"$job"}, x)',
    )
  })

  it('puts parentheses where an operand binds less tightly, and only there', () => {
    expect(divide(a, compare(b, '>', '0')).text).toBe('a / (b > 0)')
    expect(compare(divide(a, b), '>', '0.5').text).toBe('a / b > 0.5')
    expect(multiply(subtract(a, b), number('2')).text).toBe('(a - b) * 2')
    expect(subtract(a, subtract(b, number('1'))).text).toBe('a - (b - 1)')
    expect(and(or(a, b), compare(a, '>', '1')).text).toBe('(a or b) and a > 1')
    expect(or(and(a, b), vector('0')).text).toBe('a and b or vector(0)')
    expect(subtract(time(), a).text).toBe('time() - a')
  })

  it('joins many to one and to partners', () => {
    expect(divideManyByOne(a, ['id'], b).text).toBe('a / on (id) group_left b')
    expect(andOn(a, ['id', 'window'], b).text).toBe('a and on (id, window) b')
  })

  it('leaves a single operand as it is', () => {
    expect(and(a).text).toBe('a')
  })

  it('breaks long expressions into lines, with inner ones indented', () => {
    const long = select(`a${'a'.repeat(90)}`)
    expect(or(long, b).text).toBe(`${long.text}\nor\nb`)
    expect(compare(or(long, b), '>', '0').text).toBe(`(\n  ${long.text}\n  or\n  b\n) > 0`)
  })
})
