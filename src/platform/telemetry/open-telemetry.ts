/** Telemetry by the OpenTelemetry SDK: metrics for Prometheus to scrape, traces by OTLP. Imported only where it is on. */
import {
  context,
  DiagLogLevel,
  diag,
  logs,
  type Meter,
  metrics,
  propagation,
  trace,
} from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOnSampler, BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import type { Log } from '../logger.ts'
import { observeProcess } from './process-metrics.ts'
import { nameWithUnit } from './prometheus-name.ts'
import { listenForScrapes, type ScrapeServer } from './scrape-server.ts'
import { type StageLabels, Stages } from './stages.ts'
import type { Instrument, RunningTelemetry, Telemetry } from './telemetry.ts'
import { TraceLimit } from './trace-limit.ts'

export interface OpenTelemetryOptions {
  readonly serviceName: string
  readonly serviceVersion: string
  readonly prometheus: { readonly host: string; readonly port: number }
  /** Undefined: no traces. */
  readonly otlp:
    | {
        /** Of the receiver; `/v1/traces` is added. */
        readonly endpoint: string
        readonly headers: Readonly<Record<string, string>>
      }
    | undefined
  readonly stageDuration: Instrument
  readonly stageLabels: StageLabels
  readonly log: Log
}

/** A trace is a batch: enough to see where time goes, and no load for the receiver. */
const tracesPerSecond = 10
/** A receiver that does not answer must not hold up the end of the process. */
const exportTimeoutMs = 3000

/** `http://collector:4318/` and `http://collector:4318` are the same receiver. */
function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`
}

/** The SDK's own troubles, such as a receiver that is not there. */
function passOnTroubles(log: Log): void {
  const quiet = (): void => undefined
  const said =
    (level: 'warn' | 'error') =>
    (message: string, ...details: readonly unknown[]) =>
      log[level]({ detail: [message, ...details].map(String).join(' ') }, 'telemetry has a problem')
  const logger = { error: said('error'), warn: said('warn'), info: quiet, debug: quiet, verbose: quiet }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
}

function createSdk(options: OpenTelemetryOptions, reader: PrometheusExporter): NodeSDK {
  const { serviceName, serviceVersion, otlp } = options
  const exporter =
    otlp &&
    new OTLPTraceExporter({
      url: tracesUrl(otlp.endpoint),
      headers: { ...otlp.headers },
      timeoutMillis: exportTimeoutMs,
    })
  // Whatever is left out here, the SDK takes from OTEL_ variables or sends to localhost.
  return new NodeSDK({
    resourceDetectors: [
      { detect: () => ({ attributes: { 'service.name': serviceName, 'service.version': serviceVersion } }) },
    ],
    metricReaders: [reader],
    spanProcessors: exporter
      ? [new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportTimeoutMs })]
      : [],
    sampler: new AlwaysOnSampler(),
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  })
}

/** The API keeps what is registered for the whole process: taken back, so that it can be started again. */
function unregister(): void {
  for (const api of [trace, metrics, logs, context, propagation, diag]) api.disable()
}

function createTelemetry(options: OpenTelemetryOptions, meter: Meter): Telemetry {
  const { otlp, serviceName, serviceVersion, stageDuration, stageLabels } = options
  const now = (): number => performance.timeOrigin + performance.now()
  const { name, unit, description, buckets = [] } = stageDuration
  const stages = new Stages({
    histogram: meter.createHistogram(nameWithUnit(name, unit), {
      description,
      advice: { explicitBucketBoundaries: [...buckets] },
    }),
    labels: stageLabels,
    tracer: otlp && trace.getTracer(serviceName, serviceVersion),
    limit: new TraceLimit(tracesPerSecond, now),
    now,
  })
  return {
    span: (stage, attributes, work, secondsBefore) => stages.span(stage, attributes, work, secondsBefore),
    asyncSpan: (stage, attributes, work) => stages.asyncSpan(stage, attributes, work),
    record: (stage, attributes, seconds) => stages.record(stage, attributes, seconds),
    counter: (instrument) =>
      meter.createCounter(nameWithUnit(instrument.name, instrument.unit), {
        description: instrument.description,
      }),
    gauge: (instrument, read) =>
      meter
        .createObservableGauge(nameWithUnit(instrument.name, instrument.unit), {
          description: instrument.description,
        })
        .addCallback((result) => {
          for (const { value, attributes } of read()) result.observe(value, attributes)
        }),
  }
}

async function listen(
  { prometheus, log }: OpenTelemetryOptions,
  exporter: PrometheusExporter,
): Promise<ScrapeServer | undefined> {
  const { host, port } = prometheus
  try {
    const server = await listenForScrapes(host, port, (request, response) =>
      exporter.getMetricsRequestHandler(request, response),
    )
    log.info({ address: `${server.address}/metrics` }, 'self metrics are served')
    return server
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.error(
      { host, port, reason },
      'self metrics are not served, all else works: set telemetry.prometheus.port to a free port, or telemetry.enabled to false',
    )
    return undefined
  }
}

/** One at a time in a process. A port that is taken is said and is no error: watching must not stop what is watched. */
export async function startOpenTelemetry(options: OpenTelemetryOptions): Promise<RunningTelemetry> {
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true })
  const sdk = createSdk(options, exporter)
  passOnTroubles(options.log)
  sdk.start()
  const meter = metrics.getMeter(options.serviceName, options.serviceVersion)
  const stopObserving = observeProcess(meter)
  const telemetry = createTelemetry(options, meter)
  const server = await listen(options, exporter)
  return {
    telemetry,
    address: server?.address,
    stop: async () => {
      stopObserving()
      server?.close()
      await sdk.shutdown().catch((error: unknown) => {
        options.log.warn({ reason: String(error) }, 'the last telemetry was not sent')
      })
      unregister()
    },
  }
}
