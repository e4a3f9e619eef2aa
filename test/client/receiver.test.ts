import { context, metrics, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import { Registry } from 'prom-client'
import { afterEach, expect, it } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { attributes, spans } from '../../src/client/conventions.ts'
import { PrometheusMetrics } from '../../src/client/prometheus.ts'
import { isLibraryName } from '../../src/connectors/otlp/library.ts'
import { parseExposition } from '../support/exposition.ts'
import { startOtlp } from '../support/otlp-service.ts'
import { GoogleMetadata } from '../support/stand-ins/google.ts'
import { Workspace } from '../support/workspace.ts'

afterEach(() => {
  context.disable()
  trace.disable()
  metrics.disable()
})

it('spans have the names that the receiver reads', () => {
  expect([spans.fetch, spans.use, spans.metadataCall, attributes.provider].map(isLibraryName)).toEqual([
    true,
    true,
    true,
    false,
  ])
})

it('what the library counts, what the endpoint served and what the receiver counts is the same', async () => {
  using workspace = new Workspace()
  await using running = await startOtlp(workspace)
  await using server = await new GoogleMetadata().start()
  const url = `http://127.0.0.1:${running.service.otlp.ports.get('http') ?? 0}/v1/traces`
  const exporter = new OTLPTraceExporter({ url })
  const sdk = new NodeSDK({
    autoDetectResources: false,
    instrumentations: [],
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    metricReaders: [],
  })
  sdk.start()
  const registry = new Registry()
  using identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })
  const address = `${server.url}/computeMetadata/v1/instance/service-accounts/default/token`
  let isForced = true
  let held: unknown
  const fetchToken = identity.fetchToken(
    async () => {
      if (!isForced) return held
      const answer = await fetch(address, { headers: { 'metadata-flavor': 'Google' } })
      if (!answer.ok) throw Object.assign(new Error('no token'), { status: answer.status })
      held = await answer.json()
      return held
    },
    {
      provider: 'gcp',
      identity: { id: 'checkout@acme-shop.iam.gserviceaccount.com', type: 'service-account' },
    },
  )
  process.env['GCE_METADATA_HOST'] = server.host
  try {
    for (let i = 0; i < 12; i++) {
      isForced = i % 3 !== 2
      if (i % 6 === 4) server.next.push({ status: 503 })
      await fetchToken().catch(() => undefined)
      await identity.use({ service: 'orders', provider: 'gcp', token: held }, async () => ({
        status: i === 5 ? 403 : 200,
      }))
    }
  } finally {
    delete process.env['GCE_METADATA_HOST']
  }
  await sdk.shutdown()

  const library = parseExposition(await registry.metrics())
  const receiver = await running.metrics()
  const failed = server.served.filter(({ status }) => status !== 200).length
  expect([server.tokens.length, failed]).toEqual([8, 2])
  expect(library.sum('token_request_total')).toBe(8)
  expect(receiver.sum('identity_token_requests_total')).toBe(8)
  expect(library.sum('token_request_failed')).toBe(2)
  expect(receiver.sum('identity_token_request_failures_total')).toBe(2)
  expect(library.sum('metadata_calls_total')).toBe(8)
  expect(receiver.sum('identity_metadata_calls_total')).toBe(8)
  expect(receiver.sum('identity_metadata_call_failures_total')).toBe(2)
  expect(library.sum('token_uses_total')).toBe(12)
  expect(receiver.sum('identity_service_auth_total')).toBe(12)
  expect(receiver.sum('identity_service_auth_failures_total')).toBe(1)
  const judged = Object.fromEntries(
    running.pipeline.engine.totals.map(({ id, good, bad }) => [id, [good, bad]]),
  )
  expect(judged['token-refresh']).toEqual([5, 2])
  expect(judged['metadata-endpoint']).toEqual([6, 2])
  expect(judged['service-auth']).toEqual([11, 1])
})
