import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/indicators/indicator.ts'
import { type Counts, retentionFor, Tally } from '../../src/indicators/tally.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** Neither the start of an hour nor of a day. */
const now = Date.UTC(2026, 5, 15, 12, 34, 56, 789)

interface Addition {
  readonly time: number
  readonly verdict: Verdict
  readonly count: number
}

/** Instants up to `reachMs` ago: as many in the last hours and days as long ago, and many at the ends of buckets. */
function instants(reachMs: number): fc.Arbitrary<number> {
  const ago = (ms: number) => fc.integer({ min: 0, max: Math.min(ms, reachMs) }).map((back) => now - back)
  const anywhere = fc.oneof(ago(3 * hour), ago(3 * day), ago(reachMs))
  const ends = fc
    .tuple(anywhere, fc.constantFrom(10 * second, 5 * minute, hour, day), fc.constantFrom(-1, 0, 1))
    .map(([time, step, beside]) => Math.floor(time / step) * step + beside)
    .filter((time) => time >= now - reachMs && time <= now)
  return fc.oneof(anywhere, ends)
}

function additions(reachMs: number): fc.Arbitrary<Addition[]> {
  const addition = fc.record({
    time: instants(reachMs),
    verdict: fc.constantFrom<Verdict>('good', 'bad', 'excluded'),
    count: fc.integer({ min: 1, max: 5 }),
  })
  return fc.array(addition, { maxLength: 60 })
}

function tallyOf(windowMs: number, added: readonly Addition[]): Tally {
  const tally = new Tally(retentionFor(windowMs))
  for (const { time, verdict, count } of added) tally.add(time, verdict, count)
  return tally
}

/** What is kept for an instant: 10 s by the hour for 2 h, then 5 min by the day, then hours. */
function stepAt(time: number, newest: number, windowMs: number): number {
  if (time >= Math.floor((newest - 2 * hour) / hour) * hour) return 10 * second
  const mediumMs = windowMs <= 35 * day ? Math.min(windowMs, 31 * day) + day : 8 * day
  return time >= Math.floor((newest - mediumMs) / day) * day ? 5 * minute : hour
}

function countedByHand(added: readonly Addition[], from: number, to: number, windowMs: number): Counts {
  const newest = Math.max(...added.map(({ time }) => time))
  const fromStep = stepAt(Math.floor(from / 10_000) * 10_000, newest, windowMs)
  const toStep = stepAt(to, newest, windowMs)
  const start = Math.floor(from / fromStep) * fromStep
  const end = Math.ceil(to / toStep) * toStep
  const counts: Counts = { good: 0, bad: 0, excluded: 0 }
  for (const { time, verdict, count } of added) if (time >= start && time < end) counts[verdict] += count
  return counts
}

const windowLengths = fc.constantFrom(day, 7 * day, 30 * day, 31 * day, 32.5 * day, 90 * day)

