import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Differences } from './differences.ts'
import { type Fact, plainIssuance } from './fact.ts'
import { type OracleObjective, oracleObjectives } from './objectives.ts'
import { Random } from './random.ts'
import { compareWithin, type Status } from './status-comparison.ts'
import { chaptersOf, makeRecords, planDeliveries } from './traffic.ts'
import { instantOf, objectiveTruth } from './truth.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const noon = Date.UTC(2025, 2, 3, 12)

function objective(name: string): OracleObjective {
  const found = oracleObjectives.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no objective ${name}`)
  return found
}

function issued(time: number, failed = false): Fact {
  return {
    ...plainIssuance,
    time,
    source: 'kubernetes-audit',
    provider: 'kubernetes',
    layer: 'container',
    identity: 'system:serviceaccount:shop:cart',
    identityType: 'service-account',
    app: 'shop',
    failure: failed ? { code: '500', reason: 'platform_error', fault: 'platform' } : undefined,
  }
}

function used(time: number, refused?: Fact['refused'], service = 's3'): Fact {
  const expired = { code: 'ExpiredToken', reason: 'token_expired', fault: 'caller' } as const
  return { ...issued(time), kind: 'use', service, refused, failure: refused && expired }
}

describe('the oracle', () => {
  it('shares no code with what it checks', () => {
    const folder = new URL('./', import.meta.url)
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const imported = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map(
        ([, path]) => path ?? '',
      ),
    )
    const elsewhere = imported.filter((path) => !path.startsWith('./') && !path.startsWith('node:'))
    expect(files.length).toBeGreaterThan(15)
    expect(new Set(elsewhere)).toEqual(new Set(['../child.ts', '../exposition.ts', 'kafkajs']))
    for (const path of ['../child.ts', '../exposition.ts'])
      expect(readFileSync(new URL(path, folder), 'utf8')).not.toMatch(/(?:from|import) '[^']*src\//)
  })

  it('delivers each record up to three times, mixed up, and up to two hours late', () => {
    const records = makeRecords(new Random(1), 3000)
    const plan = planDeliveries(new Random(2), records)
    const times = [...Map.groupBy(plan, ({ record }) => record).values()].map(({ length }) => length)
    expect(times).toHaveLength(records.length)
    expect(new Set(times)).toEqual(new Set([1, 2, 3]))
    const late = plan.map(({ arrival, record }) => arrival - record.fact.time)
    expect(Math.max(...late)).toBeGreaterThan(110 * minuteMs)
    expect(Math.max(...late)).toBeLessThanOrEqual(2 * hourMs)
    const backwards = plan.filter(({ record }, i) => record.fact.time < (plan[i - 1]?.record.fact.time ?? 0))
    expect(backwards.length).toBeGreaterThan(plan.length / 4)
    expect(chaptersOf(plan).flat()).toEqual(plan)
  })

  it('makes the same of the same seed, and something else of another', () => {
    const text = (seed: number): string => JSON.stringify(makeRecords(new Random(seed), 200))
    expect(text(5)).toBe(text(5))
    expect(text(5)).not.toBe(text(6))
  })
})

describe('the truth', () => {
  it('is counted in windows that end with the ten seconds of the newest event', () => {
    const facts = [
      issued(noon),
      issued(noon - 4 * minuteMs, true),
      issued(noon - 50 * minuteMs, true),
      issued(noon - 8 * hourMs),
    ]
    const at = instantOf(facts)
    const { period, value, remaining, window, top } = objectiveTruth(objective('issuance'), facts, at)
    expect(at).toBe(noon + 10_000)
    expect(period).toMatchObject({ good: 2, bad: 2, excluded: 0, errorRatio: 0.5 })
    expect([value, remaining]).toEqual([0.5, 1 - 0.5 / 0.001])
    expect(window(5 * minuteMs)).toMatchObject({ good: 1, bad: 1, errorRatio: 0.5 })
    expect(window(hourMs)).toMatchObject({ good: 1, bad: 2 })
    expect(top.code).toEqual([['500', 2]])
  })

  it('leaves out a 401 that a success follows within 30 s on the same service', () => {
    const facts = [
      used(noon, 401),
      used(noon + 30_000),
      used(noon + hourMs, 401),
      used(noon + hourMs + 31_000),
      used(noon + 2 * hourMs, 401),
      used(noon + 2 * hourMs + 5000, undefined, 'sqs'),
    ]
    const { period, seen } = objectiveTruth(objective('use'), facts, instantOf(facts))
    expect(period).toMatchObject({ good: 3, bad: 2, excluded: 1 })
    expect(seen).toEqual({ good: 3, bad: 3, excluded: 1 })
  })

  it('counts slices by whether enough of each is good', () => {
    const slice = (start: number, bad: number): readonly Fact[] =>
      Array.from({ length: 10 }, (_, i) => issued(noon + start * minuteMs + i * 1000, i < bad))
    const facts = [...slice(0, 1), ...slice(5, 2), ...slice(20, 0)]
    const { period } = objectiveTruth(objective('slices'), facts, instantOf(facts))
    expect(period).toMatchObject({ good: 2, bad: 1 })
  })

  it('holds the last rate of a window without events', () => {
    const facts = [issued(noon, true), issued(noon + 1000), issued(noon + hourMs)].map((fact, i): Fact => {
      return i < 2 ? fact : { ...fact, identity: 'system:serviceaccount:search:indexer' }
    })
    const { window } = objectiveTruth(objective('shop-today'), facts, instantOf(facts))
    expect(window(5 * minuteMs)).toMatchObject({ good: 1, bad: 1 })
  })

  it('begins a calendar month at its first midnight', () => {
    const facts = [issued(Date.UTC(2025, 1, 28, 23)), issued(noon)].map((fact): Fact => {
      return { ...fact, provider: 'azure' }
    })
    const { from, period } = objectiveTruth(objective('this-month'), facts, instantOf(facts))
    expect(new Date(from).toISOString()).toBe('2025-03-01T00:00:00.000Z')
    expect(period.good).toBe(1)
  })
})

describe('a comparison', () => {
  it('notices one event in a million', () => {
    const differences = new Differences()
    differences.ratio('a ratio', 7 / 1_000_000, 7 / 1_000_000)
    differences.ratio('another', 7 / 999_999, 7 / 1_000_000)
    differences.exact('a count', undefined, 7)
    differences.within('a sum', 9, 7, 8)
    expect(differences.found.map((text) => text.split(' is ')[0])).toEqual([
      ': another',
      ': a count',
      ': a sum',
    ])
    expect(differences.compared).toBe(4)
  })

  it('notices numbers of two commits in one answer', () => {
    const status = (good: number): Status => ({
      records: { accepted: 3 },
      indicators: [
        { id: 'token-issuance', good, bad: 1, excluded: 0 },
        { id: 'service-auth', good: 0, bad: 0, excluded: 0 },
      ],
      objectives: [
        {
          name: 'issuance',
          from: '',
          to: '',
          value: 1,
          errorBudgetRemaining: 1,
          burnRates: {},
          topContributors: {},
          good: 2,
          bad: 1,
          excluded: 0,
        },
      ],
      identities: [],
    })
    const found = (good: number): number => {
      const differences = new Differences()
      compareWithin(status(good), differences)
      return differences.found.length
    }
    expect([found(2), found(1)]).toEqual([0, 2])
  })
})
