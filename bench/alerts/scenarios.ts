/** The scenarios of the bench: files that `simulate` runs as well. */
import { readdirSync } from 'node:fs'
import { requireScenario } from '../../src/app/scenario-files.ts'
import type { Scenario } from '../../src/simulation/scenario.ts'

const folder = new URL('scenarios/', import.meta.url).pathname

export interface NamedScenario {
  readonly name: string
  readonly scenario: Scenario
}

/** Those whose names have `part` in them. Throws AppError for a file that does not hold. */
export function benchScenarios(part = ''): readonly NamedScenario[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file.includes(part))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -'.yaml'.length),
      scenario: requireScenario(`${folder}${file}`, {}),
    }))
}
