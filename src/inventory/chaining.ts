/** Who can act as whom: trust policies, rights to assume, control of what carries an identity; followed to the end. */
import type { AccessGraph, Principal } from './access-graph.ts'
import { everyone } from './aws-trust.ts'
import type { TrustFact } from './facts.ts'
import { accountOf } from './names.ts'
import type { Right, Rights } from './rights.ts'
import { eachCovered } from './scope-tree.ts'

export interface Step {
  readonly target: string
  readonly conditions: readonly string[]
}

/** An account's trust, or another account's principal's, needs a right to assume the role as well. */
function isAllowed(graph: AccessGraph, assumes: readonly Right[], trust: TrustFact): Right | undefined {
  const role = graph.principals.get(trust.target)?.resource ?? trust.target
  return assumes.find(({ scope }) => {
    if (scope.scope.text === role) return true
    return scope.scope.matches?.(role) === true
  })
}

function trustsFor(graph: AccessGraph, principal: Principal): readonly TrustFact[] {
  const bare = principal.key.replace(/^.*\/(?=system:serviceaccount:)/, '')
  const keys = new Set([principal.key, bare])
  if (principal.provider === 'aws' && principal.type !== 'service' && principal.type !== 'group') {
    keys.add(everyone)
    keys.add(`account:${accountOf(principal.key)}`)
  }
  return [...keys].flatMap((key) => graph.trusts.get(key) ?? [])
}

/** By the control of what carries it: a service account, a VM, a user-assigned identity. AWS roles need their trust. */
function takenOver(graph: AccessGraph, principal: Principal, right: Right): readonly string[] {
  const { scope } = right.scope
  if (scope.provider === 'aws') return []
  const node = graph.identities.at(scope.path)
  const found: string[] = []
  // The tree holds keys at their resources; a pattern is of resources.
  eachCovered(node, { ...scope, matches: undefined }, (key) => {
    const resource = graph.principals.get(key)?.resource ?? ''
    if (key !== principal.key && scope.matches?.(resource) !== false) found.push(key)
    return true
  })
  return found
}

/** The identities that the principal can act as directly, each once, the least conditional way. */
export function stepsOf(graph: AccessGraph, principal: Principal, rights: Rights): readonly Step[] {
  const steps = new Map<string, readonly string[]>()
  const add = (target: string, conditions: readonly string[]): void => {
    const known = steps.get(target)
    if (target !== principal.key && (known === undefined || conditions.length < known.length))
      steps.set(target, conditions)
  }
  for (const trust of trustsFor(graph, principal)) {
    // Everybody's trust is enough within the account; from another one it takes a right as well.
    const isForeign = trust.who === everyone && accountOf(principal.key) !== accountOf(trust.target)
    const right = trust.needsGrant || isForeign ? isAllowed(graph, rights.assumes, trust) : undefined
    if (!trust.needsGrant && !isForeign) add(trust.target, trust.conditions)
    else if (right !== undefined) add(trust.target, [...trust.conditions, ...right.conditions])
  }
  for (const right of rights.assumes)
    for (const target of takenOver(graph, principal, right)) add(target, right.conditions)
  for (const target of rights.actsAs) add(target, [])
  return [...steps]
    .map(([target, conditions]) => ({ target, conditions }))
    .sort((a, b) => (a.target < b.target ? -1 : 1))
}

/** Everyone who can be reached step by step, with whether each step of some way holds without conditions. */
export function reachable(
  start: string,
  stepsFrom: (key: string) => readonly Step[],
): ReadonlyMap<string, { readonly isCertain: boolean }> {
  const found = new Map<string, { isCertain: boolean }>()
  const open: { key: string; isCertain: boolean }[] = [{ key: start, isCertain: true }]
  while (open.length > 0) {
    const at = open.pop()
    for (const { target, conditions } of at === undefined ? [] : stepsFrom(at.key)) {
      const isCertain = at?.isCertain === true && conditions.length === 0
      const known = found.get(target)
      if (target === start || (known !== undefined && (known.isCertain || !isCertain))) continue
      found.set(target, { isCertain })
      open.push({ key: target, isCertain })
    }
  }
  return found
}
