/** What a pipeline is made of: what it reads with, what it counts, and its bounds. */
import type { Connector } from '../connectors/connector.ts'
import type { TokenLedgerOptions } from '../events/ledger/token-ledger.ts'
import type { Indicator } from '../indicators/indicator.ts'
import type { Objective } from '../objectives/objective.ts'
import type { IdentityBookOptions } from './identity-book.ts'

export interface PipelineOptions extends IdentityBookOptions {
  readonly connectors: readonly Connector[]
  readonly indicators: readonly Indicator[]
  readonly objectives: readonly Objective[]
  readonly maxSeries: number
  readonly dedupeBytes: number
  readonly ledger?: Pick<TokenLedgerOptions, 'maxTokens' | 'maxWaiting'> | undefined
  /** Whether the state is kept in a store: see `parts`. */
  readonly isDurable?: boolean
  /** Epoch ms. Asked again for each batch of records. */
  readonly now: () => number
  /** Ms of a clock that only goes forward: what is idle does not depend on steps of the other one. */
  readonly steadyMs?: () => number
  /** A stream that was not read from for so long is not waited for, ms. */
  readonly idleMs?: number
  /** Events that are further ahead of `now` are quarantined, ms. */
  readonly futureToleranceMs: number
  /** Epoch ms, exclusive: later events are passed over (`--at`). */
  readonly until: number | undefined
  /** How far behind the watermark of all sources an event may be, ms; undefined counts everything. */
  readonly allowedLatenessMs: number | undefined
  /** Inner counts of time slices are kept this long, ms. */
  readonly slicesMs: number
  /** Whether lists of rights are read: see `inventory`. */
  readonly hasInventory?: boolean | undefined
}
