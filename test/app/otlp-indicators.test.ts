import { describe, expect, it } from 'vitest'
import type { EmbeddedService } from '../support/embedded-service.ts'
import { fetchSpan, span, traces, type Values } from '../support/otlp.ts'
import { sendProtobuf, startOtlp } from '../support/otlp-service.ts'
import { Workspace } from '../support/workspace.ts'

const now = Date.UTC(2026, 5, 15, 12, 1)
const clock = (): number => now

type Counts = readonly [good: number, bad: number, excluded: number]

function judged({ pipeline }: EmbeddedService, id: string): Counts | undefined {
  const found = pipeline.engine.totals.find((total) => total.id === id)
  return found && [found.good, found.bad, found.excluded]
}

function useSpan(number: number, attributes: Values) {
  return span({
    number,
    name: 'identity.token.use',
    attributes: {
      'identity.provider': 'azure',
      'identity.id': '6e0c1c3a-0000-4000-8000-000000000001',
      'identity.target.service': 'vault',
      'http.response.status_code': 200,
      ...attributes,
    },
  })
}

function metadataSpan(number: number, status: number) {
  return span({
    number,
    name: 'identity.metadata.call',
    attributes: {
      'identity.provider': 'azure',
      'identity.metadata.endpoint': '169.254.169.254',
      'http.response.status_code': status,
    },
    ...(status >= 500 && { failed: 'unavailable' }),
  })
}

describe('client telemetry alone', () => {
  it('tells fast fetches from slow ones (M2)', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const failed = { 'identity.outcome': 'failure', 'identity.reason': 'timeout' }
    await sendProtobuf(
      running,
      'traces',
      traces([fetchSpan(1, {}, { ms: 200 }), fetchSpan(2, {}, { ms: 201 }), fetchSpan(3, failed, { ms: 5 })]),
    )
    expect(judged(running, 'token-fetch-latency')).toEqual([1, 1, 1])
  })

  it('tells refreshes that failed while the former token was valid (M3)', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const early = { 'identity.refresh': 'before_expiry', 'identity.while_valid': true }
    const late = { 'identity.refresh': 'after_expiry', 'identity.while_valid': false }
    const failed = { 'identity.outcome': 'failure', 'identity.reason': 'throttled' }
    await sendProtobuf(
      running,
      'traces',
      traces([
        fetchSpan(1, early),
        fetchSpan(2, { ...early, ...failed }),
        fetchSpan(3, { ...late, ...failed }),
        fetchSpan(4, { 'identity.refresh': 'none' }),
      ]),
    )
    const [good, bad] = judged(running, 'token-refresh') ?? []
    expect([good, bad]).toEqual([1, 1])
    const exposition = await running.metrics()
    expect(exposition.sum('identity_token_refresh_failures_total')).toBe(1)
  })

  it('tells how old tokens are when they are used (M6)', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    const aged = (seconds: number) => ({
      'identity.token.age_seconds': seconds,
      'identity.token.ttl_seconds': 3600,
    })
    await sendProtobuf(
      running,
      'traces',
      traces([useSpan(1, aged(600)), useSpan(2, aged(3000)), useSpan(3, {})]),
    )
    const [good, bad] = judged(running, 'token-age') ?? []
    expect([good, bad]).toEqual([1, 1])
    const exposition = await running.metrics()
    expect(exposition.sum('identity_token_age_seconds_count')).toBe(2)
  })

  it('tells calls to the metadata endpoint that failed (M7)', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    await sendProtobuf(
      running,
      'traces',
      traces([metadataSpan(1, 200), metadataSpan(2, 503), metadataSpan(3, 200)]),
    )
    expect(judged(running, 'metadata-endpoint')).toEqual([2, 1, 0])
  })

  it('tells a workload that fell back to a secret from one that did not (M9)', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, clock)
    await sendProtobuf(
      running,
      'traces',
      traces([
        fetchSpan(1, { 'identity.credential.type': 'managed', 'identity.fallback': false }),
        fetchSpan(2, {
          'identity.credential.type': 'secret',
          'identity.fallback': true,
          'identity.fallback.from': 'ManagedIdentityCredential',
        }),
      ]),
    )
    expect(judged(running, 'secret-fallback')).toEqual([1, 1, 0])
    const exposition = await running.metrics()
    expect(exposition.sum('identity_secret_fallback_total')).toBe(1)
  })
})
