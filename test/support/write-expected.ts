/**
 * Writes the expectations of a connector's fixtures from what it does now: `node test/support/write-expected.ts ID`.
 * They are the specification once they are reviewed and committed: read every line of the diff.
 * With further arguments, prints the outcomes of those files instead: `... ID FILE...`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Connector } from '../../src/connectors/connector.ts'
import { outcomesOf } from './outcomes.ts'

const [id, ...files] = process.argv.slice(2)
const exported: Record<string, unknown> = await import(`../../src/connectors/${id}/connector.ts`)
const connector = Object.values(exported).find(
  (value): value is Connector => typeof value === 'object' && value !== null && 'detect' in value,
)
if (connector === undefined) throw new Error(`src/connectors/${id}/connector.ts exports no connector`)

if (files.length > 0) {
  for (const file of files) {
    for (const outcome of outcomesOf([connector], readFileSync(file))) console.log(JSON.stringify(outcome))
  }
} else {
  const folder = new URL(`../../src/connectors/${id}/fixtures/`, import.meta.url)
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.expected.json')) continue
    const outcomes = outcomesOf([connector], readFileSync(new URL(name, folder)))
    const expected = new URL(`${name.replace(/\.[a-z]+$/, '')}.expected.json`, folder)
    writeFileSync(expected, `${JSON.stringify(outcomes, undefined, 2)}\n`)
    console.log(`${expected.pathname.split('/').pop()}: ${outcomes.length} outcomes`)
  }
}
