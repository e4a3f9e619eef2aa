import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retentionFor, Tally } from '../../src/indicators/tally.ts'
import type { Budgeting } from '../../src/objectives/objective.ts'
import { Slices, sliceUnits } from '../../src/objectives/slices.ts'

const minute = 60_000
const day = 1440 * minute
const start = Date.UTC(2026, 5, 15, 12)
type SliceBudgeting = Exclude<Budgeting, { method: 'Occurrences' }>

interface Addition {
  readonly time: number
  readonly part: number
  readonly isGood: boolean
}

const timeslices: SliceBudgeting = { method: 'Timeslices', sliceMs: minute, sliceTarget: '0.75' }
const ratios: SliceBudgeting = { method: 'RatioTimeslices', sliceMs: minute }

/** Good and bad slices, in whole slices. */
function counted(outer: Tally): readonly [good: number, bad: number] {
  const { good, bad } = outer.window(start - day, start + day)
  return [good / sliceUnits, bad / sliceUnits]
}

function run(budgeting: SliceBudgeting, weights: readonly number[], additions: readonly Addition[]) {
  const outer = new Tally(retentionFor(30 * day))
  const slices = new Slices(budgeting, outer, weights, 7 * day)
  for (const { time, part, isGood } of additions) slices.add(time, part, isGood ? 'good' : 'bad', 1)
  return { outer, slices }
}

/** All slices looked at from the start, for each part its share of bad events. */
function byHand(budgeting: SliceBudgeting, weights: readonly number[], additions: readonly Addition[]) {
  let good = 0
  let bad = 0
  const slices = new Set(additions.map(({ time }) => Math.floor(time / budgeting.sliceMs)))
  for (const slice of slices) {
    const parts = weights.flatMap((weight, part) => {
      const own = additions.filter((a) => a.part === part && Math.floor(a.time / budgeting.sliceMs) === slice)
      if (own.length === 0) return []
      return [{ weight, goodRatio: own.filter(({ isGood }) => isGood).length / own.length }]
    })
    if (budgeting.method === 'Timeslices') {
      if (parts.every(({ goodRatio }) => goodRatio >= Number(budgeting.sliceTarget))) good += 1
      else bad += 1
    } else {
      const sum = parts.reduce((all, { weight }) => all + weight, 0)
      const mean = parts.reduce((all, { weight, goodRatio }) => all + (weight / sum) * goodRatio, 0)
      good += mean
      bad += 1 - mean
    }
  }
  return [good, bad, slices.size] as const
}

const addition = fc.record({
  time: fc.integer({ min: start - 5 * minute, max: start + 5 * minute }),
  part: fc.nat(2),
  isGood: fc.boolean(),
})
const arrivals = fc.array(addition, { maxLength: 60 })
const methods = fc.constantFrom(timeslices, ratios)
const weightsOf = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 })

