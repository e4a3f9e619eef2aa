/** How many resources scopes come to: what is known of, and one more for each scope that may hold what nobody listed. */

import type { PlacedScope } from './access-graph.ts'
import { byText } from './names.ts'
import type { Right } from './rights.ts'
import type { ScopeLevel } from './scope.ts'
import { eachCovered, isBelow, type ScopeTree, type TreeNode } from './scope-tree.ts'

export interface WholeScope {
  readonly scope: string
  readonly level: ScopeLevel
}

export interface Radius {
  /** Resources that are known of, and the whole scopes: never more than can be reached. */
  readonly count: number
  /** The part of `count` that holds without any condition. */
  readonly certain: number
  /** Known resources. */
  readonly resources: number
  /** Scopes that are granted as a whole: their content is at least what is known of it. */
  readonly wholeScopes: readonly WholeScope[]
  /** A whole subscription, account, project, cluster or more: wider than any number. */
  readonly isWide: boolean
}

const wide: ReadonlySet<ScopeLevel> = new Set<ScopeLevel>(['organization', 'account'])

/** What a scope with a pattern matches; sought once for each state of the tree. */
function matchesOf(placed: PlacedScope, tree: ScopeTree): readonly string[] {
  if (placed.found?.version === tree.version) return placed.found.resources
  const resources: string[] = []
  eachCovered(placed.node, placed.scope, (text) => {
    resources.push(text)
    return true
  })
  placed.found = { version: tree.version, resources }
  return resources
}

/** Whole subtrees are counted by their totals; only patterns, which may overlap, are looked at one by one. */
function known(scopes: ReadonlySet<PlacedScope>, tree: ScopeTree): number {
  const nodes = new Set<TreeNode>()
  const patterns: PlacedScope[] = []
  for (const placed of scopes) {
    if (placed.scope.matches === undefined) nodes.add(placed.node)
    else patterns.push(placed)
  }
  let sum = 0
  for (const node of nodes) if (!isBelow(node, nodes)) sum += node.total
  if (patterns.length === 0) return sum
  const matched = new Set<string>()
  const isAlone = patterns.length === 1 && nodes.size === 0
  const [first] = patterns
  if (isAlone && first !== undefined) return matchesOf(first, tree).length
  for (const placed of patterns) for (const text of matchesOf(placed, tree)) matched.add(text)
  for (const placed of scopes)
    if (placed.scope.matches === undefined)
      eachCovered(placed.node, placed.scope, (text) => {
        matched.delete(text)
        return true
      })
  return sum + matched.size
}

function wholeOf(scopes: ReadonlySet<PlacedScope>): readonly WholeScope[] {
  const found: WholeScope[] = []
  for (const { scope } of scopes)
    if (scope.level !== 'resource') found.push({ scope: scope.text, level: scope.level })
  return found.sort((a, b) => (a.scope < b.scope ? -1 : 1))
}

export function radiusOf(rights: readonly Right[], tree: ScopeTree): Radius {
  const all = new Set<PlacedScope>()
  const certain = new Set<PlacedScope>()
  for (const { scope, conditions } of rights) {
    all.add(scope)
    if (conditions.length === 0) certain.add(scope)
  }
  const resources = known(all, tree)
  const wholeScopes = wholeOf(all)
  const count = resources + wholeScopes.length
  const isSame = certain.size === all.size
  return {
    count,
    certain: isSame ? count : known(certain, tree) + wholeOf(certain).length,
    resources,
    wholeScopes,
    isWide: wholeScopes.some(({ level }) => wide.has(level)),
  }
}

/** The first `limit` resources in the order of their names. */
export function resourcesOf(rights: readonly Right[], limit: number): readonly string[] {
  const found = new Set<string>()
  for (const { scope } of rights)
    eachCovered(scope.node, scope.scope, (text) => {
      found.add(text)
      return true
    })
  return [...found].sort(byText).slice(0, limit)
}

export function covers(rights: readonly Right[], resource: string, node: TreeNode): boolean {
  return rights.some(
    ({ scope }) =>
      (scope.node === node || isBelow(node, new Set([scope.node]))) &&
      scope.scope.matches?.(resource) !== false,
  )
}