describe('a tally', () => {
  it('counts any window as counting the events by hand does', () => {
    const run = windowLengths.chain((windowMs) =>
      fc.tuple(
        fc.constant(windowMs),
        additions(windowMs + 3 * day),
        fc.array(fc.tuple(instants(windowMs), instants(windowMs)), { minLength: 5, maxLength: 5 }),
      ),
    )
    fc.assert(
      fc.property(run, ([windowMs, added, windows]) => {
        const tally = tallyOf(windowMs, added)
        for (const [a, b] of windows) {
          const [from, to] = a < b ? [a, b] : [b, a]
          expect(tally.window(from, to)).toEqual(countedByHand(added, from, to, windowMs))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same counts for every order of additions, split and merge', () => {
    const run = additions(33 * day).chain((added) =>
      fc.record({
        added: fc.constant(added),
        shuffled: fc.shuffledSubarray(added, { minLength: added.length }),
        partOf: fc.array(fc.nat(3), { minLength: added.length, maxLength: added.length }),
        order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        windows: fc.array(fc.tuple(instants(30 * day), instants(30 * day)), { minLength: 3, maxLength: 6 }),
      }),
    )
    fc.assert(
      fc.property(run, ({ added, shuffled, partOf, order, windows }) => {
        const whole = tallyOf(30 * day, added)
        const merged = new Tally(retentionFor(30 * day))
        for (const part of order) {
          const share = shuffled.filter((_, i) => partOf[i] === part)
          merged.merge(tallyOf(30 * day, share))
        }
        for (const tally of [tallyOf(30 * day, shuffled), merged]) {
          expect([tally.newest, tally.oldest, tally.lastJudgedEnd]).toEqual([
            whole.newest,
            whole.oldest,
            whole.lastJudgedEnd,
          ])
          for (const [from, to] of windows) expect(tally.window(from, to)).toEqual(whole.window(from, to))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('goes on counting after a merge as if it had counted all along', () => {
    fc.assert(
      fc.property(additions(33 * day), additions(33 * day), additions(33 * day), (a, b, c) => {
        const merged = tallyOf(30 * day, a)
        merged.merge(tallyOf(30 * day, b))
        for (const { time, verdict, count } of c) merged.add(time, verdict, count)
        const whole = tallyOf(30 * day, [...a, ...b, ...c])
        for (const length of [5 * minute, hour, 2 * hour, day, 30 * day])
          expect(merged.window(now - length, now + 1)).toEqual(whole.window(now - length, now + 1))
      }),
    )
  })

  it('has windows that add up where they are cut between buckets', () => {
    fc.assert(
      fc.property(
        additions(33 * day),
        fc.array(instants(30 * day), { minLength: 3, maxLength: 3 }),
        (added, cuts) => {
          const tally = tallyOf(30 * day, added)
          const [a = 0, b = 0, c = 0] = cuts.map((cut) => tally.edge(cut)).sort((x, y) => x - y)
          const left = tally.window(a, b)
          const right = tally.window(b, c)
          expect(tally.window(a, c)).toEqual({
            good: left.good + right.good,
            bad: left.bad + right.bad,
            excluded: left.excluded + right.excluded,
          })
        },
      ),
    )
  })

  it('takes back what was added, whatever comes between', () => {
    const run = fc
      .tuple(additions(33 * day), additions(33 * day))
      .chain(([kept, takenBack]) =>
        fc.tuple(
          fc.constant(kept),
          fc.shuffledSubarray([...kept, ...takenBack], { minLength: kept.length + takenBack.length }),
          fc.shuffledSubarray(takenBack, { minLength: takenBack.length }),
        ),
      )
    fc.assert(
      fc.property(run, fc.array(instants(30 * day)), ([kept, added, takenBack], starts) => {
        const tally = tallyOf(30 * day, [
          ...added,
          ...takenBack.map((each) => ({ ...each, count: -each.count })),
        ])
        // What was taken back has moved the newest time all the same, and with it what is kept.
        const clean = tallyOf(30 * day, kept)
        clean.add(Math.max(...added.map(({ time }) => time)), 'good', 0)
        for (const from of starts) expect(tally.window(from, now + 1)).toEqual(clean.window(from, now + 1))
        expect(tally.lastJudgedEnd).toBe(clean.lastJudgedEnd)
      }),
    )
  })

  it('starts a bucket at its first millisecond and ends it before the next one', () => {
    const tally = new Tally(retentionFor(30 * day))
    const start = Date.UTC(2026, 5, 15, 12)
    for (const time of [start - 1, start, start + 9999, start + 10_000]) tally.add(time, 'good')
    expect(tally.window(start, start + 10_000).good).toBe(2)
    expect(tally.window(start + 9999, start + 9999).good).toBe(2)
    expect(tally.window(start, start).good).toBe(0)
    expect(tally.window(start, start + 10_001).good).toBe(3)
  })

  it('is empty before its first event, for any window', () => {
    const tally = new Tally(retentionFor(30 * day))
    expect(tally.window(now - 30 * day, now)).toEqual({ good: 0, bad: 0, excluded: 0 })
    expect([tally.newest, tally.oldest, tally.lastJudgedEnd, tally.bytes]).toEqual([
      -Infinity,
      Infinity,
      -Infinity,
      0,
    ])
  })

  it('counts before 1970 as after it', () => {
    const tally = new Tally(retentionFor(30 * day))
    tally.add(-1, 'bad')
    expect(tally.window(-10_000, 0).bad).toBe(1)
    expect(tally.window(0, 10_000).bad).toBe(0)
  })
})

describe('the last judged bucket of a tally', () => {
  it('passes over excluded events and ends as finely as it is kept', () => {
    const tally = new Tally(retentionFor(30 * day))
    const judged = Date.UTC(2026, 5, 15, 12, 3, 21)
    tally.add(judged - minute, 'good')
    tally.add(judged, 'bad')
    expect(tally.lastJudgedEnd).toBe(judged + 9 * second)
    tally.add(judged + 30 * minute, 'excluded')
    expect(tally.lastJudgedEnd).toBe(judged + 9 * second)
    tally.add(judged + day, 'excluded')
    expect(tally.lastJudgedEnd).toBe(Date.UTC(2026, 5, 15, 12, 5))
    tally.add(judged + 33 * day, 'excluded')
    expect(tally.lastJudgedEnd).toBe(Date.UTC(2026, 5, 15, 13))
  })
})

describe('what a tally keeps', () => {
  it('counts late events at the resolution that is left for them', () => {
    const tally = new Tally(retentionFor(30 * day))
    const noon = Date.UTC(2026, 5, 15, 12)
    tally.add(noon, 'good')
    const late = noon - 5 * hour + 42 * second
    tally.add(late, 'bad')
    expect(tally.window(late - 42 * second, late - 41 * second).bad).toBe(1)
    expect(tally.window(noon - 5 * hour + 5 * minute, noon + 1).bad).toBe(0)
  })

  it('is the whole window and four days, to the hour', () => {
    const tally = new Tally(retentionFor(90 * day))
    tally.add(now - 93 * day, 'bad')
    tally.add(now, 'good')
    tally.add(now - 93 * day + hour, 'bad')
    expect(tally.window(now - 94 * day, now + 1)).toEqual({ good: 1, bad: 2, excluded: 0 })
    tally.add(now + 60 * day, 'good')
    expect(tally.window(now - 94 * day, now + 1).bad).toBe(0)
  })

  it('holds days beyond 2^32 events, and hours up to it', () => {
    const tally = new Tally(retentionFor(30 * day))
    const midnight = Date.UTC(2026, 5, 15)
    for (let h = 0; h < 24; h++) tally.add(midnight + h * hour, 'good', 2 ** 32 - 1)
    tally.add(midnight + 2 * day, 'good')
    expect(tally.window(midnight, midnight + day).good).toBe(24 * (2 ** 32 - 1))
    expect(tally.window(midnight, midnight + hour).good).toBe(2 ** 32 - 1)
  })

  // Bytes of pages, not of the few objects around them.
  it.each([
    ['7 d', 7 * day, 60_000],
    ['30 d', 30 * day, 150_000],
    ['31 d', 31 * day, 150_000],
    ['a calendar month', 32.5 * day, 150_000],
    ['90 d', 90 * day, 150_000],
  ])('is at most 150 kB for a window of %s, after 100 days without a pause', (_, windowMs, most) => {
    const tally = new Tally(retentionFor(windowMs))
    let bytes = 0
    for (let time = now - 100 * day; time <= now; time += 5 * minute) {
      tally.add(time, 'good')
      bytes = Math.max(bytes, tally.bytes)
    }
    expect(bytes).toBeLessThanOrEqual(most)
    // So much is needed to answer at all: the test would notice if nothing was kept.
    expect(tally.window(now - windowMs, now + 1).good).toBeGreaterThanOrEqual(windowMs / (5 * minute))
  })
})
