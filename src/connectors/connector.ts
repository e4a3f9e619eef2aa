/** The contract of a connector: a value that turns one upstream's records into identity events. */
import type { IdentityEvent, Provider } from '../events/event.ts'
import type { Rejection } from '../events/rejection.ts'
import type { SourceCoverage } from './coverage.ts'

/**
 * Which fields of a record a connector reads: `true` takes the value whole, a nested shape goes into an
 * object (or into every element of an array, or into an object that is encoded as a JSON string).
 * Nothing else of the record is ever materialised: tokens and secrets stay in the byte buffer.
 * Keys match in any letter case and arrive spelled as written here.
 */
export interface Shape {
  readonly [key: string]: Shape | true
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A record as read through a shape. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

export type Mapped = readonly IdentityEvent[] | Rejection

export interface Connector {
  readonly id: string
  readonly provider: Provider
  /** One line for `--help` and docs. */
  readonly title: string
  /** What it can honestly tell; absent where the configuration defines it. */
  readonly coverage?: SourceCoverage | undefined
  readonly reads: Shape
  /** Whether the record has this upstream's shape. Cheap, and true for at most one connector. */
  readonly detect: (record: JsonObject) => boolean
  /** Total and deterministic: never throws, reads no clock. A list is never empty: say why with a Rejection. */
  readonly map: (record: JsonObject) => Mapped
}

export function isRejection(mapped: Mapped): mapped is Rejection {
  return !Array.isArray(mapped)
}
