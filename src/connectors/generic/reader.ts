/** Reads the parts of an event out of one record, by the paths and constants of a mapping. */
import type { Identity, Layer, Workload } from '../../events/event.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, Shape } from '../connector.ts'
import { number, text } from '../fields.ts'
import { namedIdentity } from '../named-identity.ts'
import { type FieldMapping, type FieldName, fieldNames } from './field-mapping.ts'
import { type FieldPath, parsePath, shapeOf, valueAt } from './field-path.ts'

/** What access logs write where there is nothing. */
const nothing = '-'

/** A token in a field that should hold a name: it must not become one. */
function isToken(value: string): boolean {
  return value.startsWith('eyJ') && value.includes('.')
}

export interface Party {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload: Workload | undefined
}

/** Epoch ms of a RFC 3339 text, or of seconds, ms, µs or ns since 1970, told apart by their size. NaN: none of them. */
function instantOf(written: string | number): number {
  const since = typeof written === 'number' ? written : number(written)
  if (since === undefined) return parseInstant(String(written))
  if (since < 0) return Number.NaN
  if (since < 1e11) return Math.round(since * 1000)
  if (since < 1e14) return Math.round(since)
  return Math.round(since / (since < 1e17 ? 1e3 : 1e6))
}

export class FieldReader {
  readonly reads: Shape
  readonly #mapping: FieldMapping
  readonly #paths: Partial<Record<FieldName, FieldPath>> = {}
  readonly #conditions: readonly { readonly path: FieldPath; readonly equals: string | undefined }[]

  /** `others`: shapes whose spelling of keys is taken over. */
  constructor(mapping: FieldMapping, others: readonly Shape[]) {
    this.#mapping = mapping
    const paths: FieldPath[] = []
    for (const name of fieldNames) {
      const written = mapping.fields[name]
      if (written === undefined) continue
      const path = parsePath(written, others)
      this.#paths[name] = path
      paths.push(path)
    }
    this.#conditions = mapping.detect.map(({ field, equals }) => ({ path: parsePath(field, others), equals }))
    this.reads = shapeOf([...paths, ...this.#conditions.map(({ path }) => path)])
  }

  detect(record: JsonObject): boolean {
    for (const { path, equals } of this.#conditions) {
      const value = valueAt(record, path)
      if (value === undefined || value === null) return false
      if (equals !== undefined && String(value) !== equals) return false
    }
    return true
  }

  has(name: FieldName): boolean {
    return this.#paths[name] !== undefined
  }

  text(record: JsonObject, name: FieldName): string | undefined {
    const value = valueAt(record, this.#paths[name])
    const written = typeof value === 'number' || typeof value === 'boolean' ? String(value) : text(value)
    if (written === undefined || written === nothing || isToken(written))
      return this.#mapping.constants?.[name]
    return written
  }

  number(record: JsonObject, name: FieldName): number | undefined {
    const value = number(valueAt(record, this.#paths[name]))
    return value !== undefined && value >= 0 ? value : undefined
  }

  /** Epoch ms; `undefined` without the field, NaN where it cannot be read. */
  instant(record: JsonObject, name: FieldName): number | undefined {
    const value = valueAt(record, this.#paths[name])
    return typeof value === 'number' || text(value) !== undefined
      ? instantOf(value as string | number)
      : undefined
  }

  /** An address names a person, and so does a name that no platform writes, unless the mapping says what it is. */
  party(record: JsonObject, id: string): Party {
    const tenant = this.text(record, 'tenant') ?? ''
    const known = namedIdentity(id)
    const workload = this.#workload(record)
    if (known !== undefined) {
      const { identity, layer } = known
      return {
        identity: identity.tenant === '' && tenant !== '' ? { ...identity, tenant } : identity,
        layer,
        workload: workload ?? known.workload,
      }
    }
    const type = id.includes('@') ? 'user' : this.#mapping.identityType
    if (type === 'user')
      return { identity: { id, type, tenant }, layer: this.#mapping.layer, workload: undefined }
    const identity: Identity = {
      id,
      name: this.text(record, 'identityName'),
      type,
      tenant,
      namespace: this.text(record, 'namespace'),
    }
    return { identity, layer: this.#mapping.layer, workload }
  }

  nobody(record: JsonObject): Party {
    const identity: Identity = { id: 'unknown', type: 'unknown', tenant: this.text(record, 'tenant') ?? '' }
    return { identity, layer: this.#mapping.layer, workload: this.#workload(record) }
  }

  #workload(record: JsonObject): Workload | undefined {
    const name = this.text(record, 'workload')
    return name === undefined ? undefined : { kind: this.#mapping.workloadKind ?? 'service', name }
  }
}
