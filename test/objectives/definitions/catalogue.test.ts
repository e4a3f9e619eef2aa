/** Valid definitions become the catalogue: objectives, defaults, references and inline forms. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Catalogue, loadDefinitions } from '../../../src/objectives/definitions/catalogue.ts'
import type { Objective } from '../../../src/objectives/objective.ts'

const sli = `
apiVersion: openslo/v1
kind: SLI
metadata: {name: issuance}
spec:
  ratioMetric:
    counter: true
    good: &source
      metricSource: {type: identity-slo, spec: {indicator: token-issuance, where: {provider: azure}}}
    total: *source
`

const latency = `
apiVersion: openslo/v1
kind: SLI
metadata: {name: latency}
spec:
  thresholdMetric:
    metricSource: {type: identity-slo, spec: {indicator: token-fetch-latency}}
`

function slo(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): string {
  return JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'tokens', ...metadata },
    spec: {
      service: 'checkout',
      indicatorRef: 'issuance',
      timeWindow: [{ duration: '30d', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ target: 0.999 }],
      ...spec,
    },
  })
}

function load(...documents: readonly string[]): Catalogue {
  const { catalogue, problems } = loadDefinitions([{ path: 'a.yaml', text: documents.join('\n---\n') }])
  expect(problems).toEqual([])
  return catalogue
}

function only(catalogue: Catalogue): Objective {
  const [objective, ...others] = catalogue.objectives
  if (!objective || others.length > 0) throw new Error(`${catalogue.objectives.length} objectives`)
  return objective
}

test('an SLO becomes an objective with all defaults', () => {
  expect(only(load(sli, slo({})))).toEqual({
    id: 'checkout-tokens',
    name: 'tokens',
    displayName: 'tokens',
    service: 'checkout',
    description: '',
    sli: { indicator: 'token-issuance', where: { provider: ['azure'] } },
    parts: [],
    target: { percent: '99.9', ratio: '0.999', budget: '0.001' },
    window: { kind: 'rolling', durationMs: 2_592_000_000, text: '30d' },
    budgeting: { method: 'Occurrences' },
    noData: 'hold',
    owner: '',
    severityClass: 'standard',
    rotationGraceMs: 30_000,
    minBadEvents: 2,
    revision: expect.stringMatching(/^[0-9a-f]{16}$/),
    definedAt: expect.stringMatching(/^a\.yaml:\d+$/),
    definition: expect.stringMatching(/"?kind"?: ?"?SLO/),
  })
})

test('annotations set what they name', () => {
  const annotations = {
    'identity-slo.dev/owner': 'team-tokens',
    'identity-slo.dev/severity-class': 'batch',
    'identity-slo.dev/rotation-grace': '0s',
    'identity-slo.dev/min-bad-events': '5',
    'identity-slo.dev/no-data': 'bad',
    'identity-slo.dev/exclusions': 'exclusions.yaml',
    'identity-slo.dev/alert-tiers': 'ticket-quick, page-quick',
    'example.com/dashboard': 'whatever',
  }
  const catalogue = load(sli, slo({}, { annotations }))
  expect(only(catalogue)).toMatchObject({
    owner: 'team-tokens',
    severityClass: 'batch',
    rotationGraceMs: 0,
    minBadEvents: 5,
    noData: 'bad',
    alertTiers: ['page-quick', 'ticket-quick'],
  })
  expect(catalogue.slos[0]?.exclusions).toBe('exclusions.yaml')
  expect(catalogue.slos[0]?.definition.metadata.annotations['example.com/dashboard']).toBe('whatever')
})

test('a Service gives its SLOs their owner and severity class, unless they have their own', () => {
  const service = JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'Service',
    metadata: {
      name: 'checkout',
      annotations: { 'identity-slo.dev/owner': 'shop', 'identity-slo.dev/severity-class': 'critical' },
    },
  })
  expect(only(load(service, sli, slo({})))).toMatchObject({ owner: 'shop', severityClass: 'critical' })
  const own = slo({}, { annotations: { 'identity-slo.dev/owner': 'tokens' } })
  expect(only(load(service, sli, own))).toMatchObject({ owner: 'tokens', severityClass: 'critical' })
})

test.each([
  ['target: 0.9995', '99.95', '0.9995', '0.0005'],
  ['targetPercent: 99.95', '99.95', '0.9995', '0.0005'],
  ['targetPercent: 99.9', '99.9', '0.999', '0.001'],
  ['target: 0.9990', '99.9', '0.999', '0.001'],
  ['targetPercent: 95', '95', '0.95', '0.05'],
  ['targetPercent: 99.99999', '99.99999', '0.9999999', '0.0000001'],
])('%s is exact', (written, percent, ratio, budget) => {
  const text = slo({ objectives: ['TARGET'] }).replace('"TARGET"', `{${written}}`)
  expect(only(load(sli, text)).target).toEqual({ percent, ratio, budget })
})

test('rolling windows are spelled as their length, calendars as written', () => {
  const window = (timeWindow: unknown) => only(load(sli, slo({ timeWindow: [timeWindow] }))).window
  expect(window({ duration: '6w', isRolling: true })).toEqual({
    kind: 'rolling',
    durationMs: 42 * 86_400_000,
    text: '42d',
  })
  expect(window({ duration: '1M', isRolling: true })).toMatchObject({ text: '30d' })
  const calendar = { startTime: '2026-01-31 09:30:00', timeZone: 'America/New_York' }
  expect(window({ duration: '1Q', calendar })).toEqual({
    kind: 'calendar',
    durationMs: 90 * 86_400_000,
    text: '1Q',
    count: 1,
    unit: 'Q',
    ...calendar,
  })
})

test('budgeting by slices takes a duration or a number of minutes', () => {
  const budgeting = (budgetingMethod: string, objective: object) =>
    only(load(sli, slo({ budgetingMethod, objectives: [{ target: 0.999, ...objective }] }))).budgeting
  expect(budgeting('Timeslices', { timeSliceTarget: 0.95, timeSliceWindow: '5m' })).toEqual({
    method: 'Timeslices',
    sliceMs: 300_000,
    sliceTarget: '0.95',
  })
  expect(budgeting('Timeslices', { timeSliceTarget: 1, timeSliceWindow: 0.5 })).toEqual({
    method: 'Timeslices',
    sliceMs: 30_000,
    sliceTarget: '1',
  })
  expect(budgeting('RatioTimeslices', { timeSliceWindow: 2 })).toEqual({
    method: 'RatioTimeslices',
    sliceMs: 120_000,
  })
})

test('several objectives have names that do not depend on their order', () => {
  const objectives = [
    { displayName: 'Goal (internal)', target: 0.9999 },
    { displayName: 'Contract', target: 0.999 },
    { target: 0.995 },
  ]
  const named = (list: readonly object[]) =>
    load(sli, slo({ objectives: list }, { displayName: 'Tokens' })).objectives.map(
      (objective) => `${objective.id} | ${objective.displayName} | ${objective.target.percent}`,
    )
  expect(named(objectives)).toEqual([
    'checkout-tokens-goal-internal | Tokens: Goal (internal) | 99.99',
    'checkout-tokens-contract | Tokens: Contract | 99.9',
    'checkout-tokens-99-5 | Tokens: 99.5 % | 99.5',
  ])
  expect(named(objectives.toReversed())).toEqual(named(objectives).toReversed())
})

test('thresholds come from op and value, each objective with its own', () => {
  const objectives = [
    { op: 'lte', value: 200, target: 0.95 },
    { op: 'lte', value: 1500.5, target: 0.99 },
  ]
  const { objectives: read } = load(latency, slo({ indicatorRef: 'latency', objectives }))
  expect(read.map(({ name, sli: source }) => [name, source?.thresholdMs])).toEqual([
    ['tokens-95-within-200-ms', 200],
    ['tokens-99-within-1500-5-ms', 1500.5],
  ])
  expect(read[0]?.revision).not.toBe(read[1]?.revision)
})

function inlineRatio(source: object, form: 'good' | 'bad' | 'raw', type: object = { type: 'identity-slo' }) {
  const metricSource = { metricSource: { ...type, spec: source } }
  const ratioMetric =
    form === 'raw'
      ? { rawType: 'success', raw: metricSource }
      : { counter: true, [form]: metricSource, total: metricSource }
  const indicator = { metadata: { name: 'inline' }, spec: { ratioMetric } }
  return slo({ indicatorRef: undefined, indicator })
}

test.each(['good', 'bad', 'raw'] as const)('our source may stand as %s', (form) => {
  const { sli: source } = only(load(inlineRatio({ indicator: 'service-auth' }, form)))
  expect(source).toEqual({ indicator: 'service-auth', where: {} })
})

test('the type may come from a DataSource, whose connection details are not kept', () => {
  const dataSource = JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'DataSource',
    metadata: { name: 'audit' },
    spec: { type: 'identity-slo', connectionDetails: { password: 'hunter2' } },
  })
  const catalogue = load(
    dataSource,
    inlineRatio({ indicator: 'service-auth' }, 'good', { metricSourceRef: 'audit' }),
  )
  expect(only(catalogue).sli?.indicator).toBe('service-auth')
  expect(JSON.stringify(catalogue.dataSources)).not.toContain('hunter2')
})

test('where takes texts, lists, globs, numbers as written, and snake case', () => {
  const where = `{provider: [azure, aws], app: "check*", tenant: 012345678901, identity_type: service-account}`
  const text = sli.replace('{provider: azure}', where)
  expect(only(load(text, slo({}))).sli?.where).toEqual({
    provider: ['azure', 'aws'],
    app: ['check*'],
    tenant: ['012345678901'],
    identityType: ['service-account'],
  })
})

test('people count only where a where names them', () => {
  const includes = (identityType: unknown) =>
    only(load(inlineRatio({ indicator: 'token-issuance', where: { identityType } }, 'good'))).sli
      ?.includesPeople
  expect(includes(['role', 'user'])).toBe(true)
  expect(includes('user')).toBe(true)
  expect(includes('user-assigned')).toBeUndefined()
  expect(includes('*')).toBeUndefined()
})

test('faults are a list or one', () => {
  const faults = (value: unknown) =>
    only(load(inlineRatio({ indicator: 'token-issuance', faults: value }, 'good'))).sli?.faults
  expect(faults('platform')).toEqual(['platform'])
  expect(faults(['policy', 'caller'])).toEqual(['caller', 'policy'])
})

test('a latency ratio without a threshold has the indicator default', () => {
  const threshold = (spec: object) =>
    only(load(inlineRatio({ indicator: 'token-fetch-latency', ...spec }, 'good'))).sli?.thresholdMs
  expect(threshold({})).toBe(200)
  expect(threshold({ thresholdMs: 50 })).toBe(50)
})

test('a composite is one objective of several parts, with their weighted mean as target', () => {
  const objectives = [
    { displayName: 'Issued', target: 0.999, compositeWeight: 3, indicatorRef: 'issuance' },
    { target: 0.95, op: 'lte', value: 100, indicatorRef: 'latency' },
  ]
  const composite = only(load(sli, latency, slo({ indicatorRef: undefined, objectives })))
  expect(composite).toMatchObject({
    id: 'checkout-tokens',
    sli: undefined,
    target: { percent: '98.675', ratio: '0.98675', budget: '0.01325' },
    parts: [
      { name: 'Issued', weight: 3, sli: { indicator: 'token-issuance' }, target: { percent: '99.9' } },
      { name: 'latency', weight: 1, sli: { thresholdMs: 100 }, target: { percent: '95' } },
    ],
  })
})

const inlinePolicy = {
  kind: 'AlertPolicy',
  metadata: { name: 'page' },
  spec: {
    alertWhenBreaching: true,
    conditions: [
      {
        kind: 'AlertCondition',
        metadata: { name: 'fast' },
        spec: {
          severity: 'page',
          condition: {
            kind: 'burnrate',
            op: 'gte',
            threshold: 14.4,
            lookbackWindow: '60m',
            alertAfter: '0m',
          },
        },
      },
    ],
    notificationTargets: [
      { kind: 'AlertNotificationTarget', metadata: { name: 'on-call' }, spec: { target: 'pager' } },
    ],
  },
}

test('policies, conditions and targets may all stand inline', () => {
  const catalogue = load(sli, slo({ alertPolicies: [inlinePolicy] }))
  expect(catalogue.slos[0]?.objectiveIds).toEqual(['checkout-tokens'])
  expect(catalogue.slos[0]?.alertPolicies).toMatchObject([
    {
      metadata: { name: 'page' },
      alertWhenBreaching: true,
      alertWhenResolved: false,
      condition: { severity: 'page', threshold: 14.4, alertAfterMs: 0 },
      notificationTargets: [{ target: 'pager' }],
    },
  ])
  expect(catalogue.alertPolicies).toEqual([])
})

test('a reference reaches into another file, in any order of files', () => {
  const files = [
    { path: 'b.yaml', text: slo({}) },
    { path: 'a.yaml', text: sli },
  ]
  for (const order of [files, files.toReversed()]) {
    const { catalogue, problems } = loadDefinitions(order)
    expect(problems).toEqual([])
    expect(only(catalogue).definedAt).toBe('b.yaml:1')
  }
})

test('what refers to a broken definition is left out without a second message', () => {
  const broken = sli.replace('provider: azure', 'provider: azuer')
  const { catalogue, problems } = loadDefinitions([{ path: 'a.yaml', text: `${broken}\n---\n${slo({})}` }])
  expect(problems).toHaveLength(1)
  expect(catalogue.objectives).toEqual([])
  expect(catalogue.slis).toEqual([])
})

test('an error in one SLO leaves the others in the catalogue', () => {
  const other = slo({ objectives: [{ target: 2 }] }, { name: 'other' })
  const { catalogue, problems } = loadDefinitions([
    { path: 'a.yaml', text: [sli, slo({}), other].join('\n---\n') },
  ])
  expect(problems).toHaveLength(1)
  expect(catalogue.objectives.map((objective) => objective.id)).toEqual(['checkout-tokens'])
})

test('names that objects inherit are names like others', () => {
  const { problems } = loadDefinitions([
    {
      path: 'a.yaml',
      text: slo({ constructor: 1, __proto__: 2 }, { annotations: { 'identity-slo.dev/constructor': 'x' } }),
    },
  ])
  const unknown = problems
    .map((problem) => problem.message)
    .filter((message) => message.startsWith('unknown'))
  expect(unknown).toHaveLength(2)
})

test('no text makes it throw, and every problem has a place in its file', () => {
  const whole = [sli, latency, slo({ alertPolicies: [inlinePolicy] })].join('\n---\n')
  const cut = fc.tuple(fc.nat(whole.length), fc.nat(40), fc.string({ maxLength: 6 }))
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      const text = cuts.reduce(
        (all, [at, length, put]) => all.slice(0, at) + put + all.slice(at + length),
        whole,
      )
      const lines = text.split('\n').length
      for (const { line, column, message } of loadDefinitions([{ path: 'a.yaml', text }]).problems) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(message).not.toMatch(/undefined|\[object|NaN/)
      }
    }),
    { numRuns: 300 },
  )
})
