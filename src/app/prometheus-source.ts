/** Targets with client metrics over the pipeline: each scrape is a collection of points, settled like those that come by OTLP. */
import type { Decoded } from '../connectors/decode.ts'
import { readPrometheus } from '../connectors/otlp/prometheus-text.ts'
import type { OtlpTelemetry } from '../connectors/otlp/telemetry.ts'
import { reject } from '../events/rejection.ts'
import { Scraper } from '../platform/prometheus/scraper.ts'
import type { Config } from './config.ts'
import type { Pipeline } from './pipeline.ts'
import type { ServiceLog } from './service.ts'
import type { StreamPlace } from './streams.ts'
import { systemReason } from './system-error.ts'

export interface PrometheusWiring {
  readonly targets: Config['prometheus']
  readonly pipeline: Pipeline
  readonly telemetry: OtlpTelemetry
  readonly isUnavailable: () => boolean
  /** Something was counted: it is to be committed. */
  readonly changed: () => void
  readonly log: ServiceLog
}

export interface ScrapedTargetFacts {
  readonly target: string
  readonly scraper: Scraper
}

const from: Decoded = { offset: 0, arrival: undefined, source: 'prometheus' }
const unreadable = reject('invalid_field', 'a sample of a client metric cannot be read')

export class PrometheusSource {
  readonly #wiring: PrometheusWiring
  readonly targets: readonly ScrapedTargetFacts[]

  constructor(wiring: PrometheusWiring) {
    this.#wiring = wiring
    this.targets = wiring.targets.map((settings) => ({
      target: settings.url,
      scraper: new Scraper({
        url: settings.url,
        intervalMs: settings.intervalSeconds * 1000,
        timeoutMs: settings.timeoutSeconds * 1000,
        maxBodyBytes: settings.maxBodyBytes,
        token: settings.token?.reveal(),
        isPaused: wiring.isUnavailable,
        take: (text) => this.#take(text, settings.url, settings.service),
        onTrouble: (error) => this.#tell(settings.url, error),
      }),
    }))
  }

  #tell(target: string, error: unknown): void {
    const { log } = this.#wiring
    if (error === undefined) log.info({ target }, 'a target answers again')
    else log.warn({ target, reason: systemReason(error) }, 'a target cannot be scraped; it is tried again')
  }

  #take(text: string, url: string, service: string): void {
    const { pipeline, telemetry, changed } = this.#wiring
    const place: StreamPlace = { transport: 'prometheus', lane: `prometheus:${url}` }
    const work = (): void => {
      pipeline.beginBatch()
      const sink = pipeline.sink(undefined, place)
      const { points, malformed } = readPrometheus(text, { instance: url, service }, pipeline.now)
      for (let i = 0; i < malformed; i++) sink.rejection(unreadable, from)
      telemetry.metrics.settle(points, pipeline.latest, {
        events: (events) =>
          sink.events(
            events.map((event) => ({ ...event, source: from.source })),
            from,
          ),
        rejection: (rejection) => sink.rejection(rejection, from),
        duplicate: () => sink.duplicate(from),
        carried: () => undefined,
      })
    }
    if (pipeline.batches === undefined) work()
    else pipeline.batches.decode(place.transport, Buffer.byteLength(text), work)
    changed()
  }

  start(): void {
    for (const { scraper } of this.targets) scraper.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.targets.map(({ scraper }) => scraper.stop()))
  }
}
