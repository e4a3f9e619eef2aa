/** The OTLP receiver over the pipeline: its listeners, the state that it keeps, and what it says of itself. */
import { OtlpTelemetry } from '../connectors/otlp/telemetry.ts'
import { type WebhookStatus, webhookStatuses } from '../platform/http/refusal.ts'
import { OtlpGrpcReceiver } from '../platform/otlp/grpc-receiver.ts'
import { OtlpHttpReceiver } from '../platform/otlp/http-receiver.ts'
import type { OtlpListener, OtlpOptions, OtlpTransport } from '../platform/otlp/otlp-options.ts'
import type { Config } from './config.ts'
import { listenError } from './errors.ts'
import { OtlpIntake } from './otlp-intake.ts'
import type { Pipeline } from './pipeline.ts'
import { PrometheusSource } from './prometheus-source.ts'
import type { ServiceLog } from './service.ts'
import { errorKind } from './system-error.ts'

export interface OtlpWiring {
  readonly settings: Config['otlp']
  readonly targets: Config['prometheus']
  readonly pipeline: Pipeline
  readonly committed: () => Promise<void>
  /** Something was counted that nobody waits for: it is to be committed. */
  readonly changed: () => void
  readonly isUnavailable: () => boolean
  readonly log: ServiceLog
}

const tidyEveryMs = 3_600_000
const keptMs = 3 * 24 * 3_600_000

interface Listening {
  readonly transport: OtlpTransport
  readonly listener: OtlpListener
  readonly port: number
}

export class OtlpSource {
  readonly telemetry = new OtlpTelemetry()
  readonly #wiring: OtlpWiring
  readonly #listeners: readonly Listening[]
  /** By transport and status. */
  readonly requests: ReadonlyMap<OtlpTransport, Map<WebhookStatus, number>>
  /** By transport, once they listen. */
  readonly ports = new Map<OtlpTransport, number>()
  readonly scraped: PrometheusSource
  #hasWarned = false
  #tidyAt = Number.NEGATIVE_INFINITY

  constructor(wiring: OtlpWiring) {
    this.#wiring = wiring
    this.scraped = new PrometheusSource({ ...wiring, telemetry: this.telemetry })
    this.#listeners = wiring.settings.enabled ? this.#create() : []
    this.requests = new Map(
      this.#listeners.map(({ transport }) => [
        transport,
        new Map(webhookStatuses.map((status) => [status, 0])),
      ]),
    )
  }

  #create(): readonly Listening[] {
    const { http, grpc } = this.#wiring.settings
    const options = this.#options()
    const listeners: Listening[] = []
    if (http.enabled)
      listeners.push({ transport: 'http', listener: new OtlpHttpReceiver(options), port: http.port })
    if (grpc.enabled) {
      const listener = new OtlpGrpcReceiver({ ...options, maxMessageBytes: grpc.maxMessageBytes })
      listeners.push({ transport: 'grpc', listener, port: grpc.port })
    }
    return listeners
  }

  #options(): OtlpOptions {
    const { settings, pipeline, committed, isUnavailable, log } = this.#wiring
    const intake = new OtlpIntake(pipeline, this.telemetry, committed)
    return {
      ...settings,
      tokens: settings.tokens.map((token) => token.reveal()),
      bodyTimeoutMs: settings.bodyTimeoutSeconds * 1000,
      idleTimeoutMs: settings.idleTimeoutSeconds * 1000,
      isUnavailable,
      take: async (...request) => {
        const outcome = await intake.take(...request)
        this.#warnOfSampling()
        this.#tidy()
        return outcome
      },
      onAnswered: (transport, status) => {
        const counts = this.requests.get(transport)
        counts?.set(status, (counts.get(status) ?? 0) + 1)
      },
      onFailure: (error) =>
        log.error({ error: errorKind(error) }, 'an OTLP request made the program fail; it was answered 500'),
    }
  }

  /** Processes come and go: those that were silent for days are forgotten. */
  #tidy(): void {
    const now = this.#wiring.pipeline.latest
    if (now < this.#tidyAt) return
    this.#tidyAt = now + tidyEveryMs
    this.telemetry.prune(now - keptMs)
  }

  #warnOfSampling(): void {
    if (this.#hasWarned || this.telemetry.sampling.unknown === 0) return
    this.#hasWarned = true
    this.#wiring.log.warn(
      {},
      'spans come without their sampling: each counts as one, and where clients sample, counts are too low (docs/otlp.md)',
    )
  }

  /** Throws AppError where it cannot listen. */
  async start(): Promise<void> {
    const { settings, log } = this.#wiring
    for (const { transport, listener, port } of this.#listeners) {
      try {
        this.ports.set(transport, await listener.listen(settings.host, port))
      } catch (error) {
        throw listenError(settings.host, port, error)
      }
      log.info({ transport, host: settings.host, port: this.ports.get(transport) }, 'takes OTLP')
    }
    this.scraped.start()
  }

  async stop(): Promise<void> {
    await Promise.all([this.scraped.stop(), ...this.#listeners.map(({ listener }) => listener.close())])
  }
}
