/** People in inventories get the pseudonyms that they have in events: no id of a person goes further, and both still meet. */
import type { Pseudonym, PseudonymPolicy } from '../events/pseudonyms.ts'
import type { Fact, PrincipalFact } from './facts.ts'
import { principalKey } from './names.ts'

function isHidden({ type }: PrincipalFact, policy: PseudonymPolicy): boolean {
  if (type === 'user') return policy.people
  return type !== 'group' && type !== 'everyone' && type !== 'service' && policy.machines
}

/** Groups of Google Cloud and Kubernetes may be named by e-mail address: those are groups, and stay. */
export function pseudonymous(
  facts: readonly Fact[],
  policy: PseudonymPolicy,
  pseudonym: Pseudonym,
): readonly Fact[] {
  const keys = new Map<string, string>()
  for (const fact of facts) {
    if (fact.fact !== 'principal' || !isHidden(fact, policy)) continue
    const prefix = fact.provider === 'kubernetes' && fact.tenant !== '' ? `${fact.tenant}/` : ''
    keys.set(fact.id, principalKey(fact.provider, fact.tenant, pseudonym(fact.id.slice(prefix.length))))
  }
  const shown = (key: string): string => keys.get(key) ?? key
  return facts.map((fact): Fact => {
    switch (fact.fact) {
      case 'principal':
        return keys.has(fact.id) ? { ...fact, id: shown(fact.id), name: undefined } : fact
      case 'grant':
      case 'credential':
        return keys.has(fact.principal) ? { ...fact, principal: shown(fact.principal) } : fact
      case 'member':
        return { ...fact, member: shown(fact.member) }
      case 'trust':
        return keys.has(fact.who) ? { ...fact, who: shown(fact.who) } : fact
      case 'role': {
        const at = fact.id.indexOf('#')
        const owner = at < 0 ? '' : fact.id.slice(0, at)
        return keys.has(owner) ? { ...fact, id: `${shown(owner)}${fact.id.slice(at)}` } : fact
      }
      default:
        return fact
    }
  })
}
