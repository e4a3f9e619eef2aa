/** A run: follows files, takes records by HTTP, serves what it knows. Built here so that tests can embed it. */
import type { FastifyInstance } from 'fastify'
import type { Stateful } from '../events/chunk.ts'
import { metricFamilies } from '../outputs/conventions.ts'
import { webhookStatuses } from '../platform/http/refusal.ts'
import type { Ingest } from '../platform/http/webhook-route.ts'
import { createHttpServer } from '../platform/http-server.ts'
import { createMetricsRegistry } from '../platform/metrics-registry.ts'
import type { StateStore } from '../platform/state-store.ts'
import { noTelemetry, type Telemetry } from '../platform/telemetry/telemetry.ts'
import { AlertWatch } from './alert-watch.ts'
import { BatchTelemetry } from './batch-telemetry.ts'
import { Committer, Positions } from './committer.ts'
import type { Config } from './config.ts'
import { listenError } from './errors.ts'
import { IngestRequest } from './ingest-request.ts'
import { InventoryRunner } from './inventory-runner.ts'
import { InventoryView } from './inventory-view.ts'
import type { InventoryWatch } from './inventory-watch.ts'
import { createKafkaSources, type NamedKafkaSource } from './kafka-wiring.ts'
import { LogFollowing } from './log-following.ts'
import type { RunFacts } from './metric-samples.ts'
import { OtlpSource } from './otlp-wiring.ts'
import type { Pipeline } from './pipeline.ts'
import { runSamples } from './run-samples.ts'
import { createSite } from './status/site.ts'
import { statusReport } from './status-report.ts'
import { errorKind, systemReason } from './system-error.ts'

export interface ServiceLog {
  readonly info: (facts: object, message: string) => void
  readonly warn: (facts: object, message: string) => void
  readonly error: (facts: object, message: string) => void
}

export interface ServiceOptions {
  readonly config: Config
  readonly pipeline: Pipeline
  /** Undefined: nothing is kept. The service restores from it, and closes it. */
  readonly store: StateStore | undefined
  readonly inventory: InventoryWatch
  /** Epoch ms. */
  readonly now: () => number
  readonly version: string
  readonly log: ServiceLog
  /** Undefined: nobody watches the work itself. */
  readonly telemetry?: Telemetry | undefined
  /** Applies changed definitions; throws AppError with what is wrong. */
  readonly reload: () => void
}

export class Service {
  readonly #options: ServiceOptions
  readonly #server: FastifyInstance
  readonly #logs: LogFollowing
  readonly #positions = new Positions()
  readonly #webhookRequests = new Map<number, number>(webhookStatuses.map((status) => [status, 0]))
  readonly #alerts: AlertWatch
  readonly #committer: Committer
  readonly #kafka: readonly NamedKafkaSource[]
  readonly otlp: OtlpSource
  readonly #inventory: InventoryRunner
  #isLastReloadSuccessful = true
  #isStopping = false

  constructor(options: ServiceOptions) {
    this.#options = options
    if (options.telemetry !== undefined && options.telemetry !== noTelemetry)
      options.pipeline.batches = new BatchTelemetry(options.telemetry)
    this.#alerts = this.#createAlerts()
    this.otlp = this.#createOtlp()
    this.#committer = this.#createCommitter()
    this.#committer.restore()
    options.pipeline.batches?.watchQueues(() => ({ commit: this.#committer.waiting }))
    this.#kafka = this.#createKafka()
    this.#logs = this.#createLogs()
    this.#inventory = new InventoryRunner({
      ...{ watch: options.inventory, pipeline: options.pipeline, now: options.now, log: options.log },
      onTold: () => this.#committer.changed(),
      isPaused: () => this.#committer.isFailing,
    })
    this.#server = this.#createServer()
  }

  #createAlerts(): AlertWatch {
    const { pipeline, config, log } = this.#options
    return new AlertWatch({
      pipeline,
      config,
      log,
      isIntakePaused: () => this.#committer.isFailing,
      onChange: () => this.#committer.changed(),
    })
  }

  #createCommitter(): Committer {
    const { pipeline, store, log } = this.#options
    return new Committer({
      parts: new Map<string, Stateful>([
        ...pipeline.parts(),
        ['positions/', this.#positions],
        ...this.#alerts.parts(),
        ['otlp/', this.otlp.telemetry],
      ]),
      store,
      now: Date.now,
      around: (work) => pipeline.batches?.commit(work) ?? work(),
      onTrouble: (error) => {
        const facts = { reason: systemReason(error) }
        if (error === undefined) log.info({}, 'state is written again')
        else log.error(facts, 'state cannot be written: nothing is taken in until it can')
      },
    })
  }

