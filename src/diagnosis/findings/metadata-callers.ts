/** Workloads that ask the metadata endpoint, and whether any of them ever got a token: those that never do have no business there. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import { detached } from '../../events/detach.ts'
import type {
  IdentityEvent,
  Layer,
  MetadataCall,
  Provider,
  Reason,
  TokenRequest,
} from '../../events/event.ts'
import { workloadFamily } from '../../inventory/inventory.ts'

export interface MetadataCaller {
  readonly key: string
  readonly workload: string
  readonly provider: Provider
  readonly app: string
  readonly layer: Layer
  /** Whom the calls named, where they named anybody: the first few. */
  readonly identities: string[]
  refused: number
  /** First and newest call that was refused for want of an identity, epoch ms; `first` is Infinity before any. */
  first: number
  last: number
  firstId: string
  /** The newest success, epoch ms. */
  servedAt: number
}

/** About 400 bytes each. Beyond it, those that were not heard of for longest are forgotten. */
const maxCallers = 4096
const maxIdentities = 4

/** The endpoint was reached, and has nothing for who asked. A failing platform says nothing about that. */
const withoutIdentity: ReadonlySet<Reason> = new Set<Reason>([
  'identity_not_found',
  'permission_denied',
  'policy_denied',
])

function isRefused({ kind, outcome, reason }: IdentityEvent): boolean {
  return (
    kind === 'metadata.call' && outcome === 'failure' && reason !== undefined && withoutIdentity.has(reason)
  )
}

export class MetadataCallers implements Stateful {
  readonly #isKept: boolean
  readonly #all = new Map<string, MetadataCaller>()
  readonly #dirty = new Set<string>()

  /** `isKept`: whether they are made durable. */
  constructor(isKept = false) {
    this.#isKept = isKept
  }

  observe(event: MetadataCall | TokenRequest): void {
    const { workload, provider, time } = event
    if (workload === undefined) return
    const isServed = event.outcome === 'success'
    if (!isServed && !isRefused(event)) return
    const caller = this.#of(event, `${provider} ${workloadFamily(`${workload.kind}/${workload.name}`)}`)
    if (isServed) {
      // By the hour: all that matters is whether it was ever served.
      if (time < caller.servedAt + 3_600_000) return
      caller.servedAt = time
    } else refuse(caller, event)
    this.#changed(caller.key)
  }

  #of({ workload, provider, app, layer }: IdentityEvent, key: string): MetadataCaller {
    const known = this.#all.get(key)
    if (known !== undefined) return known
    if (this.#all.size >= maxCallers) this.#forget()
    const caller = {
      ...{
        key: detached(key),
        workload: detached(workload?.name ?? ''),
        provider,
        app: detached(app),
        layer,
      },
      ...{ identities: [], refused: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
      ...{ firstId: '', servedAt: Number.NEGATIVE_INFINITY },
    }
    this.#all.set(caller.key, caller)
    return caller
  }

  #forget(): void {
    const newest = ({ last, servedAt }: MetadataCaller): number => Math.max(last, servedAt)
    const oldest = [...this.#all.values()].sort((a, b) => newest(a) - newest(b) || (a.key < b.key ? -1 : 1))
    for (const { key } of oldest.slice(0, maxCallers / 8)) this.#drop(key)
  }

  #drop(key: string): void {
    this.#all.delete(key)
    this.#changed(key)
  }

  all(): Iterable<MetadataCaller> {
    return this.#all.values()
  }

  #changed(key: string): void {
    if (this.#isKept) this.#dirty.add(key)
  }

  /** `floor`: who was heard of last before it is forgotten, epoch ms. */
  prune(floor: number): void {
    for (const { key, last, servedAt } of this.#all.values())
      if (Math.max(last, servedAt) < floor) this.#drop(key)
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const caller = this.#all.get(key)
      if (caller === undefined) out.remove(encodeURIComponent(key))
      else out.put(encodeURIComponent(key), jsonBytes(caller))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  /** What was never is null in JSON. */
  restore(_key: string, bytes: Uint8Array): void {
    const { first, last, servedAt, ...caller } = jsonOf<Saved>(bytes)
    this.#all.set(caller.key, {
      ...caller,
      first: first ?? Number.POSITIVE_INFINITY,
      last: last ?? Number.NEGATIVE_INFINITY,
      servedAt: servedAt ?? Number.NEGATIVE_INFINITY,
    })
  }
}

type Times = 'first' | 'last' | 'servedAt'
type Saved = Omit<MetadataCaller, Times> & Readonly<Record<Times, number | null>>

function refuse(caller: MetadataCaller, { id, time, identity, weight = 1 }: IdentityEvent): void {
  caller.refused += weight
  if (time < caller.first || (time === caller.first && id < caller.firstId)) {
    caller.first = time
    caller.firstId = detached(id)
  }
  caller.last = Math.max(caller.last, time)
  const { id: whom, type } = identity
  if (type === 'unknown' || type === 'user' || caller.identities.includes(whom)) return
  if (caller.identities.length < maxIdentities) caller.identities.push(detached(whom))
}
