/** What the program says about its own work, without knowing who listens: spans, counters, gauges, or nothing at all. */

/** What a span and the duration of a stage are named after. */
export type Stage = 'start' | 'batch' | 'fetch' | 'decode' | 'judge' | 'commit' | 'render'

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Instrument {
  /** As OpenTelemetry spells names: dots, no unit, no `total`. */
  readonly name: string
  /** UCUM: `s`, `By`, `1`, or `{things}`. */
  readonly unit: string
  readonly description: string
  /** Histograms: upper bounds, ascending. */
  readonly buckets?: readonly number[]
}

export interface Counter {
  readonly add: (value: number, attributes?: Attributes) => void
}

export interface Reading {
  readonly value: number
  readonly attributes?: Attributes
}

/** Costs are paid for each batch: nothing here is for the work on a single record. */
export interface Telemetry {
  /**
   * Runs synchronous work as a stage. What it gives or throws is passed on. Attributes go to the span alone.
   * `secondsBefore`: how long ago the stage had begun already; 0 unless given.
   */
  readonly span: <T>(stage: Stage, attributes: Attributes, work: () => T, secondsBefore?: number) => T
  /** The same for work that ends later. */
  readonly asyncSpan: <T>(stage: Stage, attributes: Attributes, work: () => Promise<T>) => Promise<T>
  /** A stage that ended just now and was measured by the caller, because it runs in turns with another one. */
  readonly record: (stage: Stage, attributes: Attributes, seconds: number) => void
  readonly counter: (instrument: Instrument) => Counter
  /** `read` is called once a scrape. */
  readonly gauge: (instrument: Instrument, read: () => readonly Reading[]) => void
}

export interface RunningTelemetry {
  readonly telemetry: Telemetry
  /** Where the self metrics are served; undefined where they are not. */
  readonly address: string | undefined
  /** Sends what is left and closes the port; never throws. */
  readonly stop: () => Promise<void>
}

/** Nobody listens: the work is run and nothing else happens. */
export const noTelemetry: Telemetry = {
  span: (_stage, _attributes, work) => work(),
  asyncSpan: (_stage, _attributes, work) => work(),
  record: () => undefined,
  counter: () => ({ add: () => undefined }),
  gauge: () => undefined,
}
