/** Telemetry of a run as the configuration asks for it. The SDK is loaded only where it is on. */
import { selfLabels, selfMetrics } from '../outputs/self-metrics.ts'
import type { Log } from '../platform/logger.ts'
import { noTelemetry, type RunningTelemetry } from '../platform/telemetry/telemetry.ts'
import type { Config } from './config.ts'

/** Before everything else in a run, so that the start is seen as well. */
export async function startSelfObservation(
  { enabled, prometheus, otlp }: Config['telemetry'],
  version: string,
  log: Log,
): Promise<RunningTelemetry> {
  if (!enabled) return { telemetry: noTelemetry, address: undefined, stop: () => Promise.resolve() }
  const { startOpenTelemetry } = await import('../platform/telemetry/open-telemetry.ts')
  const headers = Object.fromEntries(otlp.headers.map(({ name, value }) => [name, value.reveal()]))
  return startOpenTelemetry({
    serviceName: 'identity-slo',
    serviceVersion: version,
    prometheus,
    otlp: otlp.endpoint === undefined ? undefined : { endpoint: otlp.endpoint, headers },
    stageDuration: selfMetrics.stageDuration,
    stageLabels: { stage: selfLabels.stage, error: selfLabels.errorType },
    log,
  })
}
