/** What the OTLP receiver says about itself, as samples. */

import { labelValue } from '../outputs/label-value.ts'
import { otlpMetrics, prometheusMetrics } from '../outputs/pipeline-conventions.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { samples } from './metric-samples.ts'
import type { OtlpSource } from './otlp-wiring.ts'

function targetSamples({ scraped }: OtlpSource): FamilySamples[] {
  const targets = scraped.targets.map(({ target, scraper }) => ({
    labels: { scrape_target: labelValue(target) },
    scraper,
  }))
  return [
    samples(
      prometheusMetrics.up,
      targets.flatMap(({ labels, scraper: { isUp } }) =>
        isUp === undefined ? [] : [{ labels, value: isUp ? 1 : 0 }],
      ),
    ),
    samples(
      prometheusMetrics.scrapes,
      targets.map(({ labels, scraper }) => ({ labels, value: scraper.scrapes })),
    ),
    samples(
      prometheusMetrics.failures,
      targets.map(({ labels, scraper }) => ({ labels, value: scraper.failures })),
    ),
  ]
}

export function otlpSamples(source: OtlpSource): FamilySamples[] {
  const { requests, telemetry } = source
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
    ...targetSamples(source),
  ]
}
