/** All definitions of a set of files by kind and name: what references are looked up in. */
import { exclusionsAt } from './exclusions/exclusions-file.ts'
import { type ByKind, type Header, type Kind, readers, readHeader } from './kinds/definition.ts'
import type { Metadata, Ref } from './kinds/metadata.ts'
import { createProblemLog, fileAndLine, type Location, type Problem, type Reporter } from './problem.ts'
import { readYaml } from './yaml/document.ts'
import { suggestion } from './yaml/suggest.ts'

export interface DefinitionFile {
  readonly path: string
  readonly text: string
}

/** A definition that stands in a document of its own. */
interface Entry<T> {
  readonly metadata: Metadata
  /** Undefined if it has errors: they are reported, and what refers to it fails silently. */
  readonly content: T | undefined
}

export type Shelf<T> = ReadonlyMap<string, Entry<T>>
type OpenShelves = { readonly [K in Kind]: Map<string, Entry<ByKind[K]>> }
export type Shelves = { readonly [K in Kind]: Shelf<ByKind[K]> }

/** A file among the definitions that holds none, but maintenance windows. */
export interface ExclusionsAmong {
  readonly file: DefinitionFile
  readonly at: Location
}

/** Each document is checked by itself, and names for being taken twice; references are not followed. */
export function readDefinitions(files: readonly DefinitionFile[]): {
  readonly shelves: Shelves
  readonly exclusions: readonly ExclusionsAmong[]
  readonly problems: readonly Problem[]
} {
  const shelves: OpenShelves = {
    DataSource: new Map(),
    SLO: new Map(),
    SLI: new Map(),
    AlertPolicy: new Map(),
    AlertCondition: new Map(),
    AlertNotificationTarget: new Map(),
    Service: new Map(),
  }
  const problems: Problem[] = []
  const exclusions: ExclusionsAmong[] = []
  for (const file of files) {
    const syntax = createProblemLog()
    const nodes = readYaml(file.path, file.text, syntax)
    problems.push(...syntax.problems)
    for (const node of nodes) {
      const at = exclusionsAt(node)
      if (at) {
        exclusions.push({ file, at })
        continue
      }
      const log = createProblemLog()
      const header = readHeader(node, log)
      if (header) shelve(shelves, header.kind, header, log)
      problems.push(...log.problems)
    }
  }
  return { shelves, exclusions, problems }
}

function shelve<K extends Kind>(
  shelves: OpenShelves,
  kind: K,
  header: Header,
  log: ReturnType<typeof createProblemLog>,
): void {
  const { metadata, spec } = header
  const content = spec && readers[kind](metadata, spec, 'spec', log)
  const shelf = shelves[kind]
  const taken = shelf.get(metadata.name)
  if (taken) {
    const first = fileAndLine(taken.metadata.at)
    log.error(
      metadata.at,
      `a second ${kind} named "${metadata.name}": the first is at ${first}; give one another name`,
    )
    return
  }
  shelf.set(metadata.name, { metadata, content: log.hasErrors() ? undefined : content })
}

/** What a reference names; reports a name that does not exist, and what does. */
export function lookUp<T>(shelf: Shelf<T>, kind: Kind, ref: Ref, reporter: Reporter): T | undefined {
  const entry = shelf.get(ref.name)
  if (!entry) {
    const names = [...shelf.keys()]
    const known = names.length > 0 ? suggestion(ref.name, names, 'defined') : `; no ${kind} is defined`
    reporter.error(ref.at, `there is no ${kind} named "${ref.name}"${known}`)
  }
  return entry?.content
}
