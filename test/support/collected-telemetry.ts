/** What the client library emits, collected by the real OpenTelemetry SDK in memory. */
import { context, metrics, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { spans as spanNames } from '../../src/client/conventions.ts'

export class CollectedTelemetry implements Disposable {
  readonly #spans = new InMemorySpanExporter()
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    exportIntervalMillis: 3_600_000,
  })

  constructor() {
    new NodeSDK({
      autoDetectResources: false,
      instrumentations: [],
      spanProcessors: [new SimpleSpanProcessor({ exporter: this.#spans })],
      metricReaders: [this.#reader],
    }).start()
  }

  get spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans()
  }

  /** Attributes of the spans of one name. */
  attributes(name: keyof typeof spanNames): readonly ReadableSpan['attributes'][] {
    return this.spans.filter((span) => span.name === spanNames[name]).map(({ attributes }) => attributes)
  }

  /** Sum over all label sets; of a histogram, the number of observations. */
  async total(name: string): Promise<number> {
    return (await this.points(name)).reduce((sum, { value }) => sum + value, 0)
  }

  async points(name: string) {
    await this.#reader.forceFlush()
    const latest = this.#metrics.getMetrics().at(-1)?.scopeMetrics ?? []
    return latest
      .flatMap((scope) => scope.metrics)
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          attributes,
          value: typeof value === 'number' ? value : value.count,
        })),
      )
  }

  /** All that has left, as text. */
  async everything(): Promise<string> {
    await this.#reader.forceFlush()
    const written = this.spans.map(({ name, attributes, events, status, links }) => ({
      name,
      attributes,
      events,
      status,
      links: links.length,
    }))
    return JSON.stringify([written, this.#metrics.getMetrics().map(({ scopeMetrics }) => scopeMetrics)])
  }

  [Symbol.dispose](): void {
    context.disable()
    trace.disable()
    metrics.disable()
  }
}
