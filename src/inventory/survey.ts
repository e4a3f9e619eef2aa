/** A look at everybody: who reaches most, who is an orphan, what should be cleaned up. For gauges, reports and pages. */
import type { Principal } from './access-graph.ts'
import { defaultHygiene, type Finding, type FindingKind, type HygieneLimits, hygieneOf } from './hygiene.ts'
import {
  byCompromise,
  type Exposure,
  type Inventory,
  isIdentity,
  type Sharing,
  sharingOf,
} from './inventory.ts'
import { byText } from './names.ts'

/** An exposure, and how many of its known resources the identity did not use. */
export interface RankedExposure extends Exposure {
  readonly unused: number
}

export interface Survey {
  /** As of when ages are counted, epoch ms. */
  readonly at: number
  readonly identities: {
    readonly known: number
    readonly withRights: number
    readonly wide: number
    /** Sum of what each can reach by its own rights. */
    readonly granted: number
  }
  /** Who would reach most if it were compromised, the worst first. */
  readonly ranking: readonly RankedExposure[]
  /** Whose own rights reach most, the widest first. */
  readonly widest: readonly Exposure[]
  /** The largest radius, and the most resources used, among all identities that are not `widest`. */
  readonly others: { readonly identities: number; readonly granted: number; readonly used: number }
  readonly orphans: readonly string[]
  /** All of them, by kind; and the first of each kind. */
  readonly findingCounts: Readonly<Partial<Record<FindingKind, number>>>
  readonly findings: readonly Finding[]
  readonly sharedIdentities: number
  readonly shared: readonly Sharing[]
}

export interface SurveyLimits {
  /** How many stand in each list by name, in `findings` of each kind. */
  readonly top: number
  readonly hygiene?: HygieneLimits | undefined
}

const orphaned: ReadonlySet<FindingKind> = new Set<FindingKind>([
  'deleted-but-assigned',
  'disabled-but-assigned',
  'assigned-to-nobody',
  'never-used',
])

function byGranted(a: Exposure, b: Exposure): number {
  return b.granted.count - a.granted.count || byText(a.identity, b.identity)
}

/** The first of all that are added, in an order; never holds more than twice as many. */
class First<T> {
  #items: T[] = []
  readonly #limit: number
  readonly #order: (a: T, b: T) => number

  constructor(limit: number, order: (a: T, b: T) => number) {
    this.#limit = limit
    this.#order = order
  }

  /** Gives those that fell out. */
  add(item: T): readonly T[] {
    this.#items.push(item)
    return this.#items.length >= 2 * this.#limit ? this.cut() : []
  }

  cut(): readonly T[] {
    this.#items.sort(this.#order)
    return this.#items.splice(this.#limit)
  }

  get items(): readonly T[] {
    return this.#items
  }
}

class Findings {
  readonly counts: Partial<Record<FindingKind, number>> = {}
  readonly first: Finding[] = []
  readonly orphans = new Set<string>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  add(finding: Finding): void {
    const count = (this.counts[finding.kind] ?? 0) + 1
    this.counts[finding.kind] = count
    if (count <= this.#limit) this.first.push(finding)
    if (orphaned.has(finding.kind)) this.orphans.add(finding.identity)
  }
}

/** Pauses where it yields, at each identity: 100,000 take seconds. What events teach meanwhile may be in it or not. */
export function* survey(
  inventory: Inventory,
  at: number,
  { top, hygiene = defaultHygiene }: SurveyLimits,
): Generator<void, Survey> {
  const { graph, learned } = inventory
  const findingsOf = hygieneOf({ graph, lessons: learned.lessons, now: at, limits: hygiene })
  const findings = new Findings(top)
  const ranking = new First<Exposure>(top, byCompromise)
  const widest = new First<Exposure>(top, byGranted)
  const identities = { known: 0, withRights: 0, wide: 0, granted: 0 }
  const others = { identities: 0, granted: 0, used: 0 }
  const leave = (left: readonly Exposure[]): void => {
    others.identities += left.length
    for (const { granted, used } of left) {
      others.granted = Math.max(others.granted, granted.count)
      others.used = Math.max(others.used, used)
    }
  }
  const look = (principal: Principal): void => {
    const exposure = inventory.exposure(principal.key)
    if (exposure === undefined) return
    identities.known++
    identities.granted += exposure.granted.count
    if (exposure.compromise.count > 0) identities.withRights++
    if (exposure.compromise.isWide) identities.wide++
    ranking.add(exposure)
    leave(widest.add(exposure))
  }
  for (const principal of graph.principals.values()) {
    for (const finding of findingsOf(principal)) findings.add(finding)
    if (isIdentity(principal)) look(principal)
    yield
  }
  const shared: Sharing[] = []
  for (const lesson of learned.lessons.values()) {
    const sharing = sharingOf(lesson)
    if (sharing !== undefined) shared.push(sharing)
    yield
  }
  ranking.cut()
  leave(widest.cut())
  shared.sort((a, b) => b.workloads.length - a.workloads.length || byText(a.identity, b.identity))
  return {
    at,
    identities,
    ranking: ranking.items
      .filter(({ compromise }) => compromise.count > 0)
      .map((exposure) => ({ ...exposure, unused: inventory.excess(exposure.identity) })),
    widest: widest.items.filter(({ granted }) => granted.count > 0),
    others,
    orphans: [...findings.orphans].sort(byText),
    findingCounts: findings.counts,
    findings: findings.first,
    sharedIdentities: shared.length,
    shared: shared.slice(0, top),
  }
}
