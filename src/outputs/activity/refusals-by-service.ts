/** Tokens that services refused, by the service that was called: a bounded number of services, the rest under one name. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import { detached } from '../../events/detach.ts'
import type { IdentityEvent } from '../../events/event.ts'

/** What is said of services for which there is no room. */
const overflow = 'overflow'

export interface ServiceRefusals {
  readonly provider: string
  /** As the provider names it. */
  readonly service: string
  /** By status. */
  readonly counts: { '401': number; '403': number }
}

const keyOf = (provider: string, service: string): string => `${provider}/${service}`

export class RefusalsByService implements Stateful {
  readonly #maxServices: number
  readonly #services = new Map<string, ServiceRefusals>()
  readonly #dirty = new Set<string>()

  constructor(maxServices: number) {
    this.#maxServices = maxServices
  }

  observe(event: IdentityEvent): void {
    if (event.kind !== 'token.use' || event.decision === 'allowed') return
    const { counts, ...of } = this.#of(event.provider, event.service)
    counts[event.decision === 'unauthenticated' ? '401' : '403'] += event.weight ?? 1
    this.#dirty.add(keyOf(of.provider, of.service))
  }

  #of(provider: string, service: string): ServiceRefusals {
    const known = this.#services.get(keyOf(provider, service))
    if (known !== undefined) return known
    if (provider !== overflow && this.#services.size >= this.#maxServices) return this.#of(overflow, overflow)
    const fresh = { provider, service: detached(service), counts: { '401': 0, '403': 0 } }
    this.#services.set(keyOf(provider, fresh.service), fresh)
    return fresh
  }

  all(): readonly ServiceRefusals[] {
    return [...this.#services.values()]
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) out.put(encodeURIComponent(key), jsonBytes(this.#services.get(key)))
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(_key: string, bytes: Uint8Array): void {
    const saved = jsonOf<ServiceRefusals>(bytes)
    this.#services.set(keyOf(saved.provider, saved.service), saved)
  }
}
