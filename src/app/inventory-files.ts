/** Reads inventory files: JSON, JSON lines or YAML, whichever command wrote them. */
import { readFileSync, statSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import type { JsonValue } from '../connectors/connector.ts'
import type { Snapshot } from '../inventory/access-graph.ts'
import { type InventoryProblem, merged, type ReadContext } from '../inventory/facts.ts'
import { pseudonymous } from '../inventory/pseudonymous.ts'
import { readInventory } from '../inventory/read-inventory.ts'
import type { Attribution } from './attribution.ts'
import { fileError } from './errors.ts'
import { findLogFiles } from './log-inputs.ts'

export interface InventoryFile {
  readonly path: string
  /** Cluster, for what Kubernetes lists; empty: there is one. */
  readonly tenant?: string | undefined
  /** What a policy belongs to that does not say so itself. */
  readonly resource?: string | undefined
}

export interface InventoryReading {
  readonly snapshot: Snapshot
  readonly problems: readonly InventoryProblem[]
}

function parsedJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** JSON lines: one document a line, all of them readable. */
function parsedLines(text: string): readonly JsonValue[] | undefined {
  const documents: JsonValue[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const document = parsedJson(line)
    if (document === undefined) return undefined
    documents.push(document)
  }
  return documents
}

/** YAML with `---` between documents; a document that is broken is a problem of its own. */
function parsedYaml(text: string): {
  documents: readonly JsonValue[]
  problems: readonly InventoryProblem[]
} {
  const documents: JsonValue[] = []
  const problems: InventoryProblem[] = []
  for (const [i, document] of parseAllDocuments(text, { prettyErrors: false }).entries()) {
    try {
      if (document.errors.length > 0) throw document.errors[0]
      documents.push(document.toJS({ maxAliasCount: 100 }) as JsonValue)
    } catch {
      problems.push({ at: `document ${i + 1}`, message: 'is neither JSON nor YAML' })
    }
  }
  return { documents, problems }
}

function documentsOf(text: string): {
  documents: readonly JsonValue[]
  problems: readonly InventoryProblem[]
} {
  const whole = parsedJson(text)
  if (whole !== undefined) return { documents: [whole], problems: [] }
  const lines = text.trimStart().startsWith('{') ? parsedLines(text) : undefined
  return lines === undefined ? parsedYaml(text) : { documents: lines, problems: [] }
}

/** One file's facts, as of its last change; people have their pseudonyms. Throws AppError if it cannot be read. */
export function readInventoryFile(file: InventoryFile, attribution: Attribution): InventoryReading {
  const { path, tenant = '', resource } = file
  let text: string
  let takenAt: number
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    takenAt = Math.floor(statSync(path).mtimeMs)
  } catch (error) {
    throw fileError(path, error)
  }
  const { documents, problems } = documentsOf(text)
  const context: ReadContext = { source: path, tenant, resource }
  const read = merged(documents.map((document) => readInventory(document, context)))
  const facts = pseudonymous(read.facts, attribution.policy, attribution.pseudonym)
  return { snapshot: { source: path, takenAt, facts }, problems: [...problems, ...read.problems] }
}

export function problemLines(path: string, problems: readonly InventoryProblem[]): readonly string[] {
  return problems.map(({ at, message }) => `${path}: ${at === '' ? '' : `${at} `}${message}\n`)
}

/** All files below the paths. */
export function readInventoryFiles(
  paths: readonly string[],
  tenant: string,
  attribution: Attribution,
): readonly InventoryReading[] {
  return findLogFiles(paths).map(({ path }) => readInventoryFile({ path, tenant }, attribution))
}
