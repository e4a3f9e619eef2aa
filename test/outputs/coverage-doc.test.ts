import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { requireConnectors } from '../../src/app/connector-files.ts'
import { layers } from '../../src/events/event.ts'
import {
  type CoverageRow,
  fixturePath,
  layerRows,
  renderCoverageDoc,
  useCaseRows,
} from '../../src/outputs/coverage-doc.ts'
import { outcomesOf } from '../support/outcomes.ts'

const connectors = requireConnectors(['docs/mappings/telemetry-gateway.yaml'])
const cases = (rows: readonly CoverageRow[]) => rows.map((row) => [row.what, row] as const)

describe('docs/coverage.md', () => {
  it('has each layer once, in their order, and ten use cases', () => {
    expect(layerRows.map(({ layer }) => layer)).toEqual(layers)
    expect(layerRows.map(({ what }) => what.split(' ')[0])).toEqual(layers.map((_, i) => `L${i + 1}`))
    expect(useCaseRows).toHaveLength(10)
    for (const { what } of [...layerRows, ...useCaseRows])
      expect(renderCoverageDoc()).toContain(`\n| ${what} |`)
  })

  it.each([...cases(layerRows), ...cases(useCaseRows)])('proves what it says of %s', (_, row) => {
    const outcomes = outcomesOf(connectors, readFileSync(fixturePath(row)))
    const found = outcomes.flatMap(({ events }) => events ?? []).map(({ kind, layer }) => `${kind} ${layer}`)
    expect(found).toContain(`${row.kind} ${row.layer}`)
    const source = row.connector === 'generic' ? 'telemetry-gateway' : row.connector
    expect(outcomes.map((outcome) => outcome.source)).toContain(source)
  })
})
