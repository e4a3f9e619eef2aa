/** OpenSLO's own test documents: our verdicts against theirs, and docs/openslo.md against both. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { indicatorIds } from '../../src/indicators/indicator.ts'
import { settingNames } from '../../src/objectives/definitions/annotations.ts'
import { loadDefinitions } from '../../src/objectives/definitions/catalogue.ts'
import { readDefinitions } from '../../src/objectives/definitions/shelves.ts'
import { whereFields } from '../../src/objectives/objective.ts'

const folder = new URL('../../../shared/conformance/openslo/', import.meta.url)
const isPresent = existsSync(folder)

/** Documents that OpenSLO calls valid and we refuse, with the mistake that we refuse each for. */
const differences: Readonly<Record<string, readonly string[]>> = {
  'examples/budgeting-method/occurences-slo.yaml': [
    'unknown field "objective" in spec',
    'metricSource.spec is empty',
  ],
  'examples/budgeting-method/ratio-timeslices.yaml': [
    'unknown field "objective" in spec',
    'unknown field "ratioMethic"',
  ],
  'examples/budgeting-method/timeslices-slo.yaml': [
    'unknown field "objective" in spec',
    'metricSource.spec is empty',
  ],
  'examples/treat-low-traffic-as-equally-important/timeslices-slo.yaml': [
    'unknown field "objective" in spec',
    'metricSource.spec is empty',
  ],
}

const doc = readFileSync(new URL('../../docs/openslo.md', import.meta.url), 'utf8')

interface Row {
  readonly file: string
  readonly theirs: string
  readonly ours: string
}

/** The rows of the table in docs/openslo.md, section "Conformance". */
function documentedRows(): readonly Row[] {
  const section = doc.slice(doc.indexOf('## Conformance'))
  return [...section.matchAll(/^\| `([^`]+\.yaml)` \| (\w+) \| (\w+) \|/gm)].map(
    ([, file = '', theirs = '', ours = '']) => ({ file, theirs, ours }),
  )
}

function errorsOf(file: string): readonly string[] {
  const text = readFileSync(new URL(file, folder), 'utf8')
  const { problems } = readDefinitions([{ path: file, text }])
  return problems.filter((problem) => problem.severity === 'error').map((problem) => problem.message)
}

function verdicts(): readonly (readonly [file: string, verdict: string])[] {
  const [, ...lines] = readFileSync(new URL('VERDICTS.tsv', folder), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [file = '', verdict = ''] = line.split('\t')
    return [file, verdict] as const
  })
}

const published = isPresent ? verdicts() : []

test('the doc lists each difference, and no other', () => {
  const differing = documentedRows().filter(({ theirs, ours }) => theirs !== 'unlisted' && theirs !== ours)
  expect(new Set(differing.map((row) => row.file))).toEqual(new Set(Object.keys(differences)))
})

test("the doc's first objective loads as it says", () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(doc) ?? []
  const { catalogue, problems } = loadDefinitions([{ path: 'example.yaml', text: example }])
  expect(problems).toEqual([])
  const [objective] = catalogue.objectives
  expect(doc).toContain(`under the id \`${objective?.id}\``)
})

test('the doc names every field of a where, every indicator and every annotation', () => {
  const words = [...whereFields, ...settingNames.map((name) => `identity-slo.dev/${name}`)]
  expect(words.filter((word) => !doc.includes(`\`${word}\``))).toEqual([])
  expect(indicatorIds.filter((id) => !doc.includes(id))).toEqual([])
})

describe.skipIf(!isPresent)("OpenSLO's documents (skipped without ../shared/conformance/openslo)", () => {
  test('there are 47 of them, and the doc has a row for each with both verdicts', () => {
    const rows = published.map(([file, theirs]) => ({
      file,
      theirs,
      ours: errorsOf(file).length > 0 ? 'invalid' : 'valid',
    }))
    expect(rows).toHaveLength(47)
    expect(documentedRows()).toEqual(rows)
  })

  test.each(published.filter(([file, theirs]) => !(file in differences) && theirs === 'valid'))(
    '%s is accepted, as published',
    (file) => {
      expect(errorsOf(file)).toEqual([])
    },
  )

  test.each(published.filter(([file, theirs]) => !(file in differences) && theirs === 'invalid'))(
    '%s is refused, as published',
    (file) => {
      expect(errorsOf(file)).not.toEqual([])
    },
  )

  test.each(Object.entries(differences))('%s is refused, for the mistakes we name', (file, mistakes) => {
    expect(published.find(([each]) => each === file)?.[1]).toBe('valid')
    const errors = errorsOf(file)
    for (const mistake of mistakes) {
      expect(errors.some((error) => error.includes(mistake))).toBe(true)
    }
    expect(errors.filter((error) => !mistakes.some((mistake) => error.includes(mistake)))).toEqual([])
  })
})
