/** Which events an objective's `where` selects. */
import type { IdentityEvent } from '../events/event.ts'
import { globMatches } from '../events/glob.ts'
import type { Owner } from '../events/ownership.ts'
import { type Where, type WhereField, whereFields } from './objective.ts'

/** The texts of a field; an identity is selected by its id or its name. */
function valuesOf(field: WhereField, event: IdentityEvent, owner: Owner): readonly (string | undefined)[] {
  switch (field) {
    case 'provider':
      return [event.provider]
    case 'app':
      return [owner.app]
    case 'team':
      return [owner.team]
    case 'criticality':
      return [owner.criticality]
    case 'identity':
      return [event.identity.id, event.identity.name]
    case 'identityType':
      return [event.identity.type]
    case 'tenant':
      return [event.identity.tenant]
    case 'namespace':
      return [event.identity.namespace]
    case 'layer':
      return [event.layer]
    case 'source':
      return [event.source]
    case 'service':
      return [event.kind === 'token.use' ? event.service : undefined]
    case 'audience':
      return [event.kind === 'token.request' ? event.audience : undefined]
    case 'workload':
      return [event.workload?.name]
  }
}

export function whereMatches(where: Where, event: IdentityEvent, owner: Owner): boolean {
  return whereFields.every((field) => {
    const patterns = where[field]
    if (patterns === undefined) return true
    const values = valuesOf(field, event, owner)
    return patterns.some((pattern) =>
      values.some((value) => value !== undefined && globMatches(pattern, value)),
    )
  })
}

/** Fields that can differ between events of one identity, kind, source and layer. */
export const eventFields: readonly WhereField[] = ['service', 'audience', 'workload']
