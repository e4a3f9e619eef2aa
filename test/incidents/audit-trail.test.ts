import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuditTrail } from '../../src/incidents/audit-trail.ts'
import { noon } from '../support/event.ts'

const minuteMs = 60_000
const end = noon + 240 * minuteMs

function trailOf(minutes: readonly number[], source = 'okta') {
  const trail = new AuditTrail(noon, end)
  for (const minute of minutes) trail.event(source, noon + minute * minuteMs, noon + minute * minuteMs)
  const [one] = trail.sources()
  if (one === undefined) throw new Error('no source')
  return one
}

function silencesOf(minutes: readonly number[]): readonly (readonly [number, number])[] {
  return trailOf(minutes).silences.map(({ from, to }) => [(from - noon) / minuteMs, (to - noon) / minuteMs])
}

const steady = Array.from({ length: 240 }, (_, i) => i)

describe('the audit trail of an interval', () => {
  it('finds no silence where a source speaks as often as it usually does', () => {
    expect(silencesOf(steady)).toEqual([])
    expect(silencesOf(steady.filter((minute) => minute % 20 === 0))).toEqual([])
  })

  it('finds the stretch in which a source says nothing, also at the ends', () => {
    expect(silencesOf(steady.filter((minute) => minute < 60 || minute >= 80))).toEqual([[60, 80]])
    expect(silencesOf(steady.filter((minute) => minute >= 30 && minute < 200))).toEqual([
      [0, 30],
      [200, 240],
    ])
  })

  it('does not say so of a source with too few events to tell', () => {
    expect(silencesOf([0, 100, 239])).toEqual([])
  })

  it('calls a source silent that has events only outside of the interval, and says how far it was read', () => {
    const before = trailOf([-30])
    expect(before).toMatchObject({ events: 0, usualGapMs: undefined, readUntil: noon - 30 * minuteMs })
    expect(before.silences).toEqual([{ from: noon, to: end }])
  })

  it('counts what came late, and what was rejected while it lasted', () => {
    const trail = new AuditTrail(noon, end)
    trail.event('okta', noon, noon + 10 * minuteMs)
    trail.event('okta', noon, noon + 40 * minuteMs)
    trail.event('okta', noon, Number.NEGATIVE_INFINITY)
    trail.rejected('okta', 'missing_field', noon)
    trail.rejected('okta', 'missing_field', end)
    trail.rejected('okta', 'missing_field', Number.NEGATIVE_INFINITY)
    expect(trail.sources()).toMatchObject([
      { events: 3, late: 1, longestDelayMs: 40 * minuteMs, rejected: { missing_field: 1 } },
    ])
  })

  it('never names a minute silent in which there was an event, and stays bounded for a year', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(239), { maxLength: 40 }), (minutes) => {
        for (const [from, to] of minutes.length === 0 ? [] : silencesOf(minutes)) {
          expect(minutes.filter((minute) => minute >= from && minute < to)).toEqual([])
          expect(to - from).toBeGreaterThanOrEqual(15)
        }
      }),
    )
    const year = new AuditTrail(noon, noon + 365 * 1440 * minuteMs)
    year.event('okta', noon, noon)
    expect(year.sources()[0]).toMatchObject({ events: 1, usualGapMs: undefined, silences: [] })
  })
})
