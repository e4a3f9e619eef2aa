import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { azureActivity } from '../../src/connectors/azure-activity/connector.ts'
import { azureEntra } from '../../src/connectors/azure-entra/connector.ts'
import { azureGraphActivity } from '../../src/connectors/azure-graph-activity/connector.ts'
import { azureKeyvault } from '../../src/connectors/azure-keyvault/connector.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/', import.meta.url)
const isAbsent = !existsSync(samples)
const connectors = [azureEntra, azureGraphActivity, azureActivity, azureKeyvault]

function listed(): string[] {
  return isAbsent ? [] : readdirSync(samples, { recursive: true, encoding: 'utf8' }).sort()
}

function isRecords(file: string): boolean {
  return /\.(json|jsonl|ndjson|log)$/.test(file) && !file.endsWith('.expected.json')
}

function outcomesIn(file: string): Outcome[] {
  return outcomesOf(connectors, readFileSync(new URL(file, samples)))
}

const folders = ['azure-entra', 'azure-entra-graphapi', 'azure-activity', 'azure-keyvault']
const all = listed().filter(isRecords)
const ours = all.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)))
const others = all.filter((file) => !ours.includes(file))

interface Manifest {
  readonly file: string
  readonly records: number
}

function manifest(): Manifest[] {
  if (isAbsent) return []
  const lines = readFileSync(new URL('MANIFEST.tsv', samples), 'utf8').split('\n').slice(1)
  return lines.map((line) => {
    const [file = '', , , records = ''] = line.split('\t')
    return { file, records: Number(records) }
  })
}

interface Oracle {
  readonly event?: { readonly outcome?: string }
}

function oracleOf(file: string): string | undefined {
  if (!file.endsWith('.json')) return undefined
  const expected = new URL(file.replace(/\.json$/, '.expected.json'), samples)
  if (!existsSync(expected)) return undefined
  return (JSON.parse(readFileSync(expected, 'utf8')) as Oracle).event?.outcome
}

/** Where the oracle has an outcome and we have no event, and why ours is right. */
const withoutEvent: Readonly<Record<string, string>> = {
  'azure-entra/sekoia/sign-in_activity.json':
    'says failure: 50158 asks a person for a further step of an interactive sign-in, nothing failed',
}

/** Records of rule tests that lack what every real record has: rejected with the field's name. */
const trimmed: Readonly<Record<string, string>> = {
  'azure-entra/panther/azure_excessive_account_lockouts.jsonl': 'no properties.id',
  'azure-entra/panther/azure_graph_session_multiple_ips.jsonl': 'no properties.id',
  'azure-entra/panther/azure_service_principal_credentials_added.jsonl': 'no properties.id',
}

/** Resource logs of storage accounts and function apps, kept beside the activity log's records. */
const resourceLogs = [
  'azure-activity/dynatrace/eventhub-events-cornercases.json',
  'azure-activity/panther/azure_storage_blob_bulk_deletion.jsonl',
  'azure-activity/panther/azure_storage_blob_cpk_encryption_detected.jsonl',
  'azure-activity/panther/azure_storage_sas_external_access.jsonl',
]

describe.skipIf(isAbsent)('Azure over public records (left out when ../shared/samples is absent)', () => {
  it.each(ours)('says something about each record of %s', (file) => {
    const outcomes = outcomesIn(file)
    expect(outcomes.length).toBe(manifest().find((entry) => entry.file === file)?.records ?? Number.NaN)
    for (const { source, events, rejection } of outcomes) {
      expect(events?.length ?? rejection?.message.length).toBeGreaterThan(0)
      const isForeign = resourceLogs.includes(file)
      expect(rejection?.reason === 'unknown_format').toBe(isForeign)
      if (!isForeign)
        expect(source).toMatch(file.startsWith('azure-entra') ? /^azure-(entra|graph-activity)$/ : /^azure-/)
    }
  })

  it.each(ours.filter((file) => oracleOf(file) !== undefined))('agrees with the outcome of %s', (file) => {
    const [outcome] = outcomesIn(file)
    const [event] = outcome?.events ?? []
    if (event !== undefined) {
      expect(event.outcome).toBe(oracleOf(file))
    } else {
      // Audited changes that are none of ours have succeeded, in all of the oracle's records.
      const isListed = withoutEvent[file] !== undefined
      expect(outcome?.rejection?.reason).toBe('not_relevant')
      expect(oracleOf(file)).toBe(isListed ? 'failure' : 'success')
    }
  })

  it('rejects records of the directory and of vaults as broken only where they were trimmed by hand', () => {
    const complete = ours.filter((file) => !file.startsWith('azure-activity') && trimmed[file] === undefined)
    for (const file of complete)
      for (const { rejection } of outcomesIn(file))
        expect(rejection?.reason ?? 'not_relevant', file).toMatch(/^not_(relevant|terminal)$/)
    for (const [file, why] of Object.entries(trimmed))
      for (const { rejection } of outcomesIn(file)) expect(rejection?.reason, why).toBe('missing_field')
  })

  it.each(['graph_activity.json', 'graph_activity_2.json'])(
    'takes %s for a call to Microsoft Graph',
    (file) => {
      const [outcome] = outcomesIn(`azure-entra/sekoia/${file}`)
      const raw = readFileSync(new URL(`azure-entra/sekoia/${file}`, samples), 'utf8')
      const { properties } = JSON.parse(raw) as { properties: { responseStatusCode: number } }
      expect(outcome?.source).toBe('azure-graph-activity')
      expect(outcome?.events?.[0]).toMatchObject({
        kind: 'token.use',
        httpStatus: properties.responseStatusCode,
      })
    },
  )

  it('claims no record of any other source', () => {
    expect(others.length).toBeGreaterThan(100)
    for (const file of others) for (const { source } of outcomesIn(file)) expect(source, file).toBe('')
  })
})
