/** /metrics: plain numbers put into a prom-client registry of our own at scrape time. */
import { setImmediate } from 'node:timers/promises'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { MetricFamily } from '../outputs/metric-family.ts'

/** One series of a family; label values are what the exposition can carry: well-formed and of one line. */
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

/**
 * prom-client keeps observations, not bucket counts: a histogram that is given its counts. The registry renders what
 * `getForPromString` gives, which its types do not mention; labels that a set's series share are rendered once.
 */
class CountedHistogram extends Histogram<string> {
  samples: readonly Sample[] = []
  readonly #family: MetricFamily

  constructor(family: MetricFamily, registry: Registry) {
    super({
      name: family.name,
      help: family.help,
      labelNames: [...family.labelNames],
      buckets: [...(family.buckets ?? [])],
      registers: [registry],
    })
    this.#family = family
  }

  async getForPromString(): Promise<object> {
    const { name, help, type } = this.#family
    return {
      name,
      help,
      type,
      aggregator: 'sum',
      values: this.samples.flatMap((sample) => this.#lines(sample)),
    }
  }

  #lines({ labels: sharedLabels, value, buckets = [] }: Sample): readonly object[] {
    const { name, buckets: bounds = [] } = this.#family
    let total = 0
    const cumulative = [...bounds, '+Inf'].map((le, i) => {
      total += buckets[i] ?? 0
      return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: total }
    })
    return [
      ...cumulative,
      { metricName: `${name}_sum`, labels: {}, sharedLabels, value },
      { metricName: `${name}_count`, labels: {}, sharedLabels, value: total },
    ]
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
  for (const { labels, value } of samples) if (Number.isFinite(value)) metric.inc({ ...labels }, value)
}

/** `collect` is called once a scrape, for numbers of one moment; families that it does not name keep no series. */
export function createMetricsRegistry(
  families: readonly MetricFamily[],
  collect: () => readonly FamilySamples[],
): { readonly contentType: string; readonly render: () => Promise<string> } {
  const registry = new Registry()
  const metrics = new Map(families.map((family) => [family.name, create(family, registry)]))
  let rendering: Promise<string> | undefined
  const render = async (): Promise<string> => {
    const collected = new Map(collect().map(({ family, samples }) => [family.name, samples]))
    const texts: string[] = []
    for (const [name, metric] of metrics) {
      fill(metric, collected.get(name) ?? [])
      texts.push(await registry.getSingleMetricAsString(name))
      // A large scrape must not keep records waiting.
      await setImmediate()
    }
    return `${texts.join('\n\n')}\n`
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
