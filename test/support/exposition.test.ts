import { describe, expect, it } from 'vitest'
import { parseExposition } from './exposition.ts'

const counter = '# HELP a_total Things.\n# TYPE a_total counter\n'
const histogram = '# HELP h Times.\n# TYPE h histogram\n'
const whole = 'h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 7.5\nh_count 3\n'

describe('the strict reader of the exposition format', () => {
  it('reads families, labels with escapes, and numbers', () => {
    const text = `${counter}a_total{app="a \\"b\\" \\\\ c\\nd",layer=""} 3\na_total{app="x"} 1e+21\n\n${histogram}${whole}`
    const exposition = parseExposition(text)
    expect([...exposition.families.keys()]).toEqual(['a_total', 'h'])
    expect(exposition.select('a_total', { layer: '' })).toEqual([
      { name: 'a_total', labels: { app: 'a "b" \\ c\nd', layer: '' }, value: 3 },
    ])
    expect(exposition.sum('a_total')).toBe(1e21 + 3)
  })

  const refused: Readonly<Record<string, string>> = {
    'a series that is there twice': `${counter}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 2\n`,
    'a carriage return': `${counter}a_total{x="1\r"} 1\n`,
    "JavaScript's infinity": `${counter}a_total Infinity\n`,
    "JavaScript's words for nothing": `${counter}a_total undefined\n`,
    'a counter that is not a number': `${counter}a_total NaN\n`,
    'a negative counter': `${counter}a_total -1\n`,
    'TYPE before HELP': '# TYPE a_total counter\n# HELP a_total Things.\na_total 1\n',
    'HELP of another family between': `${counter}# HELP b B.\na_total 1\n`,
    'a family in two places': `${counter}a_total 1\n${counter}a_total{x="1"} 1\n`,
    'a sample without a family': 'a_total 1\n',
    'a sample of another family': `${counter}b_total 1\n`,
    'a quote that is not escaped': `${counter}a_total{x="a"b"} 1\n`,
    'an escape that there is not': `${counter}a_total{x="\\t"} 1\n`,
    'a label twice': `${counter}a_total{x="1",x="2"} 1\n`,
    'a label name with a dash': `${counter}a_total{x-y="1"} 1\n`,
    'a lone surrogate': `${counter}a_total{x="\ud800"} 1\n`,
    'a last line that does not end': `${counter}a_total 1`,
    'buckets that are not cumulative': `${histogram}h_bucket{le="1"} 4\nh_bucket{le="+Inf"} 3\nh_sum 7\nh_count 3\n`,
    'a count that is not the last bucket': `${histogram}h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 7\nh_count 4\n`,
    'no bucket +Inf': `${histogram}h_bucket{le="1"} 3\nh_sum 7\nh_count 3\n`,
    'no sum': `${histogram}h_bucket{le="+Inf"} 3\nh_count 3\n`,
    'a sum that is not a number': `${histogram}h_bucket{le="+Inf"} 3\nh_sum NaN\nh_count 3\n`,
    'a sum of nothing': `${histogram}h_bucket{le="+Inf"} 0\nh_sum 1\nh_count 0\n`,
  }

  it.each(Object.entries(refused))('refuses %s', (_what, text) => {
    expect(() => parseExposition(text)).toThrow()
  })
})
