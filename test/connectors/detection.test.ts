import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import type { Connector } from '../../src/connectors/connector.ts'
import { outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/', import.meta.url)
const isHere = existsSync(samples)
const absent = isHere ? '' : ' (left out: ../shared/samples is absent)'

function recordFiles(folder: URL): URL[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|jsonl|ndjson|log|raw|ocsf)$/.test(entry.name))
    .filter((entry) => !entry.name.endsWith('.expected.json'))
    .map((entry) => new URL(`file://${entry.parentPath}/${entry.name}`))
}

/** Sets of connectors that claim one record together. All shapes are read, and no record is mapped. */
function conflictsIn(files: readonly URL[]): ReadonlySet<string> {
  const conflicts = new Set<string>()
  const claims = availableConnectors.map(
    (connector, index): Connector => ({
      ...connector,
      detect: (record) => {
        const claiming = availableConnectors.filter(({ detect }) => detect(record))
        if (index === 0 && claiming.length > 1) conflicts.add(claiming.map(({ id }) => id).join(' and '))
        return false
      },
    }),
  )
  for (const file of files) outcomesOf(claims, readFileSync(file))
  return conflicts
}

describe('a record is claimed by one connector at most', () => {
  it.each(availableConnectors.map(({ id }) => [id] as const))('of the fixtures of %s', (id) => {
    const files = recordFiles(new URL(`../../src/connectors/${id}/fixtures/`, import.meta.url))
    expect(files.length).toBeGreaterThan(3)
    expect([...conflictsIn(files)]).toEqual([])
  })

  it.skipIf(!isHere)(`of the public records${absent}`, () => {
    expect([...conflictsIn(recordFiles(samples))]).toEqual([])
  })
})
