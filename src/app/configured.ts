/** What commands take from the configuration file. */
import { readFileSync } from 'node:fs'
import {
  type Attribution,
  attributionOf,
  defaultPseudonymKey,
  readOwnership,
  readPlannedFlows,
} from './attribution.ts'
import type { Environment } from './config/secret.ts'
import { type Config, loadConfig } from './config.ts'
import { problemsError } from './errors.ts'

/** Without a path: the defaults and the environment. Throws AppError for one that does not hold. */
export function requireConfig(path: string | undefined, env: Environment): Config {
  const { config, problems } = loadConfig(path, env, (file) => readFileSync(file, 'utf8'))
  if (config === undefined) throw problemsError('configProblems', problems)
  return config
}

/** Throws AppError for an ownership file or planned flows that do not hold. */
export function attributionIn(config: Config): Attribution {
  const { key, people, machines } = config.pseudonyms
  const owners = attributionOf(readOwnership(config.ownership), key?.reveal() ?? defaultPseudonymKey, {
    people,
    machines,
  })
  return { ...owners, flows: readPlannedFlows(config.plannedFlows), nodeRoles: config.eksNodeRoles }
}
