/** Exporters of others, unmodified, against a run that takes OTLP: nothing that they send is rejected. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { describe, expect, it } from 'vitest'
import type { EmbeddedService } from '../support/embedded-service.ts'
import { startOtlp } from '../support/otlp-service.ts'
import { Workspace } from '../support/workspace.ts'

const run = promisify(execFile)

function portOf(running: EmbeddedService, transport: 'http' | 'grpc'): number {
  return running.service.otlp.ports.get(transport) ?? 0
}

/** Spans, a counter pair and a histogram of one process, by the Python SDK over the protocol that is asked for. */
const python = `
import sys
protocol, endpoint = sys.argv[1], sys.argv[2]
if protocol == 'grpc':
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    spans, points = OTLPSpanExporter(endpoint=endpoint, insecure=True), OTLPMetricExporter(endpoint=endpoint, insecure=True)
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    spans, points = OTLPSpanExporter(endpoint=endpoint + '/v1/traces'), OTLPMetricExporter(endpoint=endpoint + '/v1/metrics')
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
traced, metered = Resource.create({'service.name': 'traced'}), Resource.create({'service.name': 'metered'})
tracers = TracerProvider(resource=traced)
tracers.add_span_processor(BatchSpanProcessor(spans))
tracer = tracers.get_tracer('test')
for i in range(20):
    with tracer.start_as_current_span('identity.token.fetch', attributes={'identity.provider': 'gcp', 'identity.outcome': 'success'}):
        pass
    with tracer.start_as_current_span('GET /cart'):
        pass
meters = MeterProvider(resource=metered, metric_readers=[PeriodicExportingMetricReader(points)])
meter = meters.get_meter('test')
requests, failed = meter.create_counter('token_request_total'), meter.create_counter('token_request_failed')
latency = meter.create_histogram('token_latency_ms', unit='ms')
requests.add(10, {'identity.provider': 'gcp'})
failed.add(3, {'identity.provider': 'gcp', 'identity.reason': 'throttled'})
for i in range(7):
    latency.record(50, {'identity.provider': 'gcp'})
tracers.shutdown()
meters.shutdown()
`

const pythonPath = process.env['OTLP_PYTHON'] ?? 'python3'
const hasPython =
  spawnSync(pythonPath, ['-c', 'import opentelemetry.sdk, opentelemetry.exporter.otlp.proto.grpc']).status ===
  0
const telemetrygen = process.env['TELEMETRYGEN'] ?? 'telemetrygen'
const hasTelemetrygen = spawnSync(telemetrygen, ['--help']).status === 0

describe('the exporter of the Node SDK', () => {
  it('is understood, sampling and status included', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace)
    const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${portOf(running, 'http')}/v1/traces` })
    const now = Math.floor(Date.now() / 1000)
    const span = (n: number, failed: boolean) => ({
      name: 'identity.token.fetch',
      kind: SpanKind.INTERNAL,
      spanContext: () => ({
        traceId: n.toString(16).padStart(32, '1'),
        spanId: n.toString(16).padStart(16, '2'),
        traceFlags: 1,
        traceState: {
          serialize: () => 'ot=th:8',
          get: () => undefined,
          set: () => undefined,
          unset: () => undefined,
        },
      }),
      startTime: [now - 1, 0],
      endTime: [now, 0],
      status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
      attributes: { 'identity.provider': 'azure', 'identity.outcome': failed ? 'failure' : 'success' },
      links: [],
      events: [],
      duration: [1, 0],
      ended: true,
      resource: {
        attributes: { 'service.name': 'node' },
        getRawAttributes: () => [['service.name', 'node']],
      },
      instrumentationScope: { name: 'test' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    })
    const spans = [span(1, false), span(2, true)] as unknown as Parameters<OTLPTraceExporter['export']>[0]
    const result = await new Promise<{ code: number }>((resolve) => exporter.export(spans, resolve))
    await exporter.shutdown()
    expect(result.code).toBe(0)
    expect(running.pipeline.sources.totals()).toMatchObject({ accepted: 2, rejected: 0 })
    expect((await running.metrics()).sum('identity_token_requests_total')).toBe(4)
  })
})

describe.skipIf(!hasPython)('the Python SDK (OTLP_PYTHON, with opentelemetry-sdk and -exporter-otlp)', () => {
  it.each(['http', 'grpc'] as const)(
    'over %s loses nothing, and nothing of it is rejected',
    async (transport) => {
      using workspace = new Workspace()
      workspace.write('export.py', python)
      await using running = await startOtlp(workspace)
      const endpoint = `http://127.0.0.1:${portOf(running, transport)}`
      await run(pythonPath, [workspace.at('export.py'), transport, endpoint], { timeout: 120_000 })
      expect(running.pipeline.sources.totals()).toMatchObject({ rejected: 0, irrelevant: 20 })
      const exposition = await running.metrics()
      expect(exposition.sum('identity_token_requests_total', { app: 'traced' })).toBe(20)
      expect(exposition.sum('identity_token_requests_total', { app: 'metered' })).toBe(10)
      expect(exposition.sum('identity_token_request_failures_total', { app: 'metered' })).toBe(3)
      expect(running.pipeline.engine.totals.find(({ id }) => id === 'token-fetch-latency')?.good).toBe(27)
    },
  )
})

describe.skipIf(!hasTelemetrygen)('telemetrygen of the Go SDK (TELEMETRYGEN, or on the PATH)', () => {
  it.each([
    ['http', ['--otlp-http']],
    ['grpc', []],
  ] as const)('over %s is answered with success', async (transport, more) => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace)
    const endpoint = `127.0.0.1:${portOf(running, transport)}`
    for (const [signal, count] of [
      ['traces', '--traces'],
      ['metrics', '--metrics'],
      ['logs', '--logs'],
    ] as const)
      await run(telemetrygen, [signal, '--otlp-insecure', '--otlp-endpoint', endpoint, ...more, count, '5'], {
        timeout: 120_000,
      })
    const totals = running.pipeline.sources.totals()
    expect([totals.rejected, totals.read > 15]).toEqual([0, true])
    const exposition = await running.metrics()
    expect(exposition.sum('identity_slo_otlp_requests_total', { transport, code: '200' })).toBeGreaterThan(2)
    expect(exposition.sum('identity_slo_otlp_requests_total')).toBe(
      exposition.sum('identity_slo_otlp_requests_total', { transport, code: '200' }),
    )
  })
})
