import { describe, expect, it } from 'vitest'
import { since } from '../../src/outputs/metric-family.ts'

describe('metric families', () => {
  it.each([
    ['x_timestamp_seconds', 'unix seconds'],
    ['x_duration_seconds', 'seconds'],
    ['x_ratio', 'ratio'],
    ['x_burn_rate', 'ratio'],
    ['x_info', 'info'],
    ['x_total', 'count'],
  ])('reads the unit of %s off the name: %s', (name, unit) => {
    expect(since('1').gauge(name, [], 'help').unit).toBe(unit)
  })
})
