/** Drift that only lists show: when to look for it, and how far events must have come before it is told. */
import type { Stateful } from '../events/chunk.ts'
import type { AssignmentChange } from '../events/event.ts'
import type { WatermarkLimits } from '../events/watermark.ts'
import type { Snapshot } from '../inventory/access-graph.ts'
import type { Baseline } from '../inventory/drift/baseline.ts'
import { type Difference, differencesFrom } from '../inventory/drift/differences.ts'
import { inOrder } from '../inventory/drift/held-grant.ts'
import { lessonTeller } from '../inventory/drift/lesson-teller.ts'
import { type Listing, listingOf } from '../inventory/drift/listing.ts'
import { SilentChanges } from '../inventory/drift/silent-changes.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { SourceBook } from './source-book.ts'

/** How long events may lag behind lists at most: a log that is silent is not waited for longer, ms. */
const patienceMs = 3_600_000

export interface DriftWatchOptions {
  readonly inventory: Inventory
  readonly sources: SourceBook
  /** How long streams are waited for. */
  readonly limits: WatermarkLimits
  /** Epoch ms. */
  readonly now: () => number
  /** Ms of a clock that only goes forward. */
  readonly steadyMs: () => number
}

/** Differences that are kept to be shown. */
const maxShown = 1000

/** What the last look found. */
export interface DriftFound {
  /** Epoch ms. */
  readonly at: number
  readonly total: number
  /** Those that no event told of. */
  readonly untold: number
  /** The first by provider, principal, role and scope. */
  readonly differences: readonly Difference[]
}

export class DriftWatch {
  readonly #options: DriftWatchOptions
  readonly #silent = new SilentChanges()
  /** Epoch ms. Before it nobody listened: what happened then may come yet. */
  readonly #startedAt: number
  /** What was looked at last. */
  #snapshots = new WeakSet<Snapshot>()
  #count = 0
  #baseline: Baseline | undefined
  /** Undefined before the first look. */
  found: DriftFound | undefined

  constructor(options: DriftWatchOptions) {
    this.#options = options
    this.#startedAt = options.now()
  }

  get forgotten(): number {
    return this.#silent.forgotten
  }

  /** Epoch ms up to which all events are believed to have come: where each source is, or an hour ago. */
  get #complete(): number {
    const { sources, limits, now, steadyMs } = this.#options
    const heard = sources.all().filter(({ newest }) => Number.isFinite(newest))
    const slowest = Math.min(...heard.map(({ watermark }) => watermark.at(steadyMs(), limits)))
    const overdue = now() - patienceMs
    return Math.max(
      heard.length > 0 ? slowest : Number.NEGATIVE_INFINITY,
      overdue >= this.#startedAt ? overdue : Number.NEGATIVE_INFINITY,
    )
  }

  /** Whether lists or the baseline are others, or events have passed a list that was waited for. */
  isDue(baseline: Baseline | undefined): boolean {
    const { snapshots } = this.#options.inventory
    if (baseline === undefined || snapshots.length === 0) return false
    const isSame = snapshots.length === this.#count && snapshots.every((one) => this.#snapshots.has(one))
    return !isSame || baseline !== this.#baseline || this.#silent.oldestWaiting <= this.#complete
  }

  /** Looks at everything; pauses where it yields, and may be left off there. */
  *look(baseline: Baseline | undefined, tell: (change: AssignmentChange) => void): Generator<void, void> {
    if (baseline === undefined) return
    // Before the differences are sought: what comes meanwhile may not be in them.
    const complete = this.#complete
    const { snapshots, learned } = this.#options.inventory
    const listings: Listing[] = []
    for (const snapshot of snapshots) listings.push(yield* listingOf(snapshot))
    const differences = yield* differencesFrom(baseline, listings, lessonTeller(learned.lessons))
    this.found = {
      at: this.#options.now(),
      total: differences.length,
      untold: differences.filter(({ isTold }) => !isTold).length,
      differences: inOrder(differences, ({ grant }) => grant).slice(0, maxShown),
    }
    yield* this.#silent.look(differences, listings, complete, tell)
    this.#snapshots = new WeakSet(snapshots)
    this.#count = snapshots.length
    this.#baseline = baseline
  }

  parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [['drift/', this.#silent]]
  }
}
