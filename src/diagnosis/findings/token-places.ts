/** Where each token was presented from: the same one in several places was copied, or is shared. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import { detached } from '../../events/detach.ts'
import type { IdentityType, Layer, Provider, TokenUse } from '../../events/event.ts'
import { workloadFamily } from '../../inventory/inventory.ts'
import { type Network, networkOf } from './networks.ts'

export interface TokenPlace {
  readonly family: Network['family'] | 'workload'
  readonly name: string
  /** First and newest use from there, epoch ms. */
  first: number
  last: number
  firstId: string
}

export interface PlacedToken {
  readonly tokenId: string
  readonly identity: string
  readonly type: IdentityType
  readonly provider: Provider
  readonly app: string
  readonly layer: Layer
  readonly services: string[]
  readonly places: TokenPlace[]
}

/** Tokens that are remembered, half of them at least: about 400 bytes each. */
const maxTokens = 32_768
const maxPlaces = 8
const maxServices = 4
/** Tokens seen in more than one place; beyond it, those whose newest use is longest ago are forgotten. */
const maxSpread = 512
const maxNetworks = 1024
/** Identities behind one network from which on it is a gateway of many, and not somebody's place. */
const manyIdentities = 3

export class TokenPlaces implements Stateful {
  readonly #isKept: boolean
  #recent = new Map<string, PlacedToken>()
  #former = new Map<string, PlacedToken>()
  /** Those seen in more than one place. */
  readonly #spread = new Map<string, PlacedToken>()
  /** Addresses as written: most come again. */
  readonly #networks = new Map<string, Network | undefined>()
  /** The first few identities whose tokens came from a network. */
  readonly #identitiesOf = new Map<string, string[]>()
  readonly #dirty = new Set<string>()
  readonly #dirtyNetworks = new Set<string>()

  /** `isKept`: whether they are made durable. */
  constructor(isKept = false) {
    this.#isKept = isKept
  }

  observe(use: TokenUse): void {
    const tokenId = use.correlation?.tokenId
    if (tokenId === undefined || tokenId === '') return
    const network = use.address === undefined ? undefined : this.#networkOf(use.address)
    // Whoever is told by the address alone: the workload of a token stands in the token, and is copied with it.
    if (network !== undefined) this.#note(use, tokenId, network.family, network.name)
    else if (use.workload !== undefined)
      this.#note(use, tokenId, 'workload', workloadFamily(`${use.workload.kind}/${use.workload.name}`))
  }

  #networkOf(address: string): Network | undefined {
    if (this.#networks.has(address)) return this.#networks.get(address)
    if (this.#networks.size >= maxTokens) this.#networks.clear()
    const network = networkOf(address)
    this.#networks.set(detached(address), network)
    return network
  }

  #note(use: TokenUse, tokenId: string, family: TokenPlace['family'], name: string): void {
    const token = this.#tokenOf(use, tokenId)
    const { time, service } = use
    if (token.services.length < maxServices && !token.services.includes(service))
      token.services.push(detached(service))
    const known = token.places.find((place) => place.name === name && place.family === family)
    if (known === undefined)
      this.#add(token, { family, name, first: time, last: time, firstId: detached(use.id) })
    else if (time < known.first || (time === known.first && use.id < known.firstId)) {
      known.first = time
      known.firstId = detached(use.id)
    } else if (time > known.last) known.last = time
    else return
    if (token.places.length > 1) this.#changed(token.tokenId)
  }

  #tokenOf(use: TokenUse, tokenId: string): PlacedToken {
    const recent = this.#recent.get(tokenId)
    if (recent !== undefined) return recent
    const token = this.#former.get(tokenId) ??
      this.#spread.get(tokenId) ?? {
        ...{ tokenId: detached(tokenId), identity: detached(use.identity.id), type: use.identity.type },
        ...{ provider: use.provider, app: detached(use.app), layer: use.layer, services: [], places: [] },
      }
    this.#recent.set(token.tokenId, token)
    if (this.#recent.size >= maxTokens / 2) {
      this.#former = this.#recent
      this.#recent = new Map()
    }
    return token
  }

  #add(token: PlacedToken, place: TokenPlace): void {
    if (token.places.length >= maxPlaces) return
    token.places.push(place)
    this.#meet(place, token.identity)
    if (token.places.length < 2) return
    this.#spread.set(token.tokenId, token)
    if (this.#spread.size > maxSpread) this.#forgetSpread()
  }

  #meet({ family, name }: TokenPlace, identity: string): void {
    if (family === 'workload') return
    const met = this.#identitiesOf.get(name)
    if (met === undefined) {
      if (this.#identitiesOf.size >= maxNetworks) return
      this.#identitiesOf.set(name, [identity])
    } else if (met.length < manyIdentities && !met.includes(identity)) met.push(identity)
    else return
    if (this.#isKept) this.#dirtyNetworks.add(name)
  }

  #changed(tokenId: string): void {
    if (this.#isKept) this.#dirty.add(tokenId)
  }

  /** Whether identities that have nothing in common come from there: a gateway, a proxy. */
  isGateway({ name }: Pick<TokenPlace, 'name'>): boolean {
    return (this.#identitiesOf.get(name)?.length ?? 0) >= manyIdentities
  }

  /** Networks of long ago make room for those of now, which come again with the next uses. */
  #forgetNetworks(): void {
    if (this.#isKept) for (const name of this.#identitiesOf.keys()) this.#dirtyNetworks.add(name)
    this.#identitiesOf.clear()
  }

  #forgetSpread(): void {
    const lastOf = ({ places }: PlacedToken): number => Math.max(...places.map(({ last }) => last))
    const oldest = [...this.#spread.values()].sort((a, b) => lastOf(a) - lastOf(b))
    for (const { tokenId } of oldest.slice(0, maxSpread / 8)) this.#drop(tokenId)
  }

  #drop(tokenId: string): void {
    this.#spread.delete(tokenId)
    this.#changed(tokenId)
  }

  spread(): Iterable<PlacedToken> {
    return this.#spread.values()
  }

  /** `floor`: of nobody who was last seen before it anything is said any more, epoch ms. */
  prune(floor: number): void {
    for (const { tokenId, places } of this.#spread.values())
      if (places.every(({ last }) => last < floor)) this.#drop(tokenId)
    if (this.#identitiesOf.size >= maxNetworks) this.#forgetNetworks()
  }

  /** A token is kept from its second place on: the first one comes again with its next use. */
  save(out: ChunkWriter): void {
    for (const tokenId of this.#dirty) {
      const token = this.#spread.get(tokenId)
      if (token === undefined) out.remove(`token/${encodeURIComponent(tokenId)}`)
      else out.put(`token/${encodeURIComponent(tokenId)}`, jsonBytes(token))
    }
    for (const name of this.#dirtyNetworks) {
      const met = this.#identitiesOf.get(name)
      if (met === undefined) out.remove(`network/${encodeURIComponent(name)}`)
      else out.put(`network/${encodeURIComponent(name)}`, jsonBytes(met))
    }
  }

  saved(): void {
    this.#dirty.clear()
    this.#dirtyNetworks.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    const [kind, name = ''] = key.split('/')
    if (kind === 'network') {
      this.#identitiesOf.set(decodeURIComponent(name), jsonOf<string[]>(bytes))
      return
    }
    const token = jsonOf<PlacedToken>(bytes)
    this.#spread.set(token.tokenId, token)
  }
}
