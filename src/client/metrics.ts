/** Where counts go: one writer of metrics, OpenTelemetry's API unless the application hands in another. */
import type { Attributes, Counter, Histogram, Meter, MeterProvider, MetricsAPI } from '@opentelemetry/api'
import {
  type CounterName,
  counters,
  type HistogramName,
  histograms,
  type Label,
  type LabelValues,
  labels,
} from './conventions.ts'

export interface TokenMetrics {
  count(counter: CounterName, by: number, values: LabelValues): void
  observe(histogram: HistogramName, value: number, values: LabelValues): void
}

interface MadeAttributes {
  readonly wanted: readonly Label[]
  readonly attributes: Attributes
}

/** Attributes in the order of the definition; a label without a value is left out. */
function attributesOf(wanted: readonly Label[], values: LabelValues): Attributes {
  const named: Attributes = {}
  for (const label of wanted) {
    const value = values[label]
    if (value !== undefined) named[labels[label]] = value
  }
  return named
}

function entriesOf<Name extends string, T>(definitions: Readonly<Record<Name, T>>): readonly [Name, T][] {
  return Object.entries(definitions) as [Name, T][]
}

interface Instruments {
  readonly provider: MeterProvider
  readonly counters: ReadonlyMap<CounterName, Counter>
  readonly histograms: ReadonlyMap<HistogramName, Histogram>
}

/** Without an SDK the instruments do nothing. An SDK that starts later is found: the API hands meters out once. */
export class OpenTelemetryMetrics implements TokenMetrics {
  readonly #api: MetricsAPI
  readonly #scope: string
  #instruments: Instruments | undefined
  /** Answers from a cache come with the same values again and again. */
  readonly #made = new WeakMap<LabelValues, MadeAttributes[]>()

  constructor(api: MetricsAPI, scope: string) {
    this.#api = api
    this.#scope = scope
  }

  count(counter: CounterName, by: number, values: LabelValues): void {
    this.#current().counters.get(counter)?.add(by, this.#attributes(counters[counter].labels, values))
  }

  observe(histogram: HistogramName, value: number, values: LabelValues): void {
    this.#current()
      .histograms.get(histogram)
      ?.record(value, this.#attributes(histograms[histogram].labels, values))
  }

  #attributes(wanted: readonly Label[], values: LabelValues): Attributes {
    let made = this.#made.get(values)
    if (made === undefined) {
      made = []
      this.#made.set(values, made)
    }
    for (const one of made) if (one.wanted === wanted) return one.attributes
    const attributes = attributesOf(wanted, values)
    made.push({ wanted, attributes })
    return attributes
  }

  #current(): Instruments {
    const provider = this.#api.getMeterProvider()
    if (this.#instruments?.provider !== provider)
      this.#instruments = instrumentsOf(provider, provider.getMeter(this.#scope))
    return this.#instruments
  }
}

function instrumentsOf(provider: MeterProvider, meter: Meter): Instruments {
  return {
    provider,
    counters: new Map(
      entriesOf(counters).map(([key, { name, help }]) => [
        key,
        meter.createCounter(name, { description: help }),
      ]),
    ),
    histograms: new Map(
      entriesOf(histograms).map(([key, { name, help, buckets }]) => {
        const advice = { explicitBucketBoundaries: [...buckets] }
        return [key, meter.createHistogram(name, { description: help, advice })]
      }),
    ),
  }
}
