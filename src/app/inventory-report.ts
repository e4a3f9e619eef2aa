/** The JSON of `/api/v1/inventory` and of one identity's radius. */
import type { OwnershipRule } from '../events/ownership.ts'
import type { Finding } from '../inventory/hygiene.ts'
import { type Exposure, type Inventory, type Sharing, sharingOf } from '../inventory/inventory.ts'
import { byText } from '../inventory/names.ts'
import type { Survey } from '../inventory/survey.ts'
import { knownIdentity } from './inventory-book.ts'
import type { ReadFile } from './inventory-watch.ts'
import { isoTime } from './iso-time.ts'

/** The survey is absent until the first one is done. */
export type InventoryReport = Partial<Omit<Survey, 'at' | 'orphans'>> & {
  readonly files: readonly (Omit<ReadFile, 'takenAt'> & { readonly takenAt: string | undefined })[]
  /** RFC 3339: when everybody was looked at. */
  readonly at?: string | undefined
  readonly orphaned?: number
}

export function inventoryReport(files: readonly ReadFile[], survey: Survey | undefined): InventoryReport {
  const read = files.map((file) => ({ ...file, takenAt: isoTime(file.takenAt) }))
  if (survey === undefined) return { files: read }
  const { at, orphans, ...rest } = survey
  return { files: read, at: isoTime(at), orphaned: orphans.length, ...rest }
}

/** Resources that are named of each list. */
const maxResources = 200

export interface RadiusReport extends Exposure {
  readonly app: string
  readonly team: string
  readonly owned: boolean
  /** Granted and known, and not used. */
  readonly unused: number
  /** The first by name. */
  readonly grantedResources: readonly string[]
  /** The last used first. */
  readonly usedResources: readonly { readonly resource: string; readonly lastUsed: string | undefined }[]
  /** Unrelated workloads that use the identity, where there are several. */
  readonly shared?: Sharing | undefined
  readonly findings: readonly Pick<Finding, 'kind' | 'message'>[]
}

/** Undefined for an identity that nothing names. `at`, epoch ms: as of when ages are counted. */
export function radiusReport(
  inventory: Inventory,
  rules: readonly OwnershipRule[],
  written: string,
  at: number,
): RadiusReport | undefined {
  const { principals } = inventory.graph
  // Azure's ids are the same in any letter case, and kept in lower case.
  const principal = principals.get(written) ?? principals.get(written.toLowerCase())
  if (principal === undefined) return undefined
  const { key } = principal
  const exposure = inventory.exposure(key)
  if (exposure === undefined) return undefined
  const { owner } = knownIdentity(principal, rules)
  const lesson = inventory.learned.lessons.get(key)
  const used = [...inventory.used(key)].sort(([a, x], [b, y]) => y - x || byText(a, b))
  return {
    ...exposure,
    ...{ app: owner.app, team: owner.team, owned: owner.isOwned },
    unused: inventory.excess(key),
    grantedResources: inventory.grantedResources(key, maxResources),
    usedResources: used
      .slice(0, maxResources)
      .map(([resource, time]) => ({ resource, lastUsed: isoTime(time) })),
    shared: lesson && sharingOf(lesson),
    findings: inventory.findingsOf(key, at).map(({ kind, message }) => ({ kind, message })),
  }
}
