/** Attributes of a resource, span, point or log record: those that a mapping asks for, and no others. */
import { type ProtobufCursor, textOf } from './protobuf.ts'

export type AttributeValue = string | number | boolean

/** Everything that some mapping looks at; all other attributes are stepped over unread, secrets in them too. */
const names = [
  // Of our client library.
  'identity.provider',
  'identity.id',
  'identity.type',
  'identity.tenant',
  'identity.audience',
  'identity.credential.type',
  'identity.credential.member',
  'identity.outcome',
  'identity.reason',
  'identity.token.ttl_seconds',
  'identity.token.age_seconds',
  'identity.token.expires_at',
  'identity.token.id_hash',
  'identity.cache_hit',
  'identity.refresh',
  'identity.while_valid',
  'identity.retries',
  'identity.fallback',
  'identity.fallback.from',
  'identity.cold_start',
  'identity.metadata.endpoint',
  'identity.target.service',
  // The same on metrics, as Prometheus spells them.
  'identity_provider',
  'identity_id',
  'identity_type',
  'identity_tenant',
  'identity_audience',
  'identity_outcome',
  'identity_reason',
  'identity_cache_hit',
  'provider',
  'type',
  'tenant',
  'audience',
  'outcome',
  'reason',
  'app',
  // Of the process.
  'service.name',
  'service.namespace',
  'service.instance.id',
  'host.name',
  'host.id',
  'container.id',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.pod.uid',
  'cloud.provider',
  'cloud.platform',
  'cloud.account.id',
  'cloud.resource_id',
  'faas.name',
  'faas.instance',
  'faas.coldstart',
  'aws.ecs.task.arn',
  'cicd.pipeline.name',
  // Of calls.
  'http.request.method',
  'http.method',
  'http.response.status_code',
  'http.status_code',
  'http.request.resend_count',
  'http.resend_count',
  'http.url',
  'http.host',
  'http.target',
  'url.full',
  'url.path',
  'server.address',
  'server.port',
  'net.peer.name',
  'net.peer.port',
  'network.peer.address',
  'rpc.system',
  'rpc.system.name',
  'rpc.service',
  'rpc.method',
  'rpc.response.status_code',
  'aws.error_code',
  'error.type',
  'exception.type',
  'exception.message',
  'event.name',
  // Of sampling.
  'sampling.probability',
  'SampleRate',
  'microsoft.sample_rate',
] as const

export type AttributeName = (typeof names)[number]

interface Known {
  readonly name: AttributeName
  readonly bytes: Uint8Array
}

function slotOf(length: number, last: number, middle: number): number {
  return (length * 31 + last * 7 + middle) & 255
}

const slots: (Known[] | undefined)[] = new Array<Known[] | undefined>(256).fill(undefined)
const known: ReadonlySet<string> = new Set(names)
for (const name of names) {
  const bytes = new TextEncoder().encode(name)
  const slot = slotOf(bytes.length, bytes.at(-1) ?? 0, bytes[bytes.length >> 1] ?? 0)
  slots[slot] = [...(slots[slot] ?? []), { name, bytes }]
}

/** The name that the bytes spell, if a mapping asks for it. */
function nameOf(bytes: Uint8Array, from: number, to: number): AttributeName | undefined {
  if (from === to) return undefined
  const middle = bytes[from + ((to - from) >> 1)] as number
  const candidates = slots[slotOf(to - from, bytes[to - 1] as number, middle)]
  if (candidates === undefined) return undefined
  for (const candidate of candidates) if (isSpelled(candidate.bytes, bytes, from, to)) return candidate.name
  return undefined
}

function isSpelled(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false
  return true
}

export function isKnownName(text: string): text is AttributeName {
  return known.has(text)
}

/** A few attributes: lists that are gone through, because they are short and made anew for each span. */
export class Attributes {
  readonly #names: AttributeName[] = []
  readonly #values: AttributeValue[] = []

  get size(): number {
    return this.#names.length
  }

  clear(): void {
    this.#names.length = 0
    this.#values.length = 0
  }

  add(name: AttributeName, value: AttributeValue): void {
    this.#names.push(name)
    this.#values.push(value)
  }

  get(name: AttributeName): AttributeValue | undefined {
    const at = this.#names.indexOf(name)
    return at < 0 ? undefined : this.#values[at]
  }

  /** The first of these that is there as a text; whole numbers are texts of theirs, as in `http.status_code`. */
  text(...of: readonly AttributeName[]): string | undefined {
    for (const name of of) {
      const value = this.get(name)
      if (typeof value === 'string' && value !== '') return value
      if (typeof value === 'number') return String(value)
    }
    return undefined
  }

  /** A finite number, also where it is written as a text. */
  number(...of: readonly AttributeName[]): number | undefined {
    for (const name of of) {
      const value = this.get(name)
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number === 'number' && Number.isFinite(number)) return number
    }
    return undefined
  }

  flag(...of: readonly AttributeName[]): boolean | undefined {
    for (const name of of) {
      const value = this.get(name)
      if (typeof value === 'boolean') return value
      if (value === 'true' || value === 'false') return value === 'true'
    }
    return undefined
  }
}

/** Reads the KeyValue that ends at `end`; lists, maps and bytes have nothing that a mapping asks for. */
export function readAttribute(cursor: ProtobufCursor, end: number, into: Attributes): void {
  let name: AttributeName | undefined
  let value: AttributeValue | undefined
  while (cursor.next(end)) {
    if (cursor.tag === 10) {
      const stop = cursor.length(end)
      name = nameOf(cursor.bytes, cursor.at, stop)
      cursor.at = stop
    } else if (cursor.tag === 18) {
      const stop = cursor.length(end)
      // The key comes first, but for writers that make a point of it.
      value = name === undefined && cursor.at < stop && stop === end ? undefined : readValue(cursor, stop)
      cursor.at = stop
    } else cursor.skip(end)
  }
  if (name !== undefined && value !== undefined) into.add(name, value)
}

function readValue(cursor: ProtobufCursor, end: number): AttributeValue | undefined {
  let value: AttributeValue | undefined
  while (cursor.next(end)) {
    if (cursor.tag === 10) {
      const stop = cursor.length(end)
      value = textOf(cursor.bytes, cursor.at, stop)
      cursor.at = stop
    } else if (cursor.tag === 16) value = cursor.word(end) !== 0 || cursor.high !== 0
    else if (cursor.tag === 24) {
      cursor.varint(end)
      value = (cursor.high | 0) * 4_294_967_296 + cursor.low
    } else if (cursor.tag === 33) value = cursor.double(end)
    else {
      cursor.skip(end)
      value = undefined
    }
  }
  return value
}