  #createOtlp(): OtlpSource {
    const { pipeline, config, log } = this.#options
    return new OtlpSource({
      settings: config.otlp,
      targets: config.prometheus,
      changed: () => this.#committer.changed(),
      pipeline,
      committed: () => this.#committer.committed(),
      isUnavailable: () => this.#committer.isFailing || this.#isStopping,
      log,
    })
  }

  #createKafka(): readonly NamedKafkaSource[] {
    const { pipeline, config, log } = this.#options
    return createKafkaSources(config.kafka, {
      pipeline,
      positions: {
        get: (key) => this.#positions.get(key),
        set: (key, value) => {
          this.#positions.set(key, value)
          this.#committer.changed()
        },
        committed: () => this.#committer.committed(),
      },
      isOverloaded: () => this.#committer.isFailing,
      log,
      now: Date.now,
    })
  }

  #createLogs(): LogFollowing {
    const { pipeline, config, log } = this.#options
    return new LogFollowing({
      ...{ pipeline, log, files: config.files, positions: this.#positions.ofFiles() },
      isPaused: () => this.#committer.isFailing,
      changed: () => this.#committer.changed(),
      look: () => this.#look(),
    })
  }

  #createServer(): FastifyInstance {
    const { pipeline, config, version, log } = this.#options
    const metrics = createMetricsRegistry(metricFamilies, () =>
      runSamples({
        pipeline,
        facts: this.#facts(),
        kafka: this.#kafka,
        pager: this.#alerts.pager,
        otlp: this.otlp,
        inventory: this.#inventoryView(),
      }),
    )
    return createHttpServer({
      ingest: config.webhook.enabled ? this.#ingest() : undefined,
      maxConnections: config.listen.maxConnections,
      metrics: async () => {
        // A counter that falls is taken for one that began anew: what is shown must survive a kill.
        await this.#committer.committed().catch(() => undefined)
        return pipeline.batches?.render('metrics', metrics.render) ?? metrics.render()
      },
      metricsContentType: metrics.contentType,
      isReady: () => this.#logs.isReady && !this.#committer.isFailing && !this.#isStopping,
      reload: config.servesReload ? async () => this.reload() : undefined,
      site: createSite({
        ...{ pipeline, version, webhook: config.webhook },
        isReady: () => this.#logs.isReady,
        clock: () => ({ ...this.#facts(), now: this.#options.now() }),
        problems: () => this.#problems(),
        onFailure: (error) =>
          log.error({ error: errorKind(error) }, 'a page made the program fail; it was answered 500'),
        status: () => statusReport(pipeline, this.#alerts.active(), this.#facts()),
        inventory: () => this.#inventoryView(),
        incidents: this.#alerts.incidents,
      }),
    })
  }

  #problems(): readonly string[] {
    const paused = 'State cannot be written: nothing is taken in until it can.'
    const stale = 'The last reload failed, and what was loaded before still runs: the log says what is wrong.'
    return [...(this.#committer.isFailing ? [paused] : []), ...(this.#isLastReloadSuccessful ? [] : [stale])]
  }

  #ingest(): Ingest {
    const { pipeline, config, log } = this.#options
    const { bodyTimeoutSeconds, idleTimeoutSeconds, tokens, ...limits } = config.webhook
    return {
      ...limits,
      open: () => new IngestRequest(pipeline, () => this.#committer.committed()),
      isUnavailable: () => this.#committer.isFailing || this.#isStopping,
      tokens: tokens.map((token) => token.reveal()),
      bodyTimeoutMs: bodyTimeoutSeconds * 1000,
      idleTimeoutMs: idleTimeoutSeconds * 1000,
      onAnswered: (status) => {
        this.#webhookRequests.set(status, (this.#webhookRequests.get(status) ?? 0) + 1)
      },
      onFailure: (error) =>
        log.error({ error: errorKind(error) }, 'a request made the program fail; it was answered 500'),
    }
  }

  /** Listens, then reads what is there and follows it. Gives the address; throws AppError if it cannot listen. */
  async start(): Promise<string> {
    const { host, port } = this.#options.config.listen
    this.#inventory.readFiles()
    let address: string
    try {
      address = await this.#server.listen({ host, port })
    } catch (error) {
      throw listenError(host, port, error)
    }
    await this.otlp.start()
    this.#options.pipeline.isCatchingUp = true
    this.#logs.start()
    for (const { source } of this.#kafka) source.start()
    this.#inventory.start()
    return address
  }

  /** What is done from time to time, whether records come or not. */
  #look(): void {
    this.#options.pipeline.isCatchingUp = this.#kafka.some(({ source }) => !source.facts().isCaughtUp)
    this.#alerts.look()
  }

  reload(): { readonly ok: boolean; readonly message: string } {
    const { log } = this.#options
    try {
      this.#options.reload()
      this.#inventory.hurry()
      this.#isLastReloadSuccessful = true
      log.info({}, 'reloaded definitions and ownership')
      return { ok: true, message: 'reloaded' }
    } catch (error) {
      this.#isLastReloadSuccessful = false
      const message =
        error instanceof Error && 'report' in error
          ? String((error as { report: () => string }).report())
          : String(error)
      log.error({ reason: message }, 'the reload failed; what was loaded before still runs')
      return { ok: false, message: `the reload failed; what was loaded before still runs\n${message}` }
    }
  }

  /** Stops taking records, settles what is half read, closes. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all([this.#logs.stop(), this.#inventory.stop()])
    for (const { source } of this.#kafka) await source.stop()
    // With a store, what is half read is read again from its position by the next process.
    if (this.#options.store === undefined) this.#logs.finish()
    // Requests under way are answered before the server closes, and their answers wait for this.
    this.#committer.commit()
    await Promise.all([this.#server.close(), this.otlp.stop()])
    this.#alerts.pager.stop()
    this.#committer.close()
    this.#options.pipeline.batches?.flush()
    this.#options.store?.close()
  }

  #inventoryView(): InventoryView {
    const { pipeline, inventory } = this.#options
    return new InventoryView(pipeline, inventory, this.#inventory.survey)
  }

  #facts(): RunFacts {
    return {
      version: this.#options.version,
      nodeVersion: process.version,
      isLastReloadSuccessful: this.#isLastReloadSuccessful,
      now: Date.now(),
      steadyMs: performance.now(),
      silentAfterMs: this.#options.config.limits.silentAfterSeconds * 1000,
      isIntakePaused: this.#committer.isFailing,
      fileFailures: this.#logs.failures,
      webhookRequests: this.#webhookRequests,
    }
  }
}
