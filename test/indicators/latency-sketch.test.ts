import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatencySketch, relativeError } from '../../src/indicators/latency-sketch.ts'

function sketchOf(values: readonly number[]): LatencySketch {
  const sketch = new LatencySketch()
  for (const value of values) sketch.add(value)
  return sketch
}

/** From microseconds to days, ms: as many of each magnitude. */
const latency = fc.double({ min: -2, max: 8, noNaN: true }).map((power) => 10 ** power)
const latencies = fc.array(latency, { minLength: 1, maxLength: 200 })

describe('a latency sketch', () => {
  it('gives every quantile within its relative error of the exact one', () => {
    fc.assert(
      fc.property(
        latencies,
        fc.oneof(fc.constantFrom(0, 0.5, 0.95, 0.99, 1), fc.double({ min: 0, max: 1, noNaN: true })),
        (values, q) => {
          const exact = values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN
          const given = sketchOf(values).quantile(q) ?? Number.NaN
          expect(Math.abs(given - exact) / exact).toBeLessThanOrEqual(relativeError + 1e-9)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is the same for every order of values, and merging is adding', () => {
    const run = latencies.chain((values) =>
      fc.tuple(
        fc.constant(values),
        fc.shuffledSubarray(values, { minLength: values.length }),
        fc.nat(values.length),
      ),
    )
    fc.assert(
      fc.property(run, ([values, shuffled, cut]) => {
        const whole = sketchOf(values)
        const merged = sketchOf(shuffled.slice(cut))
        merged.merge(sketchOf(shuffled.slice(0, cut)))
        for (const sketch of [merged, sketchOf(shuffled)]) {
          expect(sketch.entries()).toEqual(whole.entries())
          expect(sketch.total).toBe(values.length)
          for (const q of [0, 0.5, 0.99, 1]) expect(sketch.quantile(q)).toBe(whole.quantile(q))
        }
      }),
    )
  })

  it('has a value counted several times as often', () => {
    const sketch = new LatencySketch()
    sketch.add(10, 98)
    sketch.add(1000, 2)
    expect(sketch.total).toBe(100)
    expect(sketch.quantile(0.97)).toBeLessThan(11)
    expect(sketch.quantile(0.99)).toBeGreaterThan(900)
  })

  it('has no quantile while it is empty', () => {
    expect(new LatencySketch().quantile(0.5)).toBeUndefined()
  })

  it('takes nothing, and less than nothing, as next to nothing', () => {
    const sketch = sketchOf([0, -5, 0.001, 0.01])
    expect(sketch.quantile(0)).toBe(sketch.quantile(1))
    expect(sketch.quantile(1)).toBeGreaterThan(0)
    expect(sketch.quantile(1)).toBeLessThanOrEqual(0.0101)
  })

  it('stays small over any range of latencies', () => {
    const sketch = new LatencySketch()
    for (let power = -3; power < 9; power += 0.0001) sketch.add(10 ** power)
    expect(sketch.entries().length).toBeLessThan(1300)
  })
})
