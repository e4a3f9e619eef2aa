/** /metrics: plain numbers put into a prom-client registry of our own at scrape time. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { MetricFamily } from '../outputs/metric-family.ts'

/** One series of a family: label values in the order of its label names. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Histograms: counts of each bucket (the last is +Inf), not cumulative; `value` is then the sum. */
  readonly buckets?: readonly number[]
}

export interface FamilySamples {
  readonly family: MetricFamily
  readonly samples: readonly Sample[]
}

/** Label values as the exposition can carry them: well-formed, one line, bounded. */
function clean(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  const plain = value.toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain
}

function cleaned(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, clean(value)]))
}

/** prom-client keeps observations, not bucket counts: a histogram that is given its counts. */
class CountedHistogram extends Histogram<string> {
  samples: readonly Sample[] = []
  readonly #bounds: readonly number[]
  readonly #name: string
  readonly #help: string

  constructor(family: MetricFamily, registry: Registry) {
    super({
      name: family.name,
      help: family.help,
      labelNames: [...family.labelNames],
      buckets: [...(family.buckets ?? [])],
      registers: [registry],
    })
    this.#bounds = family.buckets ?? []
    this.#name = family.name
    this.#help = family.help
  }

  override async get(): ReturnType<Histogram<string>['get']> {
    const values: Awaited<ReturnType<Histogram<string>['get']>>['values'] = []
    for (const { labels, value, buckets = [] } of this.samples) {
      const own = cleaned(labels)
      let total = 0
      this.#bounds.forEach((bound, i) => {
        total += buckets[i] ?? 0
        values.push({
          metricName: `${this.#name}_bucket`,
          labels: { ...own, le: bound },
          value: total,
        })
      })
      total += buckets[this.#bounds.length] ?? 0
      values.push({
        metricName: `${this.#name}_bucket`,
        labels: { ...own, le: '+Inf' },
        value: total,
      })
      values.push({ metricName: `${this.#name}_sum`, labels: own, value })
      values.push({ metricName: `${this.#name}_count`, labels: own, value: total })
    }
    const own = await super.get()
    return { ...own, values }
  }
}

type Family = Counter<string> | Gauge<string> | CountedHistogram

function create(family: MetricFamily, registry: Registry): Family {
  const options = {
    name: family.name,
    help: family.help,
    labelNames: [...family.labelNames],
    registers: [registry],
  }
  if (family.type === 'counter') return new Counter(options)
  if (family.type === 'gauge') return new Gauge(options)
  return new CountedHistogram(family, registry)
}

function fill(metric: Family, samples: readonly Sample[]): void {
  if (metric instanceof CountedHistogram) {
    metric.samples = samples
    return
  }
  metric.reset()
  for (const { labels, value } of samples) if (Number.isFinite(value)) metric.inc(cleaned(labels), value)
}

/** `collect` is called once a scrape; families that it does not name keep no series. */
export function createMetricsRegistry(
  families: readonly MetricFamily[],
  collect: () => readonly FamilySamples[],
): { readonly contentType: string; readonly render: () => Promise<string> } {
  const registry = new Registry()
  const metrics = new Map(families.map((family) => [family.name, create(family, registry)]))
  let rendering: Promise<string> | undefined
  const render = async (): Promise<string> => {
    const collected = new Map(collect().map(({ family, samples }) => [family.name, samples]))
    for (const [name, metric] of metrics) fill(metric, collected.get(name) ?? [])
    return registry.metrics()
  }
  return {
    contentType: registry.contentType,
    // Scrapes that come at the same time share one rendering.
    render: () => {
      rendering ??= render().finally(() => {
        rendering = undefined
      })
      return rendering
    },
  }
}
