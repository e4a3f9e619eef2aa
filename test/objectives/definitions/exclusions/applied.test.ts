/** SLO documents with an exclusions file: how it is found, and what it does to their objectives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadDefinitions } from '../../../../src/objectives/definitions/catalogue.ts'
import type { OpenRelated } from '../../../../src/objectives/definitions/exclusions/exclusion-files.ts'
import type { Objective } from '../../../../src/objectives/objective.ts'

const window = `exclusions:
  - name: database-patch
    reason: The token database is patched.
    start: 2026-01-04 02:00
    timeZone: Europe/Berlin
    duration: 2h
    rrule: FREQ=WEEKLY
`

function slo(name: string, changes: { where?: string; budgeting?: string; file?: string } = {}): string {
  const {
    where = 'app: checkout',
    budgeting = 'budgetingMethod: Occurrences',
    file = 'exclusions.yaml',
  } = changes
  const slices = budgeting.includes('Timeslices')
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${name}
  annotations: {identity-slo.dev/exclusions: ${file}}
spec:
  service: checkout
  indicator:
    metadata: {name: ${name}}
    spec:
      ratioMetric:
        counter: true
        rawType: success
        raw: {metricSource: {type: identity-slo, spec: {indicator: token-issuance, where: {${where}}}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  ${budgeting}
  objectives: [{targetPercent: 99.9${slices ? ', timeSliceWindow: 1m, timeSliceTarget: 0.95' : ''}}]
`
}

/** Files by path; the definitions are those that begin with an SLO. */
function load(files: Readonly<Record<string, string>>) {
  const opened: string[] = []
  const open: OpenRelated = (from, named) => {
    const path = `${from.slice(0, from.lastIndexOf('/') + 1)}${named}`
    opened.push(path)
    const text = files[path]
    return text === undefined ? { path, reason: 'it does not exist' } : { path, text }
  }
  const definitions = Object.entries(files).map(([path, text]) => ({ path, text }))
  const { catalogue, problems } = loadDefinitions(definitions, open)
  const lines = problems.map(
    ({ file, line, column, severity, message }) => `${file}:${line}:${column} ${severity}: ${message}`,
  )
  return { objectives: catalogue.objectives, lines, opened }
}

function namesOf(objective: Objective | undefined): readonly string[] | undefined {
  return objective?.exclusions?.map(({ name }) => name)
}

