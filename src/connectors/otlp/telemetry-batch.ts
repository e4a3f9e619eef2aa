/** What one request brought, read to its end before anything of it is counted: a request that breaks off counts nothing. */
import type { Rejection } from '../../events/rejection.ts'
import type { Candidate } from './candidate.ts'
import type { Point } from './point.ts'

/** A log record whose body is itself a record of some log. */
export interface CarriedRecord {
  readonly text: string
}

/** One span, data point or log record. */
export type Item = readonly Candidate[] | Rejection | Point | CarriedRecord

export function isCarried(item: object): item is CarriedRecord {
  return 'text' in item
}

export class TelemetryBatch {
  readonly items: Item[] = []
  /** Understood, and about something else. */
  irrelevant = 0

  /** `undefined` for what is about something else. */
  add(item: Item | undefined): void {
    if (item === undefined) this.irrelevant++
    else this.items.push(item)
  }

  get size(): number {
    return this.items.length + this.irrelevant
  }
}
