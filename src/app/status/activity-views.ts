/** What identities did lately as `/api/v1` gives it: bounded tables, searched by a part of any name. */
import {
  type AccessPatternList,
  accessPatternRowOf,
  type ChangeRow,
  patternsFrom,
  type RefreshFailureRow,
} from '../../outputs/activity/activity-rows.ts'
import type { Pipeline } from '../pipeline.ts'

/** Of access patterns; the other tables have no more anyway. */
const maxRows = 500

type Searched = readonly (string | undefined)[]

function search<Row>(rows: readonly Row[], q: string, of: (row: Row) => Searched): Row[] {
  const text = q.toLowerCase()
  const found =
    text === '' ? rows : rows.filter((row) => of(row).some((each) => each?.toLowerCase().includes(text)))
  return found.slice(0, maxRows)
}

export function changeList({ activity }: Pipeline, q: string): { readonly changes: ChangeRow[] } {
  const rows = activity.changes.newestFirst()
  return {
    changes: search(rows, q, ({ provider, app, identity, name, identityType, role, scope, actor }) => {
      return [provider, app, identity, name, identityType, role, scope, actor]
    }),
  }
}

export function refreshFailureList(
  { activity }: Pipeline,
  q: string,
): { readonly refreshFailures: RefreshFailureRow[] } {
  const rows = activity.refreshFailures.newestFirst()
  return {
    refreshFailures: search(
      rows,
      q,
      ({ provider, app, identity, name, identityType, workload, reason, code }) => {
        return [provider, app, identity, name, identityType, workload, reason, code]
      },
    ),
  }
}

export function accessPatternList({ activity, evaluationTime = 0 }: Pipeline, q: string): AccessPatternList {
  const patterns = activity.patterns.upTo(evaluationTime)
  const found = search(patterns, q, ({ provider, app, identity: { id, name, type }, service }) => {
    return [provider, app, id, name, type, service]
  })
  return {
    since: patternsFrom(evaluationTime),
    total: patterns.length,
    forgotten: activity.patterns.forgotten,
    accessPatterns: found.map(accessPatternRowOf),
  }
}
