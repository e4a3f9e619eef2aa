/**
 * Uses of static credentials whose holder is not known to have a managed one yet: events that differ in their time only
 * are kept once, with their times. Bounded and durable.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../chunk.ts'
import type { IdentityEvent } from '../event.ts'
import { TextHash } from '../text-hash.ts'

const timesPerBundle = 512

export interface WaitingLimits {
  readonly maxUses: number
  readonly maxBundles: number
}

/** Equal events at several times, epoch ms. */
export interface Uses {
  readonly event: IdentityEvent
  readonly times: readonly number[]
}

interface Bundle {
  readonly id: number
  /** Hash of the holder. */
  readonly low: number
  readonly high: number
  /** JSON of the event, and its hash. */
  readonly text: string
  readonly signature: number
  times: number[]
  /** The latest time that it ever held. */
  latest: number
}

type SavedBundle = readonly [low: number, high: number, event: IdentityEvent, times: readonly number[]]

/** 53 bits of a hash. */
function keyOf(low: number, high: number): number {
  return (high & 0x1fffff) * 2 ** 32 + low
}

/** Without its time and what is not asked for any more. */
function lean(event: IdentityEvent): IdentityEvent {
  const common = { id: '', time: 0, correlation: undefined }
  if (event.kind === 'token.request') {
    const unasked = { latencyMs: undefined, expiresAt: undefined, ttlSeconds: undefined, attempt: undefined }
    return { ...event, ...common, ...unasked, credentialId: undefined, federation: undefined }
  }
  if (event.kind === 'token.use')
    return { ...event, ...common, resource: undefined, tokenAgeSeconds: undefined, ttlSeconds: undefined }
  return event.kind === 'secret.read' ? { ...event, ...common, vault: '', secret: '' } : event
}

export class WaitingUses implements Stateful {
  /** Uses that were not waited for to the end, for want of room. */
  forgotten = 0
  readonly #limits: WaitingLimits
  readonly #isDurable: boolean
  readonly #hash = new TextHash()
  readonly #byHolder = new Map<number, Bundle[]>()
  /** Bundles with room, by holder and event. */
  readonly #open = new Map<number, Bundle>()
  readonly #bundles = new Map<number, Bundle>()
  readonly #dirty = new Set<number>()
  #size = 0
  #next = 0
  #isForgottenDirty = false

  constructor(limits: WaitingLimits, isDurable: boolean) {
    this.#limits = limits
    this.#isDurable = isDurable
  }

  get size(): number {
    return this.#size
  }

  wait(low: number, high: number, event: IdentityEvent): void {
    const text = JSON.stringify(lean(event))
    const signature = this.#signatureOf(low, high, text)
    let bundle = this.#open.get(signature)
    if (bundle === undefined) {
      bundle = { id: this.#next++, low, high, text, signature, times: [], latest: event.time }
      this.#put(bundle)
    }
    bundle.times.push(event.time)
    bundle.latest = Math.max(bundle.latest, event.time)
    if (bundle.times.length >= timesPerBundle) this.#open.delete(signature)
    this.#mark(bundle)
    this.#size++
    if (this.#size > this.#limits.maxUses || this.#bundles.size > this.#limits.maxBundles)
      this.#forgetOldest()
  }

  #signatureOf(low: number, high: number, text: string): number {
    this.#hash.of(`${low} ${high} ${text}`)
    return keyOf(this.#hash.low, this.#hash.high)
  }

  #put(bundle: Bundle): void {
    this.#bundles.set(bundle.id, bundle)
    this.#open.set(bundle.signature, bundle)
    const key = keyOf(bundle.low, bundle.high)
    const others = this.#byHolder.get(key)
    if (others === undefined) this.#byHolder.set(key, [bundle])
    else others.push(bundle)
  }

  /** Takes out the holder's uses strictly between the two times, epoch ms. */
  take(low: number, high: number, from: number, to: number): readonly Uses[] {
    const bundles = this.#byHolder.get(keyOf(low, high))
    if (bundles === undefined) return []
    return [...bundles].flatMap((bundle) => {
      const times = this.#takeFrom(bundle, (time) => from < time && time < to)
      return times.length === 0 ? [] : [{ event: JSON.parse(bundle.text) as IdentityEvent, times }]
    })
  }

  #takeFrom(bundle: Bundle, isTaken: (time: number) => boolean): readonly number[] {
    const taken = bundle.times.filter(isTaken)
    if (taken.length === 0) return taken
    bundle.times = bundle.times.filter((time) => !isTaken(time))
    this.#size -= taken.length
    this.#mark(bundle)
    if (bundle.times.length === 0) this.#remove(bundle)
    return taken
  }

  #remove(bundle: Bundle): void {
    this.#bundles.delete(bundle.id)
    if (this.#open.get(bundle.signature) === bundle) this.#open.delete(bundle.signature)
    const key = keyOf(bundle.low, bundle.high)
    const others = this.#byHolder.get(key)?.filter((other) => other !== bundle) ?? []
    if (others.length === 0) this.#byHolder.delete(key)
    else this.#byHolder.set(key, others)
  }

  /** Lets go of uses before `time`, epoch ms; how many. */
  dropBefore(time: number): number {
    const before = this.#size
    for (const bundle of [...this.#bundles.values()]) this.#takeFrom(bundle, (each) => each < time)
    return before - this.#size
  }

  /** Gives up bundles, the oldest first, until there is some room again. */
  #forgetOldest(): void {
    const before = this.#size
    const { maxUses, maxBundles } = this.#limits
    for (const bundle of [...this.#bundles.values()].sort((a, b) => a.latest - b.latest || a.id - b.id)) {
      if (this.#size <= maxUses * 0.875 && this.#bundles.size <= maxBundles * 0.875) break
      this.#takeFrom(bundle, () => true)
    }
    this.forgotten += before - this.#size
    this.#isForgottenDirty = true
  }

  #mark({ id }: Bundle): void {
    if (this.#isDurable) this.#dirty.add(id)
  }

  save(out: ChunkWriter): void {
    for (const id of this.#dirty) {
      const bundle = this.#bundles.get(id)
      if (bundle === undefined) out.remove(`bundle/${id}`)
      else out.put(`bundle/${id}`, bundleBytes(bundle))
    }
    if (this.#isForgottenDirty) out.put('forgotten', jsonBytes(this.forgotten))
  }

  saved(): void {
    this.#dirty.clear()
    this.#isForgottenDirty = false
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'forgotten') {
      this.forgotten = jsonOf<number>(bytes)
      return
    }
    const id = Number(key.slice('bundle/'.length))
    const [low, high, event, times] = jsonOf<SavedBundle>(bytes)
    const text = JSON.stringify(event)
    const latest = Math.max(...times)
    const signature = this.#signatureOf(low, high, text)
    this.#put({ id, low, high, text, signature, times: [...times], latest })
    if (times.length >= timesPerBundle) this.#open.delete(signature)
    this.#size += times.length
    this.#next = Math.max(this.#next, id + 1)
  }
}

function bundleBytes({ low, high, text, times }: Bundle): Uint8Array {
  return new TextEncoder().encode(`[${low},${high},${text},${JSON.stringify(times)}]`)
}
