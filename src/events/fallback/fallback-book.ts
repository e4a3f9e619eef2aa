/**
 * Tells static credentials that somebody used although there is a managed identity. Who has one is learned from events;
 * in whichever order they come, the answers are the same.
 */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../chunk.ts'
import { detached } from '../detach.ts'
import type { IdentityEvent, SecretRead, TokenRequest, TokenUse, Workload } from '../event.ts'
import { Spans } from '../ledger/spans.ts'
import type { Owner } from '../ownership.ts'
import { TextHash } from '../text-hash.ts'
import { credentialOf, isAuthentication, isBeyondNode } from './credentials.ts'
import {
  appKey,
  type HolderMemo,
  holderKey,
  identityKey,
  namedWorkload,
  workloadKey,
  workloadKinds,
} from './holders.ts'
import { type Uses, WaitingUses } from './waiting-uses.ts'

export interface FallbackOptions {
  /** Holders that are remembered, each for a month after it was seen last. About 50 bytes each. */
  readonly maxHolders?: number | undefined
  /** Uses that wait for their holder to be known, 8 bytes each, and how many different ones, about 1 KB each. */
  readonly maxWaiting?: number | undefined
  readonly maxWaitingBundles?: number | undefined
  readonly isDurable?: boolean | undefined
}

const dayMs = 86_400_000
/** Whoever authenticates without a secret could have done so the day before, and can for a month. Whole days of UTC. */
const daysBefore = 1
const daysAfter = 30
const defaultMaxHolders = 500_000
const defaultMaxWaiting = 500_000
const defaultMaxBundles = 10_000
/** Workloads that one identity's memo holds: beyond them it starts anew. */
const maxMemo = 64

const nothing: readonly Uses[] = []

export class FallbackBook implements Stateful {
  /** Uses of static credentials whose holder turned out to have nothing else, as far as anybody can know. */
  unjudged = 0
  readonly #hash = new TextHash()
  /** When a holder can do without secrets. */
  readonly #holders: Spans
  readonly #waiting: WaitingUses
  #isUnjudgedDirty = false

  constructor(options: FallbackOptions = {}) {
    const { maxHolders = defaultMaxHolders, isDurable = false } = options
    const { maxWaiting: maxUses = defaultMaxWaiting, maxWaitingBundles: maxBundles = defaultMaxBundles } =
      options
    this.#holders = new Spans('union', maxHolders, isDurable)
    this.#waiting = new WaitingUses({ maxUses, maxBundles }, isDurable)
  }

  /** Workloads, applications and identities that are known to have a managed identity. */
  get holders(): number {
    return this.#holders.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** What was let go for want of room. */
  get forgotten(): { readonly holders: number; readonly waiting: number } {
    return { holders: this.#holders.forgotten, waiting: this.#waiting.forgotten }
  }

  /** Marks the event where it is known to be a fallback; gives earlier ones of which it is known only now. */
  enrich(event: IdentityEvent, owner: Owner, memo: HolderMemo): readonly Uses[] {
    const credential = credentialOf(event)
    const learned = credential === 'managed' ? this.#managed(event, owner, memo) : nothing
    const isStatic = event.kind === 'secret.read' ? event.likelyFallback : credential === 'static'
    if (isStatic) this.#static(event, owner)
    return learned
  }

  #managed(event: IdentityEvent, owner: Owner, memo: HolderMemo): readonly Uses[] {
    if (event.identity.type === 'user') return nothing
    if (memo.isNode && isAuthentication(event) && isBeyondNode(event)) event.fallback = true
    const day = Math.floor(event.time / dayMs)
    const isKnown = memo.day === day
    memo.day = day
    const workload = namedWorkload(event)
    const isNew = workload !== undefined && isNewWorkload(memo, workload, day)
    if (isKnown && !isNew) return nothing
    return [
      ...(isNew ? this.#learn(workloadKey(event, workload), day) : nothing),
      ...(isKnown ? nothing : this.#learn(appKey(owner), day)),
      ...(isKnown ? nothing : this.#learn(identityKey(event), day)),
    ]
  }

  /** Gives the holder's uses that came before. */
  #learn(key: string | undefined, day: number): readonly Uses[] {
    if (key === undefined) return nothing
    this.#hash.of(key)
    const { low, high } = this.#hash
    const from = (day - daysBefore) * dayMs
    const to = (day + 1 + daysAfter) * dayMs
    this.#holders.add(low, high, from, to)
    const uses = this.#waiting.take(low, high, from, to)
    for (const { event } of uses) if (mayFallBack(event)) event.fallback = true
    return uses
  }

  /** People's keys are their own, unless ownership says which application they are for. */
  #static(event: IdentityEvent, owner: Owner): void {
    if (!mayFallBack(event) || (event.identity.type === 'user' && !isKeyOfApplication(event, owner))) return
    const key = holderKey(event, owner)
    if (key === undefined) return
    this.#hash.of(key)
    const { low, high } = this.#hash
    if (this.#holders.covers(low, high, event.time)) event.fallback = true
    else this.#waiting.wait(low, high, event)
  }

  /** Nothing older than `floor`, epoch ms, will come: what no later event could decide is not waited for. */
  prune(floor: number): void {
    this.#holders.prune(floor)
    const dropped = this.#waiting.dropBefore((Math.floor(floor / dayMs) - daysBefore) * dayMs)
    if (dropped === 0) return
    this.unjudged += dropped
    this.#isUnjudgedDirty = true
  }

  save(out: ChunkWriter): void {
    this.#holders.save(prefixed(out, 'holder/'))
    this.#waiting.save(prefixed(out, 'waiting/'))
    if (this.#isUnjudgedDirty) out.put('unjudged', jsonBytes(this.unjudged))
  }

  saved(): void {
    this.#holders.saved()
    this.#waiting.saved()
    this.#isUnjudgedDirty = false
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'unjudged') this.unjudged = jsonOf<number>(bytes)
    else if (key.startsWith('holder/')) this.#holders.restore(key.slice('holder/'.length), bytes)
    else this.#waiting.restore(key.slice('waiting/'.length), bytes)
  }
}

/** What may be a fallback: an authentication, or the read of a secret that is one. */
function mayFallBack(event: IdentityEvent): event is TokenRequest | TokenUse | SecretRead {
  return event.kind === 'secret.read' || isAuthentication(event)
}

function isKeyOfApplication(event: IdentityEvent, { isOwned }: Owner): boolean {
  return isOwned && 'credentialType' in event && event.credentialType === 'access-key'
}

function isNewWorkload({ workloads }: HolderMemo, { name, kind }: Workload, day: number): boolean {
  const known = workloads.get(name)
  const seen = day * workloadKinds.length + workloadKinds.indexOf(kind)
  if (known === seen) return false
  if (workloads.size >= maxMemo) workloads.clear()
  workloads.set(known === undefined ? detached(name) : name, seen)
  return true
}
