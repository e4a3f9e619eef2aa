/** Reads OpenSLO definitions from files and folders. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type Catalogue, loadDefinitions } from '../objectives/definitions/catalogue.ts'
import type { RelatedFile } from '../objectives/definitions/exclusions/exclusion-files.ts'
import type { Problem } from '../objectives/definitions/problem.ts'
import { AppError, fileError, problemsError } from './errors.ts'
import { systemReason } from './system-error.ts'

const endings = ['.yaml', '.yml', '.json']

function filesBelow(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && !entry.name.endsWith('~'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const below = join(path, entry.name)
        if (entry.isDirectory()) return filesBelow(below)
        return endings.some((ending) => entry.name.endsWith(ending)) ? [below] : []
      })
  } catch (error) {
    if (error instanceof AppError) throw error
    throw fileError(path, error, 'directory')
  }
}

/** A file that a definition names relative to its own place. */
function openRelated(from: string, named: string): RelatedFile {
  const path = isAbsolute(named) ? named : join(dirname(from), named)
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    return { path, reason: systemReason(error) }
  }
}

export interface ReadDefinitions {
  readonly catalogue: Catalogue
  readonly problems: readonly Problem[]
  readonly files: readonly string[]
}

/** Throws AppError when a path cannot be read or holds no definitions; what is wrong inside them is in `problems`. */
export function readDefinitions(paths: readonly string[]): ReadDefinitions {
  const files = paths.flatMap((path) => {
    const found = filesBelow(path)
    if (found.length === 0)
      throw AppError.of('emptyDirectory', { path, what: 'definitions (.yaml, .yml, .json)' })
    return found
  })
  const texts = files.map((path) => {
    try {
      return { path, text: readFileSync(path, 'utf8') }
    } catch (error) {
      throw fileError(path, error)
    }
  })
  return { ...loadDefinitions(texts, openRelated), files }
}

/** The catalogue, or an AppError with every problem. */
export function requireDefinitions(paths: readonly string[]): Catalogue {
  const { catalogue, problems } = readDefinitions(paths)
  if (problems.some((problem) => problem.severity === 'error'))
    throw problemsError('definitionProblems', problems)
  return catalogue
}
