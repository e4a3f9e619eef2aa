import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { azureActivity } from '../../src/connectors/azure-activity/connector.ts'
import { azureEntra } from '../../src/connectors/azure-entra/connector.ts'
import { azureGraphActivity } from '../../src/connectors/azure-graph-activity/connector.ts'
import { azureKeyvault } from '../../src/connectors/azure-keyvault/connector.ts'
import { azureWorkloadIdentity } from '../../src/connectors/azure-workload-identity/connector.ts'
import {
  type Connector,
  isRejection,
  type JsonObject,
  type JsonValue,
  type Shape,
} from '../../src/connectors/connector.ts'
import { object, objects } from '../../src/connectors/fields.ts'

/** Values that some field expects, and anything else. */
const junk: fc.Arbitrary<JsonValue | undefined> = fc.oneof(
  fc.constantFrom<JsonValue | undefined>(
    undefined,
    null,
    '',
    'AuditLogs',
    'Administrative',
    'Add member to role',
    'Update service principal',
    'Microsoft.Authorization/roleAssignments/write',
    'Success',
    'Failure',
    '2026-03-11T08:15:30.1234567-05:00',
    '/subscriptions/s/providers/Microsoft.KeyVault/vaults/v/secrets/x',
    '0',
    200,
    403,
    -1,
    1e308,
    true,
  ),
  fc.string({ maxLength: 6 }),
  fc.integer(),
  fc.constant({}),
  fc.constant([{}, 'x']),
)

function pathsOf(shape: Shape, above: readonly string[] = []): (readonly string[])[] {
  return Object.entries(shape).flatMap(([key, below]) => {
    const path = [...above, key]
    return below === true ? [path] : [path, ...pathsOf(below, path)]
  })
}

function changed(record: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const [key = '', ...rest] = path
  if (rest.length === 0) return { ...record, [key]: value }
  return { ...record, [key]: changed(object(record[key]) ?? {}, rest, value) }
}

/** The records of all fixtures, out of their envelopes. */
function fixtureRecords(connector: Connector): JsonObject[] {
  const folder = new URL(`../../src/connectors/${connector.id}/fixtures/`, import.meta.url)
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.expected.json'))
    .flatMap((name) => {
      const content = readFileSync(new URL(name, folder), 'utf8')
      const documents = name.endsWith('.ndjson') ? content.trim().split('\n') : [content]
      return documents.map((document) => JSON.parse(document) as JsonObject)
    })
    .flatMap((document) => {
      const held = [...objects(document['records']), ...objects(document['value'])]
      return held.length > 0 ? held : [document]
    })
}

describe.each(
  [azureEntra, azureGraphActivity, azureActivity, azureKeyvault, azureWorkloadIdentity].map(
    (connector) => [connector.id, connector] as const,
  ),
)('%s', (_, connector) => {
  it('says something about any record, always the same, and never throws', () => {
    const record = fc.constantFrom(...fixtureRecords(connector))
    const changes = fc.array(fc.tuple(fc.constantFrom(...pathsOf(connector.reads)), junk), { maxLength: 4 })
    let events = 0
    fc.assert(
      fc.property(record, changes, (base, edits) => {
        const given = edits.reduce((current, [path, value]) => changed(current, path, value), base)
        connector.detect(given)
        const mapped = connector.map(given)
        expect(connector.map(given)).toEqual(mapped)
        if (isRejection(mapped)) {
          expect(mapped.message.length).toBeGreaterThan(10)
          return
        }
        expect(mapped.length).toBeGreaterThan(0)
        events += mapped.length
        for (const event of mapped) {
          expect(Number.isSafeInteger(event.time)).toBe(true)
          expect(event.outcome === 'failure').toBe(event.reason !== undefined)
          expect(event.fault === undefined).toBe(event.reason === undefined)
          expect(event.code === undefined).toBe(event.reason === undefined)
        }
      }),
      { numRuns: 1000 },
    )
    expect(events).toBeGreaterThan(300)
  })
})
