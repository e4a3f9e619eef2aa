/** Drift, and rights that nobody needs, as `/api/v1` and the pages show them. */
import { defaultHygiene, hygieneOf } from '../../inventory/hygiene.ts'
import type { DriftView, OrphanList } from '../../outputs/rights-views.ts'
import type { InventoryView } from '../inventory-view.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'
import { pageOf } from './page-of.ts'

const maxChanges = 100

/** A name that only the baseline has may be a person's, as somebody wrote it down. */
function shownPrincipal({ inventory }: Pipeline, key: string): string | undefined {
  const { graph, learned } = inventory.inventory
  return graph.principals.has(key) || learned.lessons.has(key) ? key : undefined
}

export function driftView(pipeline: Pipeline, page: number): DriftView {
  const { drift, baseline } = pipeline
  const found = baseline === undefined ? undefined : drift.found
  const { items, ...place } = pageOf(found?.differences ?? [], page)
  return {
    ...place,
    total: found?.total ?? 0,
    baseline: baseline && { grants: baseline.grants.size },
    lookedAt: found && isoTime(found.at),
    untold: found?.untold ?? 0,
    differences: items.map(({ op, grant: { provider, principal, role, scope }, isTold, takenAt }) => ({
      ...{ op, provider, principal: shownPrincipal(pipeline, principal), role, scope, isTold },
      listedAt: takenAt === undefined ? undefined : isoTime(takenAt),
    })),
    changes: pipeline.activity.changes.newestFirst().slice(0, maxChanges),
  }
}

/** `now`: epoch ms, as of when ages are counted. */
export function orphanList(
  { inventory: { inventory } }: Pipeline,
  { survey }: InventoryView,
  now: number,
  page: number,
): OrphanList {
  const { items, ...place } = pageOf(survey?.orphans ?? [], page)
  const { graph, learned } = inventory
  const findingsOf = hygieneOf({ graph, lessons: learned.lessons, now, limits: defaultHygiene })
  return {
    ...place,
    surveyedAt: survey && isoTime(survey.at),
    hasInventory: inventory.snapshots.length > 0,
    findingCounts: survey?.findingCounts ?? {},
    orphans: items.flatMap((key) => {
      const principal = graph.principals.get(key)
      if (principal === undefined) return []
      const { name, type, provider } = principal
      const findings = findingsOf(principal).map(({ kind, message }) => ({ kind, message }))
      return [{ id: key, name, type, provider, findings }]
    }),
  }
}
