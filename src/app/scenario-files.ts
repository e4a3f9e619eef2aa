/** Scenario files, checked: every problem with its file, line and column. */
import { readFileSync } from 'node:fs'
import { createProblemLog, type Problem, sortProblems } from '../objectives/definitions/problem.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { checkAgainst, readMapping } from './config/positioned.ts'
import { type ScenarioOverrides, scenarioOf, scenarioSchema } from './config/scenario-settings.ts'
import { fileError, problemsError } from './errors.ts'

export interface LoadedScenario {
  /** Undefined with an error among the problems. */
  readonly scenario: Scenario | undefined
  readonly problems: readonly Problem[]
}

/** Never throws. */
export function loadScenario(file: string, text: string, overrides: ScenarioOverrides = {}): LoadedScenario {
  const log = createProblemLog()
  const root = readMapping(file, text, log)
  const values = root && checkAgainst(scenarioSchema, root, log)
  const isWhole = values !== undefined && !log.hasErrors()
  return {
    scenario: isWhole ? scenarioOf(values, overrides) : undefined,
    problems: sortProblems(log.problems),
  }
}

/** Throws AppError with every problem. */
export function requireScenario(path: string, overrides: ScenarioOverrides): Scenario {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
  const { scenario, problems } = loadScenario(path, text, overrides)
  if (scenario === undefined) throw problemsError('scenarioProblems', problems)
  return scenario
}