describe('slices', () => {
  it('are judged by all of their events, whenever they came', () => {
    fc.assert(
      fc.property(methods, weightsOf, arrivals, (budgeting, weights, additions) => {
        const [good, bad] = counted(run(budgeting, weights, additions).outer)
        const [goodByHand, badByHand, slices] = byHand(budgeting, weights, additions)
        expect(good + bad).toBe(slices)
        // A millionth of a slice at most for each slice.
        expect(Math.abs(good - goodByHand)).toBeLessThanOrEqual(slices * 1e-6)
        expect(Math.abs(bad - badByHand)).toBeLessThanOrEqual(slices * 1e-6)
      }),
      { numRuns: 300 },
    )
  })

  it('come out the same for every order, and when events are taken back', () => {
    const shuffles = fc
      .tuple(arrivals, arrivals)
      .chain(([kept, takenBack]) =>
        fc.tuple(
          fc.constant(kept),
          fc.shuffledSubarray([...kept, ...takenBack], { minLength: kept.length + takenBack.length }),
          fc.constant(takenBack),
        ),
      )
    fc.assert(
      fc.property(methods, weightsOf, shuffles, (budgeting, weights, [kept, added, takenBack]) => {
        const { outer, slices } = run(budgeting, weights, added)
        for (const { time, part, isGood } of takenBack) slices.add(time, part, isGood ? 'good' : 'bad', -1)
        expect(counted(outer)).toEqual(counted(run(budgeting, weights, kept).outer))
      }),
    )
  })

  it('are good at exactly their target', () => {
    const additions = (good: number, bad: number): Addition[] =>
      [...Array<boolean>(good).fill(true), ...Array<boolean>(bad).fill(false)].map((isGood) => ({
        time: start,
        part: 0,
        isGood,
      }))
    expect(counted(run(timeslices, [1], additions(3, 1)).outer)).toEqual([1, 0])
    expect(counted(run(timeslices, [1], additions(2, 1)).outer)).toEqual([0, 1])
    // 0.95 has no exact double.
    const fine: SliceBudgeting = { ...timeslices, sliceTarget: '0.95' }
    expect(counted(run(fine, [1], additions(19, 1)).outer)).toEqual([1, 0])
    expect(counted(run(fine, [1], additions(18, 1)).outer)).toEqual([0, 1])
  })

  it('turn when a late event comes, and turn back', () => {
    const { outer, slices } = run(timeslices, [1], [{ time: start, part: 0, isGood: true }])
    expect(counted(outer)).toEqual([1, 0])
    slices.add(start + minute - 1, 0, 'bad', 1)
    expect(counted(outer)).toEqual([0, 1])
    slices.add(start + minute, 0, 'bad', 1)
    expect(counted(outer)).toEqual([0, 2])
    for (let i = 0; i < 2; i++) slices.add(start + i, 0, 'good', 1)
    expect(counted(outer)).toEqual([1, 1])
  })

  it('of a composite are bad by one bad part, and parts without events do not count', () => {
    const events: Addition[] = [
      { time: start, part: 0, isGood: true },
      { time: start, part: 2, isGood: false },
    ]
    expect(counted(run(timeslices, [9, 9, 1], events).outer)).toEqual([0, 1])
    expect(counted(run(ratios, [3, 9, 1], events).outer)).toEqual([0.75, 0.25])
  })

  it('pass excluded events through, which make no slice', () => {
    const { outer, slices } = run(timeslices, [1], [])
    slices.add(start, 0, 'excluded', 3)
    expect(outer.window(start - day, start + day)).toEqual({ good: 0, bad: 0, excluded: 3 })
    expect(slices.isJudged(start / minute)).toBe(false)
  })

  it('know whether anything was judged in them', () => {
    const { slices } = run(timeslices, [1], [{ time: start, part: 0, isGood: true }])
    expect([-1, 0, 1, 64, -64].map((slice) => slices.isJudged(start / minute + slice))).toEqual([
      false,
      true,
      false,
      false,
      false,
    ])
    slices.add(start, 0, 'good', -1)
    expect(slices.isJudged(start / minute)).toBe(false)
  })

  it('keep their verdicts when their events are forgotten, and their events as long as is said', () => {
    const { outer, slices } = run(timeslices, [1], [{ time: start, part: 0, isGood: false }])
    slices.prune(start + 7 * day)
    for (let i = 0; i < 3; i++) slices.add(start, 0, 'good', 1)
    expect(counted(outer)).toEqual([1, 0])
    slices.prune(start + 8 * day)
    expect(slices.isJudged(start / minute)).toBe(false)
    expect(counted(outer)).toEqual([1, 0])
  })

  it('of ten seconds fill an hour without overflowing it', () => {
    const outer = new Tally(retentionFor(30 * day))
    const slices = new Slices({ method: 'RatioTimeslices', sliceMs: 10_000 }, outer, [1], day)
    for (let i = 0; i < 8640; i++) slices.add(start + i * 10_000, 0, 'good', 1)
    expect(outer.window(start, start + day).good).toBe(8640 * sliceUnits)
  })
})
