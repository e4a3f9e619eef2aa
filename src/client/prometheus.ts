/** Metrics through prom-client, for applications without OpenTelemetry: `identity-slo/client/prometheus`. */
import { Counter, Histogram, type Registry } from 'prom-client'
import {
  type CounterName,
  counters,
  type HistogramName,
  histograms,
  type Label,
  type LabelValues,
} from './conventions.ts'
import type { TokenMetrics } from './metrics.ts'

const labelNames: Readonly<Record<Label, string>> = {
  provider: 'provider',
  identityType: 'identity_type',
  audience: 'audience',
  outcome: 'outcome',
  reason: 'reason',
  refresh: 'refresh',
  endpoint: 'endpoint',
  // `service` would clash with a label that targets have.
  service: 'target_service',
  status: 'status',
}

function named(wanted: readonly Label[], values: LabelValues): Readonly<Record<string, string>> {
  return Object.fromEntries(wanted.map((label) => [labelNames[label], values[label] ?? '']))
}

function entriesOf<Name extends string, T>(definitions: Readonly<Record<Name, T>>): readonly [Name, T][] {
  return Object.entries(definitions) as [Name, T][]
}

/** Registers all families at once; a registry that has them already is an error of prom-client. */
export class PrometheusMetrics implements TokenMetrics {
  readonly #counters = new Map<CounterName, Counter>()
  readonly #histograms = new Map<HistogramName, Histogram>()

  constructor(registry: Registry) {
    const registers = [registry]
    for (const [key, { name, help, labels }] of entriesOf(counters)) {
      const names = labels.map((label) => labelNames[label])
      this.#counters.set(key, new Counter({ name, help, labelNames: names, registers }))
    }
    for (const [key, { name, help, labels, buckets }] of entriesOf(histograms)) {
      const names = labels.map((label) => labelNames[label])
      this.#histograms.set(
        key,
        new Histogram({ name, help, labelNames: names, buckets: [...buckets], registers }),
      )
    }
  }

  count(counter: CounterName, by: number, values: LabelValues): void {
    this.#counters.get(counter)?.inc(named(counters[counter].labels, values), by)
  }

  observe(histogram: HistogramName, value: number, values: LabelValues): void {
    this.#histograms.get(histogram)?.observe(named(histograms[histogram].labels, values), value)
  }
}