describe('an SLO that names an exclusions file', () => {
  it('has its windows, and the same revision as without them', () => {
    const { objectives, lines } = load({ 'slo/a.yaml': slo('a'), 'slo/exclusions.yaml': window })
    expect(lines).toEqual([])
    const [exclusion] = objectives[0]?.exclusions ?? []
    expect(exclusion).toMatchObject({
      name: 'database-patch',
      reason: 'The token database is patched.',
      where: undefined,
      definedAt: 'slo/exclusions.yaml:2',
    })
    const monday = Date.parse('2026-06-01T00:00:00Z')
    const found = exclusion?.schedule.spans(monday, monday + 7 * 86_400_000) ?? []
    expect(found.map(({ from, to }) => [new Date(from).toISOString(), to - from])).toEqual([
      ['2026-06-07T00:00:00.000Z', 7_200_000],
    ])
    const without = load({ 'slo/a.yaml': slo('a').replace(/\n {2}annotations.*/, '') })
    expect(without.objectives[0]?.exclusions).toBeUndefined()
    expect(without.objectives[0]?.revision).toBe(objectives[0]?.revision)
  })

  it('finds it relative to its own file, and reads it once for all', () => {
    const files = {
      'slo/a.yaml': slo('a'),
      'slo/b.yaml': slo('b'),
      'other/c.yaml': slo('c', { file: 'more.yaml' }),
      'slo/exclusions.yaml': window,
      'other/more.yaml': window.replace('database-patch', 'moving'),
    }
    const { objectives, lines } = load(files)
    expect(lines).toEqual([])
    expect(objectives.map(namesOf)).toEqual([['database-patch'], ['database-patch'], ['moving']])
    expect(objectives[0]?.exclusions?.[0]?.schedule).toBe(objectives[1]?.exclusions?.[0]?.schedule)
  })

  it.each([
    ['start: 2026-01-04T02:00:00+01:00', 'end: 2026-01-04T04:30:00+01:00', '2026-01-04T01:00', 150],
    ['start: 2026-01-04T02:00:00Z', 'end: 2026-01-04 04:30', '2026-01-04T02:00', 90],
    ['start: 2026-03-29 01:00', 'end: 2026-03-29 04:00', '2026-03-29T00:00', 120],
    ['start: "2026-10-25 01:00"', 'duration: 3h', '2026-10-24T23:00', 180],
  ])('may say "%s" and "%s"', (start, end, from, minutes) => {
    const text = window
      .replace(/ {4}start.*\n/, `    ${start}\n`)
      .replace(/ {4}duration.*\n {4}rrule.*\n/, `    ${end}\n`)
    const { objectives, lines } = load({ 'slo/a.yaml': slo('a'), 'slo/exclusions.yaml': text })
    expect(lines).toEqual([])
    const found = objectives[0]?.exclusions?.[0]?.schedule.spans(0, Date.parse('2027-01-01')) ?? []
    expect(
      found.map((span) => [new Date(span.from).toISOString().slice(0, 16), (span.to - span.from) / 60_000]),
    ).toEqual([[from, minutes]])
  })

  it.each([
    ['FREQ=WEEKLY;COUNT=3', 3, '2026-01-18'],
    ['FREQ=WEEKLY;UNTIL=20260118', 3, '2026-01-18'],
    ['FREQ=WEEKLY;UNTIL=20260118T010000Z', 3, '2026-01-18'],
    ['FREQ=WEEKLY;UNTIL=20260118T005959Z', 2, '2026-01-11'],
    ['FREQ=WEEKLY;UNTIL=20260118T020000', 3, '2026-01-18'],
    ['RRULE:freq=weekly;until=20260118T015959', 2, '2026-01-11'],
  ])('ends as "%s" says', (rrule, count, last) => {
    const text = window.replace('FREQ=WEEKLY', rrule)
    const { objectives, lines } = load({ 'slo/a.yaml': slo('a'), 'slo/exclusions.yaml': text })
    expect(lines).toEqual([])
    const found = objectives[0]?.exclusions?.[0]?.schedule.spans(0, Date.parse('2028-01-01')) ?? []
    expect([found.length, new Date(found.at(-1)?.from ?? 0).toISOString().slice(0, 10)]).toEqual([
      count,
      last,
    ])
  })

  it('is told of a file that cannot be read, where it is named', () => {
    const { lines } = load({ 'slo/a.yaml': slo('a') })
    expect(lines).toEqual([
      'slo/a.yaml:5:46 error: the exclusions file slo/exclusions.yaml cannot be read: it does not exist',
    ])
  })

  it('is told of what is wrong in it, in its lines, once', () => {
    const files = { 'slo/a.yaml': slo('a'), 'slo/b.yaml': slo('b') }
    const { lines } = load({ ...files, 'slo/exclusions.yaml': window.replace('2h', '2 h') })
    expect(lines).toEqual([
      'slo/exclusions.yaml:6:15 error: exclusions[0].duration must be a whole number with s, m, h, d or w, such as 90m; found "2 h"',
    ])
  })

  it('does not have windows for events that are not its own', () => {
    const other = `${window}    where: {app: billing}\n`
    const { objectives, lines } = load({ 'slo/a.yaml': slo('a'), 'slo/exclusions.yaml': other })
    expect([lines, objectives[0]?.exclusions]).toEqual([[], undefined])
  })

  it('may count time slices if the window is for all of its events', () => {
    const budgeting = 'budgetingMethod: Timeslices'
    const own = `${window}    where: {app: [checkout, search]}\n`
    const files = { 'slo/a.yaml': slo('a', { budgeting }), 'slo/exclusions.yaml': own }
    expect(load(files).lines).toEqual([])
    expect(namesOf(load(files).objectives[0])).toEqual(['database-patch'])
    const narrow = { ...files, 'slo/exclusions.yaml': `${window}    where: {app: checkout, tenant: a}\n` }
    expect(load(narrow).lines).toEqual([
      'slo/a.yaml:5:46 error: SLO "a" counts time slices, and window "database-patch" (slo/exclusions.yaml:2) leaves out some of its events only; a time slice can be left out as a whole: drop the where of the window, or use budgetingMethod: Occurrences',
    ])
  })

  it('may have five different selections of some of its events, and not six', () => {
    const windows = (tenants: readonly string[]) =>
      tenants
        .map((tenant, i) =>
          `${window}    where: {tenant: ${tenant}}\n`
            .replace('exclusions:\n', '')
            .replace('database-patch', `patch-${i}`),
        )
        .join('')
    const files = (tenants: readonly string[]) => ({
      'slo/a.yaml': slo('a'),
      'slo/exclusions.yaml': `exclusions:\n${windows(tenants)}`,
    })
    expect(load(files(['a', 'b', 'c', 'd', 'e', 'e', '[a]'])).lines).toEqual([])
    expect(load(files(['a', 'b', 'c', 'd', 'e', 'f'])).lines).toEqual([
      'slo/a.yaml:5:46 error: 6 different where of windows that leave out some events of SLO "a"; at most 5 are allowed: join them as lists of values, or split the SLO',
    ])
  })
})

