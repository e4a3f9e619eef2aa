/** What identities are called in their records. */
import type { Pipeline } from './pipeline.ts'

/** By id, of those that have a name. `ids`: whose; all of them without it. */
export function namesOf(pipeline: Pipeline, ids?: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { identity } of pipeline.identities.tallies.all())
    if (identity.name !== undefined && (ids === undefined || ids.has(identity.id)))
      names.set(identity.id, identity.name)
  return names
}
