/** Connectors of a run: those that the configuration makes, then the built-in ones. */
import { readFileSync } from 'node:fs'
import { accessLogDefaults } from '../connectors/access-log/mappings.ts'
import { availableConnectors } from '../connectors/available.ts'
import type { Connector } from '../connectors/connector.ts'
import { genericConnector } from '../connectors/generic/connector.ts'
import type { FieldMapping } from '../connectors/generic/field-mapping.ts'
import { createProblemLog, type Problem, sortProblems } from '../objectives/definitions/problem.ts'
import { mappingFileSchema, mappingOf } from './config/mapping-settings.ts'
import { checkAgainst, placeOf, readMapping } from './config/positioned.ts'
import type { Config } from './config.ts'
import { fileError, problemsError } from './errors.ts'

export interface LoadedMappings {
  /** None with an error among the problems. */
  readonly mappings: readonly FieldMapping[]
  readonly problems: readonly Problem[]
}

interface MappingText {
  readonly path: string
  readonly text: string
}

/** Checks mapping files; `taken`: names of other mappings. Never throws. */
export function loadMappings(files: readonly MappingText[], taken: readonly string[] = []): LoadedMappings {
  const log = createProblemLog()
  const mappings: FieldMapping[] = []
  const names = new Set(taken)
  for (const { path, text } of files) {
    const root = readMapping(path, text, log)
    const values = root && checkAgainst(mappingFileSchema, root, log)
    if (root === undefined || values === undefined) continue
    if (names.has(values.name))
      log.error(
        placeOf(root, ['name']),
        `name "${values.name}" is taken by another mapping: each needs its own`,
      )
    names.add(values.name)
    mappings.push(mappingOf(values))
  }
  return { mappings: log.hasErrors() ? [] : mappings, problems: sortProblems(log.problems) }
}

/** Configured ones go first: who names a log's fields knows better than a look at the record. */
export function connectorsOf(mappings: readonly FieldMapping[]): readonly Connector[] {
  const connectors = [...availableConnectors]
  const configured: Connector[] = []
  for (const mapping of mappings) {
    const made = genericConnector(
      mapping,
      [...connectors, ...configured].map(({ reads }) => reads),
    )
    configured.push(made)
  }
  return [...configured, ...connectors]
}

function readText(path: string): MappingText {
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    throw fileError(path, error)
  }
}

/** The connectors with those of mapping files. Throws AppError with every problem. */
export function requireConnectors(
  paths: readonly string[],
  accessLogs: Config['connectors']['accessLog'] = [],
): readonly Connector[] {
  const names = accessLogs.map(({ name }) => name)
  const { mappings, problems } = loadMappings(paths.map(readText), names)
  if (problems.length > 0) throw problemsError('configProblems', problems)
  const logs = accessLogs.map((settings) => ({ ...accessLogDefaults, ...settings, title: settings.name }))
  return connectorsOf([...logs, ...mappings])
}
