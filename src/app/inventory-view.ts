/** The inventory as `/metrics` and `/api/v1` show it: the last survey of everybody, and one identity as of now. */

import type { Exposure } from '../inventory/inventory.ts'
import type { Survey } from '../inventory/survey.ts'
import { identityMetrics } from '../outputs/conventions.ts'
import { labelValue } from '../outputs/label-value.ts'
import type { LabelsOf } from '../outputs/metric-family.ts'
import { pipelineMetrics } from '../outputs/pipeline-conventions.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { knownIdentity } from './inventory-book.ts'
import { type InventoryReport, inventoryReport, type RadiusReport, radiusReport } from './inventory-report.ts'
import type { InventoryWatch } from './inventory-watch.ts'
import { samples } from './metric-samples.ts'
import type { Pipeline } from './pipeline.ts'

/** All identities that are not named, as one. */
const others = 'other'

type EventLabels = LabelsOf<typeof identityMetrics.orphaned>
type Value = { readonly labels: LabelsOf<typeof identityMetrics.grantedResources>; readonly value: number }

/** Label sets of orphans; what comes after them counts as `other`. */
const maxOrphanSets = 50

export class InventoryView {
  readonly #pipeline: Pipeline
  readonly #watch: InventoryWatch
  /** Undefined until the first one is done. */
  readonly survey: Survey | undefined

  constructor(pipeline: Pipeline, watch: InventoryWatch, survey: Survey | undefined) {
    this.#pipeline = pipeline
    this.#watch = watch
    this.survey = survey
  }

  report(): InventoryReport {
    return inventoryReport(this.#watch.files, this.survey)
  }

  /** As of `at`, epoch ms. Undefined for an identity that nothing names. */
  radius(identity: string, at: number): RadiusReport | undefined {
    return radiusReport(this.#pipeline.inventory.inventory, this.#pipeline.rules, identity, at)
  }

  samples(): readonly FamilySamples[] {
    const { inventory, drift } = this.#pipeline
    const forgotten = inventory.inventory.learned.forgotten + drift.forgotten
    const files = this.#watch.files
    const oldest = Math.min(...files.map(({ takenAt }) => takenAt))
    return [
      samples(
        identityMetrics.grantedResources,
        this.#widest(({ granted }) => granted.count, 'granted'),
      ),
      samples(
        identityMetrics.usedResources,
        this.#widest(({ used }) => used, 'used'),
      ),
      samples(identityMetrics.orphaned, this.#orphans()),
      samples(identityMetrics.inventoryIdentities, this.#sum('known')),
      samples(identityMetrics.inventoryGrantedResources, this.#sum('granted')),
      samples(
        pipelineMetrics.inventoryOldest,
        files.length === 0 ? [] : [{ labels: {}, value: oldest / 1000 }],
      ),
      samples(pipelineMetrics.inventoryFailures, [{ labels: {}, value: this.#watch.failures }]),
      samples(pipelineMetrics.inventoryForgotten, [{ labels: {}, value: forgotten }]),
    ]
  }

  #labelsOf(identity: string): EventLabels | undefined {
    const principal = this.#pipeline.inventory.inventory.graph.principals.get(identity)
    if (principal === undefined) return undefined
    const known = knownIdentity(principal, this.#pipeline.rules)
    const { provider, layer, owner } = known
    return { provider, identity_type: known.identity.type, app: labelValue(owner.app), layer }
  }

  #sum(
    what: 'known' | 'granted',
  ): readonly { readonly labels: Record<never, string>; readonly value: number }[] {
    return this.survey === undefined ? [] : [{ labels: {}, value: this.survey.identities[what] }]
  }

  #widest(numberOf: (of: Exposure) => number, rest: 'granted' | 'used'): readonly Value[] {
    if (this.survey === undefined) return []
    const { widest, others: left } = this.survey
    const named = widest.flatMap((exposure): readonly Value[] => {
      const labels = this.#labelsOf(exposure.identity)
      const identity = labelValue(exposure.identity)
      return labels === undefined ? [] : [{ labels: { ...labels, identity }, value: numberOf(exposure) }]
    })
    const all = { provider: others, identity_type: others, app: others, layer: others, identity: others }
    return left.identities === 0 ? named : [...named, { labels: all, value: left[rest] }]
  }

  #orphans(): readonly { readonly labels: EventLabels; readonly value: number }[] {
    const counts = new Map<string, { labels: EventLabels; value: number }>()
    for (const identity of this.survey?.orphans ?? []) {
      const own = this.#labelsOf(identity)
      if (own === undefined) continue
      const hasRoom = counts.size < maxOrphanSets || counts.has(JSON.stringify(own))
      const labels = hasRoom ? own : { ...own, app: others }
      const key = JSON.stringify(labels)
      const count = counts.get(key)
      if (count === undefined) counts.set(key, { labels, value: 1 })
      else count.value++
    }
    return [...counts.values()]
  }
}
