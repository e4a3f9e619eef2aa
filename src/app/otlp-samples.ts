/** What the OTLP receiver says about itself, as samples. */
import { otlpMetrics } from '../outputs/pipeline-conventions.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { samples } from './metric-samples.ts'
import type { OtlpSource } from './otlp-wiring.ts'

export function otlpSamples({ requests, telemetry }: OtlpSource): FamilySamples[] {
  const { sampling, metrics, precedence } = telemetry
  const spans = { known: sampling.known, unknown: sampling.unknown }
  return [
    samples(
      otlpMetrics.requests,
      [...requests].flatMap(([transport, counts]) =>
        [...counts].map(([code, value]) => ({ labels: { transport, code: String(code) }, value })),
      ),
    ),
    samples(
      otlpMetrics.spans,
      Object.entries(spans).map(([how, value]) => ({ labels: { sampling: how }, value })),
    ),
    samples(otlpMetrics.represented, [{ labels: {}, value: sampling.stoodFor }]),
    samples(otlpMetrics.series, [{ labels: {}, value: metrics.increases.size }]),
    samples(otlpMetrics.seriesForgotten, [{ labels: {}, value: metrics.increases.forgotten }]),
    samples(otlpMetrics.processes, [{ labels: {}, value: precedence.size }]),
  ]
}
