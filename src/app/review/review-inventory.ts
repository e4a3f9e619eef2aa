/** What identities can reach and do not need, where lists of rights were read. */
import type { FindingKind } from '../../inventory/hygiene.ts'
import { survey } from '../../inventory/survey.ts'
import type { ReviewInventory } from '../../outputs/reports/review.ts'
import type { Pipeline } from '../pipeline.ts'
import { atOnce } from '../steps.ts'

const top = 10
const unusedKinds: ReadonlySet<FindingKind> = new Set<FindingKind>([
  'never-used',
  'deleted-but-assigned',
  'disabled-but-assigned',
  'assigned-to-nobody',
])

/** `at`, epoch ms: as of when ages are counted. Undefined without lists. */
export function reviewInventory(
  { inventory: { inventory } }: Pipeline,
  at: number,
  nameOf: (id: string) => string,
): ReviewInventory | undefined {
  if (inventory.snapshots.length === 0) return undefined
  const { identities, ranking, findingCounts, findings } = atOnce(survey(inventory, at, { top }))
  return {
    known: identities.known,
    withRights: identities.withRights,
    wide: identities.wide,
    ranking: ranking.map(({ identity, name, granted, used, unused, compromise }) => ({
      identity: name ?? nameOf(identity),
      granted: granted.count,
      ...{ used, unused },
      compromise: compromise.count,
      wholeScopes: compromise.wholeScopes.length,
    })),
    findings: Object.entries(findingCounts)
      .map(([kind, count]) => ({ kind, count }))
      .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
    unused: findings
      .filter(({ kind }) => unusedKinds.has(kind))
      .map(({ identity, message }) => ({ identity: nameOf(identity), message })),
  }
}
