/** Resources by where they lie, so that the content of a scope is counted without looking at the rest. */
import type { Scope } from './scope.ts'

/** One place: a container, a resource, or both. */
export class TreeNode {
  readonly parent: TreeNode | undefined
  /** A parent that the path does not name. */
  linkedParent: TreeNode | undefined
  children: Map<string, TreeNode> | undefined
  linked: TreeNode[] | undefined
  /** What stands here; absent for mere containers. */
  text: string | undefined
  /** Resources here and below. */
  total = 0
  constructor(parent: TreeNode | undefined) {
    this.parent = parent
  }
}

/** The node itself and everything that it lies in; a cycle of links ends. */
function aboveOf(node: TreeNode): ReadonlySet<TreeNode> {
  const found = new Set<TreeNode>()
  const open: (TreeNode | undefined)[] = [node]
  while (open.length > 0) {
    const next = open.pop()
    if (next === undefined || found.has(next)) continue
    found.add(next)
    open.push(next.parent, next.linkedParent)
  }
  return found
}

export class ScopeTree {
  readonly #root = new TreeNode(undefined)
  /** Goes up whenever a resource becomes known. */
  version = 0

  at(path: readonly string[]): TreeNode {
    let node = this.#root
    for (const segment of path) {
      node.children ??= new Map()
      let child = node.children.get(segment)
      if (child === undefined) {
        child = new TreeNode(node)
        node.children.set(segment, child)
      }
      node = child
    }
    return node
  }

  /** Says where a node lies beside what its path says; the first statement holds. Before any resource is added. */
  link(child: TreeNode, parent: TreeNode): void {
    if (child === parent || child.linkedParent !== undefined) return
    child.linkedParent = parent
    parent.linked ??= []
    parent.linked.push(child)
  }

  add(node: TreeNode, text: string): void {
    if (node.text !== undefined) return
    node.text = text
    this.version++
    for (const above of aboveOf(node)) above.total++
  }
}

/** Calls `visit` with each resource below the scope until it says false. */
export function eachCovered(node: TreeNode, scope: Scope, visit: (text: string) => boolean): void {
  const seen = new Set<TreeNode>()
  const open: TreeNode[] = [node]
  while (open.length > 0) {
    const next = open.pop()
    if (next === undefined || seen.has(next)) continue
    seen.add(next)
    const isMeant = next.text !== undefined && scope.matches?.(next.text) !== false
    if (isMeant && next.text !== undefined && !visit(next.text)) return
    for (const child of next.children?.values() ?? []) open.push(child)
    for (const child of next.linked ?? []) open.push(child)
  }
}

/** Whether another of the nodes holds this one. */
export function isBelow(node: TreeNode, nodes: ReadonlySet<TreeNode>): boolean {
  for (const above of aboveOf(node)) if (above !== node && nodes.has(above)) return true
  return false
}
