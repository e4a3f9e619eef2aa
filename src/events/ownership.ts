/** Who owns an identity: rules from ownership.yaml, else what its namespace, role path or name suggests. */
import type { Identity, Provider } from './event.ts'
import { globMatches } from './glob.ts'

export type Criticality = 'critical' | 'standard' | 'batch'

/** One rule; all given fields must match, each is exact text or a glob. The first rule that matches wins. */
export interface OwnershipRule {
  readonly match: {
    readonly id?: string | undefined
    readonly name?: string | undefined
    readonly path?: string | undefined
    readonly namespace?: string | undefined
    readonly repository?: string | undefined
    readonly service?: string | undefined
    readonly provider?: string | undefined
    readonly tenant?: string | undefined
  }
  readonly app: string
  readonly team?: string | undefined
  readonly criticality?: Criticality | undefined
}

export interface Owner {
  readonly app: string
  readonly team: string
  readonly criticality: Criticality
  /** False where no rule matches: listed as unowned, never dropped. */
  readonly isOwned: boolean
}

function matches(rule: OwnershipRule, identity: Identity, provider: Provider): boolean {
  const { id, name, path, namespace, repository, service, provider: ofProvider, tenant } = rule.match
  const fits = (pattern: string | undefined, value: string | undefined): boolean =>
    pattern === undefined || (value !== undefined && globMatches(pattern, value))
  return (
    fits(id, identity.id) &&
    fits(name, identity.name) &&
    fits(path, identity.path) &&
    fits(namespace, identity.namespace) &&
    fits(repository, identity.repository) &&
    fits(service, identity.service) &&
    fits(ofProvider, provider) &&
    fits(tenant, identity.tenant)
  )
}

/** `/team/app/` gives `app`; the bare path `/` gives nothing. */
function lastSegment(path: string | undefined): string | undefined {
  return path?.split('/').filter(Boolean).at(-1)
}

function suggestedApp(identity: Identity): string {
  if (identity.type === 'user') return 'people'
  return (
    identity.namespace ??
    lastSegment(identity.path) ??
    identity.repository ??
    identity.service ??
    identity.name ??
    identity.id
  )
}

export function ownerOf(rules: readonly OwnershipRule[], identity: Identity, provider: Provider): Owner {
  const rule = rules.find((candidate) => matches(candidate, identity, provider))
  if (rule === undefined)
    return { app: suggestedApp(identity), team: 'unowned', criticality: 'standard', isOwned: false }
  return {
    app: rule.app,
    team: rule.team ?? 'unowned',
    criticality: rule.criticality ?? 'standard',
    isOwned: true,
  }
}