describe('the example of the documentation', () => {
  const page = readFileSync(new URL('../../../../docs/exclusions.md', import.meta.url), 'utf8')
  const [example = ''] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(page) ?? []

  it('is valid, and means what it says', () => {
    const { objectives, lines } = load({ 'slo/a.yaml': slo('a'), 'slo/exclusions.yaml': example })
    expect(lines).toEqual([])
    const found = objectives[0]?.exclusions?.map(({ name, schedule }) => {
      const [first] = schedule.spans(0, Date.parse('2027-01-01'))
      return [
        name,
        new Date(first?.from ?? 0).toISOString(),
        ((first?.to ?? 0) - (first?.from ?? 0)) / 60_000,
      ]
    })
    expect(found).toEqual([
      ['directory-patch', '2026-01-11T01:00:00.000Z', 120],
      ['checkout-move', '2026-03-03T20:00:00.000Z', 210],
    ])
  })

  it('names every field that there is', () => {
    const { lines } = load({
      'slo/a.yaml': slo('a'),
      'slo/exclusions.yaml': window.replace('reason', 'raison'),
    })
    const [, allowed = ''] = /Allowed: (.*)$/.exec(lines.find((line) => line.includes('raison')) ?? '') ?? []
    expect(allowed.split(', ').length).toBe(8)
    for (const field of allowed.split(', ')) expect(page).toMatch(new RegExp(`^\\| .*\`${field}\``, 'm'))
  })
})

describe('an exclusions file among the definitions', () => {
  it('that no SLO refers to is checked, and warned of', () => {
    const plain = slo('a').replace(/\n {2}annotations.*/, '')
    const { lines } = load({ 'slo/a.yaml': plain, 'slo/exclusions.yaml': window.replace('2h', '0h') })
    expect(lines).toEqual([
      'slo/exclusions.yaml:1:1 warning: no SLO refers to this exclusions file: name it in the annotation identity-slo.dev/exclusions of those that it is for',
      'slo/exclusions.yaml:6:15 error: exclusions[0].duration must be a whole number with s, m, h, d or w, such as 90m; found "0h"',
    ])
  })
})
