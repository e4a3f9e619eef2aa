/** An exclusions file: maintenance windows, which SLOs refer to by its path. */
import type { Exclusion } from '../../objective.ts'
import {
  attempt,
  createProblemLog,
  fileAndLine,
  type Location,
  type Problem,
  type Reporter,
} from '../problem.ts'
import { listOf, readFields } from '../yaml/check.ts'
import { readYaml } from '../yaml/document.ts'
import type { YamlNode } from '../yaml/node.ts'
import { maintenanceWindow } from './maintenance-window.ts'

/** Each of them is looked at in every reading of every objective that refers to the file. */
const maxWindows = 200

/** Where a document is an exclusions file, and no definition: its only key. */
export function exclusionsAt(node: YamlNode): Location | undefined {
  if (node.kind !== 'map' || node.entries.some(({ key }) => key === 'apiVersion' || key === 'kind'))
    return undefined
  return node.entries.find(({ key }) => key === 'exclusions')?.keyAt
}

function windowsOf(node: YamlNode, reporter: Reporter): readonly Exclusion[] {
  const fields = readFields(node, '', ['exclusions'], reporter)
  return fields?.required('exclusions', listOf(maintenanceWindow)) ?? []
}

/** Also those of windows in which something else is wrong. */
function checkNames(nodes: readonly YamlNode[], reporter: Reporter): void {
  const places = new Map<string, Location>()
  for (const node of nodes.flatMap(itemsOf)) {
    const name = node.kind === 'map' ? node.entries.find(({ key }) => key === 'name')?.value : undefined
    if (name?.kind !== 'scalar') continue
    const first = places.get(name.source)
    places.set(name.source, first ?? name.at)
    if (!first) continue
    const rule = 'give one another name'
    reporter.error(
      name.at,
      `a second window named "${name.source}": the first is at ${fileAndLine(first)}; ${rule}`,
    )
  }
}

function itemsOf(node: YamlNode): readonly YamlNode[] {
  const windows =
    node.kind === 'map' ? node.entries.find(({ key }) => key === 'exclusions')?.value : undefined
  return windows?.kind === 'list' ? windows.items : []
}

/** Undefined if anything is wrong with it, all of which is added to `problems`. */
export function readExclusions(
  path: string,
  text: string,
  problems: Problem[],
): readonly Exclusion[] | undefined {
  const syntax = createProblemLog()
  const nodes = readYaml(path, text, syntax)
  problems.push(...syntax.problems)
  const windows = attempt(problems, (reporter) => {
    const all = nodes.flatMap((node) => windowsOf(node, reporter))
    if (nodes.length === 0 && !syntax.hasErrors())
      reporter.error(
        { file: path, line: 1, column: 1 },
        'the file is empty: it must have "exclusions", a list of windows',
      )
    const beyond = nodes.flatMap(itemsOf)[maxWindows]
    if (beyond)
      reporter.error(beyond.at, `more than ${maxWindows} windows in one file: use rrule for those that recur`)
    checkNames(nodes, reporter)
    return all
  })
  return syntax.hasErrors() ? undefined : windows
}
