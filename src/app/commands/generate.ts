/** `generate`: writes rules, alerts, dashboards and reference pages from the definitions, or checks that they are current. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { availableConnectors } from '../../connectors/available.ts'
import { type Artifact, renderArtifacts } from '../../outputs/artifacts.ts'
import { renderCoverageDoc } from '../../outputs/coverage-doc.ts'
import { renderSourcesDoc } from '../../outputs/sources-doc.ts'
import { renderConfigDoc, renderConfigSchema } from '../config/reference.ts'
import { requireDefinitions } from '../definition-files.ts'
import { AppError, exitCodes } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import type { CommandContext, CommandResult } from './command.ts'

export interface GenerateOptions {
  readonly definitions: readonly string[]
  /** Folder that the artefacts' paths are relative to. */
  readonly into: string
  readonly isCheck: boolean
}

/** Folders in which only generated files live: others there are leftovers of objectives that are gone. */
const generatedFolders = ['alerts/objectives', 'alertmanager', 'dashboards']

function artifacts(definitions: readonly string[]): readonly Artifact[] {
  const { objectives } = requireDefinitions(definitions)
  return [
    ...renderArtifacts({ objectives }),
    { path: 'docs/coverage.md', content: renderCoverageDoc() },
    { path: 'docs/sources.md', content: renderSourcesDoc(availableConnectors) },
    { path: 'docs/configuration.md', content: renderConfigDoc() },
    { path: 'docs/config.schema.json', content: renderConfigSchema() },
  ]
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function leftovers(into: string, wanted: ReadonlySet<string>): readonly string[] {
  return generatedFolders.flatMap((folder) => {
    let names: string[]
    try {
      names = readdirSync(join(into, folder))
    } catch {
      return []
    }
    return names
      .map((name) => `${folder}/${name}`)
      .filter((path) => /\.(json|ya?ml)$/.test(path) && !wanted.has(path))
  })
}

/** Throws AppError when the system refuses to. */
function change(path: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    throw AppError.of('unwritableFile', { path, reason: systemReason(error) })
  }
}

export function generate(options: GenerateOptions, { terminal }: CommandContext): CommandResult {
  const all = artifacts(options.definitions)
  const stale = all.filter(({ path, content }) => readIfThere(join(options.into, path)) !== content)
  const gone = leftovers(options.into, new Set(all.map(({ path }) => path)))
  if (options.isCheck) {
    const paths = [...stale.map(({ path }) => path), ...gone].toSorted((a, b) => (a < b ? -1 : 1))
    if (paths.length > 0) throw AppError.of('staleGenerated', { paths: paths.join(', ') })
    terminal.err(`${all.length} generated files are current\n`)
    return exitCodes.ok
  }
  for (const { path, content } of stale) {
    const target = join(options.into, path)
    change(target, () => {
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, content)
    })
    terminal.out(`wrote ${path}\n`)
  }
  for (const path of gone) {
    change(join(options.into, path), () => rmSync(join(options.into, path)))
    terminal.out(`removed ${path}\n`)
  }
  terminal.err(`${all.length} generated files, ${stale.length} written, ${gone.length} removed\n`)
  return exitCodes.ok
}
