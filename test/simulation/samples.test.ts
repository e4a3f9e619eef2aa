import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { everything, scenarioAt, simulated } from '../support/simulated.ts'

const samples = fileURLToPath(new URL('../../../shared/samples/', import.meta.url))
const isAbsent = !existsSync(samples)

/** Paths of the fields of a record, without the places in lists. */
function fieldsOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, path))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}/${key}`.toLowerCase(),
    ...fieldsOf(inner, `${path}/${key}`),
  ])
}

/** Every JSON document in the folder that can be read as one, or as lines; envelopes of arrays are opened. */
function documentsIn(folder: string): readonly unknown[] {
  const parsed = (text: string): unknown[] => {
    try {
      return [JSON.parse(text)]
    } catch {
      return []
    }
  }
  const opened = (document: unknown): readonly unknown[] => {
    if (Array.isArray(document)) return document.flatMap(opened)
    if (document === null || typeof document !== 'object') return []
    const inner = Object.entries(document).find(
      ([key, value]) => /^(?:records|items|value)$/i.test(key) && Array.isArray(value),
    )
    return inner === undefined ? [document] : opened(inner[1])
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:json|jsonl|ndjson|log)$/.test(name) && !name.includes('.expected.'))
    .flatMap((name) => {
      const text = readFileSync(`${folder}/${name}`, 'utf8')
      const whole = parsed(text)
      return (whole.length > 0 ? whole : text.split('\n').flatMap(parsed)).flatMap(opened)
    })
}

/** Fields that our records need not share: names that users choose, and what only some versions of a log have. */
const ofOurs =
  /\/(?:requestparameters|responseelements|requestobject|responseobject|annotations|extra|request|labels|properties\/(?:requestbody|responsebody|hierarchy|message|entity|eventcategory))\//

describe.skipIf(isAbsent)('records of a simulation (left out where ../shared/samples is absent)', () => {
  const { records } = simulated(scenarioAt(everything, { lengthMs: 4 * 3_600_000 }))

  // The last column: documented by the provider, and in none of the samples.
  it.each([
    [
      'azure-entra',
      ['azure-entra'],
      ['/properties/federatedcredentialid', '/properties/managedserviceidentity'],
    ],
    ['azure-keyvault', ['azure-keyvault'], ['/identity/claim/idtyp', '/identity/claim/xms_mirid']],
    ['aws-cloudtrail', ['aws-cloudtrail'], ['/useridentity/inscopeof']],
    ['gcp-audit', ['gcp-audit'], []],
    ['kubernetes-audit', ['k8s-audit', 'k8s-audit-gke'], []],
    ['otlp', ['otlp'], ['/boolvalue', '/intvalue', '/resourcespans/scopespans/spans/status']],
  ])('of %s have no field that real records lack', (log, folders, documented) => {
    const known = new Set(
      folders.flatMap((folder) => documentsIn(`${samples}${folder}`)).flatMap((each) => fieldsOf(each)),
    )
    const ours = new Set(
      records.filter((record) => record.log === log).flatMap(({ text }) => fieldsOf(JSON.parse(text))),
    )
    const foreign = [...ours].filter(
      (field) => !ofOurs.test(field) && !known.has(field) && !documented.some((each) => field.includes(each)),
    )
    expect(ours.size).toBeGreaterThan(10)
    expect(foreign).toEqual([])
  })
})
