/** A revision changes with what is counted, and with nothing else. */
import { expect, test } from 'vitest'
import { fnv1a64, revisionOf } from '../../../src/objectives/definitions/revision.ts'

test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('fnv1a64 of "%s" is the published value', (text, hash) => {
  expect(fnv1a64(text)).toBe(hash)
})

const base: Parameters<typeof revisionOf>[0] = {
  sli: { indicator: 'token-issuance', where: { provider: ['azure', 'aws'], app: ['checkout'] } },
  parts: [],
  budgeting: { method: 'Occurrences' },
  window: { kind: 'rolling', durationMs: 2_592_000_000, text: '30d' },
  rotationGraceMs: 30_000,
}

test('the order of fields and values does not matter', () => {
  const reordered = {
    ...base,
    sli: { indicator: 'token-issuance', where: { app: ['checkout'], provider: ['aws', 'azure'] } },
  } as const
  expect(revisionOf(reordered)).toBe(revisionOf(base))
})

const part = { name: 'a', sli: base.sli ?? { indicator: 'token-age', where: {} }, weight: 1 } as const
const target = { percent: '99', ratio: '0.99', budget: '0.01' }
const changes: readonly (readonly [string, Parameters<typeof revisionOf>[0]])[] = [
  [
    'indicator',
    { ...base, sli: { indicator: 'service-auth', where: { provider: ['azure', 'aws'], app: ['checkout'] } } },
  ],
  [
    'where value',
    { ...base, sli: { indicator: 'token-issuance', where: { provider: ['azure'], app: ['checkout'] } } },
  ],
  ['where field', { ...base, sli: { indicator: 'token-issuance', where: { provider: ['azure', 'aws'] } } }],
  ['faults', { ...base, sli: { ...part.sli, faults: ['platform'] } }],
  ['threshold', { ...base, sli: { ...part.sli, thresholdMs: 200 } }],
  ['people', { ...base, sli: { ...part.sli, includesPeople: true } }],
  ['slices', { ...base, budgeting: { method: 'RatioTimeslices', sliceMs: 60_000 } }],
  ['slice target', { ...base, budgeting: { method: 'Timeslices', sliceMs: 60_000, sliceTarget: '0.95' } }],
  ['slice length', { ...base, budgeting: { method: 'Timeslices', sliceMs: 300_000, sliceTarget: '0.95' } }],
  ['window', { ...base, window: { kind: 'rolling', durationMs: 604_800_000, text: '7d' } }],
  [
    'calendar',
    {
      ...base,
      window: {
        kind: 'calendar',
        durationMs: 2_592_000_000,
        text: '1M',
        count: 1,
        unit: 'M',
        startTime: '2026-01-01 00:00:00',
        timeZone: 'UTC',
      },
    },
  ],
  ['parts', { ...base, sli: undefined, parts: [{ ...part, target }] }],
]

test('each thing that decides what is counted changes it', () => {
  const revisions = [base, ...changes.map(([, changed]) => changed)].map(revisionOf)
  expect(new Set(revisions).size).toBe(changes.length + 1)
})

test('the rotation grace matters where it is used', () => {
  expect(revisionOf({ ...base, rotationGraceMs: 0 })).toBe(revisionOf(base))
  const auth = { ...base, sli: { indicator: 'service-auth', where: {} } } as const
  expect(revisionOf({ ...auth, rotationGraceMs: 0 })).not.toBe(revisionOf(auth))
})

const slices = { method: 'Timeslices', sliceMs: 60_000, sliceTarget: '0.95' } as const
const ratios = { method: 'RatioTimeslices', sliceMs: 60_000 } as const

function composite(
  budgeting: Parameters<typeof revisionOf>[0]['budgeting'],
  weights: readonly [number, number],
  percent = '99',
): string {
  const parts = weights.map((weight, i) => ({
    ...part,
    name: `${i}`,
    weight,
    target: { ...target, percent },
  }))
  return revisionOf({ ...base, sli: undefined, budgeting, parts })
}

test('targets of parts do not matter: they are applied to the counts', () => {
  for (const budgeting of [base.budgeting, slices, ratios])
    expect(composite(budgeting, [1, 1], '95')).toBe(composite(budgeting, [1, 1]))
})

test('weights of parts matter where a slice is worth their mean, up to a common factor', () => {
  for (const budgeting of [base.budgeting, slices])
    expect(composite(budgeting, [2, 1])).toBe(composite(budgeting, [1, 1]))
  expect(composite(ratios, [2, 1])).not.toBe(composite(ratios, [1, 1]))
  expect(composite(ratios, [2, 1])).not.toBe(composite(ratios, [1, 2]))
  expect(composite(ratios, [0.6, 0.3])).toBe(composite(ratios, [2, 1]))
})

test('no revision of an SLO with one source has changed: their histories go on', () => {
  expect(revisionOf(base)).toBe('ef725ecc0c2b297c')
  expect(revisionOf({ ...base, budgeting: ratios })).toBe('7bd3a9a6de172073')
})
