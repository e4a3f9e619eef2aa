/** The inventory of one run: what its lists and events taught, and what objectives are told of it. */
import type { Stateful } from '../events/chunk.ts'
import type { Identity, IdentityEvent, IdentityRadius, Layer, Provider } from '../events/event.ts'
import { type Owner, type OwnershipRule, ownerOf } from '../events/ownership.ts'
import type { Principal } from '../inventory/access-graph.ts'
import { Inventory } from '../inventory/inventory.ts'
import { listedIdentity, listedLayer } from '../inventory/listed-identity.ts'
import { RadiusJournal, type RadiusListener, radiusSliceMs } from '../inventory/radius-journal.ts'
import type { Engine, Target } from '../objectives/engine.ts'

/** What an identity of the inventory is called where events are: by the same id, and owned by the same rules. */
export interface KnownIdentity {
  readonly identity: Identity
  readonly provider: Provider
  readonly layer: Layer
  readonly owner: Owner
}

const dayMs = 86_400_000
/** What was used longer ago no longer counts as used. */
const usedForMs = 90 * dayMs

export function knownIdentity(principal: Principal, rules: readonly OwnershipRule[]): KnownIdentity {
  const { provider } = principal
  const identity = listedIdentity(principal)
  const owner = ownerOf(rules, identity, provider)
  return { identity, provider, layer: listedLayer(provider), owner }
}

/** Longest window that wants radii, and a day: before it nothing need be told. Ms. */
function spanOf(engine: Engine): number {
  const windows = engine.states.map(({ objective }) => objective.window.durationMs)
  return Math.max(30 * dayMs, ...windows) + dayMs
}

/** Objectives whose counts begin anew must not be asked to give back what they never had. */
function revisionsOf(engine: Engine): string {
  return engine.states
    .filter(({ objective: { sli, parts } }) => [sli, ...parts.map((part) => part.sli)].some(wantsRadii))
    .map(({ objective }) => objective.revision)
    .join(' ')
}

function wantsRadii(sli: { readonly indicator: string } | undefined): boolean {
  return sli?.indicator === 'blast-radius'
}

export class InventoryBook {
  readonly inventory = new Inventory()
  readonly #journal = new RadiusJournal()
  /** Whether lists of rights are read. Without them only changes are learned, for the lists that may come one day: uses are many, and cost. */
  hasLists: boolean

  constructor(hasLists: boolean) {
    this.hasLists = hasLists
    this.inventory.isPatient = true
  }

  /** After dedupe, and after people are hidden. */
  learn(event: IdentityEvent): void {
    if (!this.hasLists && event.kind !== 'assignment.change' && event.kind !== 'identity.change') return
    const change = this.inventory.apply(event)
    if (change !== undefined) this.#journal.note(change)
  }

  /** Whether `tell` has something to tell; times in epoch ms. */
  isDue(oldest: number, until: number | undefined): boolean {
    return this.inventory.snapshots.length > 0 && until !== undefined && this.#journal.isDue(oldest, until)
  }

  /**
   * Tells objectives the radii of all slices that are over, where there are lists; pauses where it yields.
   * @param span epoch ms: time of the oldest event that counted, and up to where time has come; asked when telling begins
   */
  *tell(
    engine: Engine,
    rules: readonly OwnershipRule[],
    span: () => readonly [oldest: number, until: number | undefined],
  ): Generator<void, void> {
    if (this.inventory.snapshots.length === 0) return
    yield* this.inventory.prepare()
    const [oldest, until] = span()
    if (until === undefined) return
    const from = Math.max(oldest, until - spanOf(engine))
    yield* this.#journal.round(this.inventory, from, until, this.#listener(engine, rules))
  }

  #listener(engine: Engine, rules: readonly OwnershipRule[]): RadiusListener {
    const revisions = revisionsOf(engine)
    let key: string | undefined
    let known: KnownIdentity | undefined
    let targets: readonly Target[] = []
    return {
      about: (identity) => {
        const principal = this.inventory.graph.principals.get(identity)
        key = identity
        known = principal && knownIdentity(principal, rules)
        targets = known === undefined ? [] : engine.targetsFor(radiusEvent(known, 0, 0), known.owner)
        return JSON.stringify([known?.identity, known?.owner, revisions])
      },
      observed: (identity, { slice, value, count }) => {
        if (known === undefined || identity !== key) return
        engine.count(radiusEvent(known, slice * radiusSliceMs, value), targets, count)
      },
    }
  }

  /** Whether slices of long ago are being told: what is counted of them must not be let go. */
  get isTelling(): boolean {
    return this.#journal.isUnderWay && this.inventory.snapshots.length > 0
  }

  prune(floor: number): void {
    this.#journal.prune(floor)
    this.inventory.learned.prune(floor - usedForMs)
  }

  parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [
      ['inventory/', this.inventory.learned],
      ['radius/', this.#journal],
    ]
  }
}

function radiusEvent(
  { identity, provider, layer, owner }: KnownIdentity,
  time: number,
  value: number,
): IdentityRadius {
  return {
    kind: 'identity.radius',
    id: '',
    time,
    provider,
    source: 'inventory',
    layer,
    identity,
    app: owner.app,
    outcome: 'success',
    resources: value,
    isWide: !Number.isFinite(value),
  }
}
