import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shippedScenarios } from '../../src/app/commands/simulate.ts'
import { faultKinds, logIds } from '../../src/simulation/scenario.ts'
import type { Arriving } from '../../src/simulation/simulation.ts'
import { everything, replayed, scenarioAt, shippedScenario, simulated } from '../support/simulated.ts'

const hourMs = 3_600_000

function bytesOf(records: readonly Arriving[]): string {
  return records.map(({ arrival, log, text }) => `${arrival} ${log} ${text}`).join('\n')
}

/** Of a replay, the indicators that the truth counts. */
function counted(records: readonly Arriving[], ids: readonly string[]) {
  const report = replayed(records)
  const { read, accepted, duplicates, rejected, late } = report.records
  const indicators = report.indicators.filter(({ id }) => ids.includes(id))
  return { read, accepted, duplicates, rejected, late, indicators }
}

interface Case {
  readonly name: string
  readonly path: string
  readonly lengthMs?: number
  readonly rate?: number
}

const cases: readonly Case[] = [
  { name: 'with everything that can break', path: everything },
  ...shippedScenarios().map((name) => ({
    name,
    path: shippedScenario(name),
    lengthMs: 3 * hourMs,
    rate: 0.5,
  })),
]

describe.each(cases)('the scenario $name', ({ path, lengthMs, rate }) => {
  const scenario = scenarioAt(path, { lengthMs, rate })
  const { records, truth } = simulated(scenario)

  it('is read by our connectors without a rejection, and counted as its truth says', () => {
    const ids = truth.indicators.map(({ id }) => id)
    const { read, duplicates, rejected, late, indicators } = counted(records, ids)
    expect({ rejected, late }).toEqual({ rejected: 0, late: 0 })
    expect({ read, duplicates }).toEqual({
      read: truth.records.delivered,
      duplicates: truth.records.duplicates,
    })
    expect(indicators.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      truth.indicators.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    )
  })

  it('gives the same bytes again, and others for another seed', () => {
    expect(bytesOf(simulated(scenarioAt(path, { lengthMs, rate })).records)).toBe(bytesOf(records))
    expect(bytesOf(simulated(scenarioAt(path, { lengthMs, rate, seed: 99 })).records)).not.toBe(
      bytesOf(records),
    )
  })

  it('gives its records in the order in which they arrive, none before it happened', () => {
    const arrivals = records.map(({ arrival }) => arrival)
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b))
    expect(arrivals.length).toBeGreaterThan(100)
    expect(arrivals[0]).toBeGreaterThanOrEqual(scenario.start - 1000)
  })
})

describe('the scenario with everything in it', () => {
  const { records, truth } = simulated(scenarioAt(everything))

  it('has each kind of fault and each log', () => {
    expect(new Set(truth.faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds))
    expect(new Set(records.map(({ log }) => log))).toEqual(new Set(logIds))
  })

  it('says of each fault when its first record arrived, and what began it', () => {
    for (const fault of truth.faults) {
      if (fault.kind === 'source-silent' || fault.kind === 'blip') continue
      if (fault.kind === 'metadata-blocked') {
        expect([fault.records, fault.firstArrival]).toEqual([0, null])
        expect(fault.telemetry.records).toBeGreaterThan(0)
        continue
      }
      expect(fault.records, fault.kind).toBeGreaterThan(0)
      expect(Date.parse(fault.firstRecord ?? ''), fault.kind).toBeGreaterThanOrEqual(
        Date.parse(fault.from) - 1000,
      )
      expect(Date.parse(fault.firstArrival ?? '')).toBeGreaterThanOrEqual(Date.parse(fault.firstRecord ?? ''))
      expect(fault.culprits.length).toBeGreaterThan(0)
    }
    const changed = truth.faults.filter(({ change }) => change !== null).map(({ kind }) => kind)
    expect(changed).toEqual(['role-revoked', 'identity-deleted', 'trust-mismatch', 'over-permission'])
  })

  it('counts for any seed what a replay counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), fc.constantFrom(0.2, 0.5, 1), (seed, rate) => {
        const run = simulated(scenarioAt(everything, { seed, rate, lengthMs: 2 * hourMs }))
        const ids = run.truth.indicators.map(({ id }) => id)
        const { indicators, rejected } = counted(run.records, ids)
        expect(rejected).toBe(0)
        for (const expected of run.truth.indicators) expect(indicators).toContainEqual(expected)
      }),
      { numRuns: 4 },
    )
  })

  it('loses what a silent log would have had, and keeps what it holds back', () => {
    const silences = truth.faults.filter(({ kind }) => kind === 'source-silent')
    expect(silences).toHaveLength(2)
    const [lost, held] = silences
    const timesOf = (log: string): readonly number[] =>
      records
        .filter((record) => record.log === log)
        .map(({ text }) => Date.parse(/"(?:eventTime|timestamp)":"([^"]+)"/.exec(text)?.[1] ?? ''))
    const within = (times: readonly number[], from = '', to = ''): number =>
      times.filter((time) => Date.parse(from) <= time && time < Date.parse(to)).length
    expect(within(timesOf('aws-cloudtrail'), lost?.from, lost?.to)).toBe(0)
    expect(truth.logs['aws-cloudtrail']?.lost).toBeGreaterThan(0)
    expect(within(timesOf('gcp-audit'), held?.from, held?.to)).toBeGreaterThan(0)
    expect(truth.logs['gcp-audit']?.lost).toBe(0)
    const arrivedMeanwhile = records.filter(
      ({ log, arrival, text }) =>
        log === 'gcp-audit' &&
        arrival < Date.parse(held?.to ?? '') &&
        Date.parse(/"timestamp":"([^"]+)"/.exec(text)?.[1] ?? '') >= Date.parse(held?.from ?? ''),
    )
    expect(arrivedMeanwhile).toEqual([])
  })

  it('grows with rate and length', () => {
    const count = (rate: number, hours: number): number =>
      simulated(scenarioAt(everything, { rate, lengthMs: hours * hourMs })).records.length
    const one = count(1, 1)
    expect(count(3, 1) / one).toBeGreaterThan(2)
    expect(count(1, 2) / one).toBeGreaterThan(1.5)
  })
})
