import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { counters, histograms } from '../../src/client/conventions.ts'
import { PrometheusMetrics } from '../../src/client/prometheus.ts'
import { clientMetrics } from '../../src/outputs/conventions.ts'

async function exposition(run: (identity: IdentityTelemetry) => Promise<unknown>): Promise<string> {
  const registry = new Registry()
  using identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })
  await run(identity)
  return registry.metrics()
}

it('has the names that objectives are written for', () => {
  const { requests, failures } = counters
  expect({ requests: requests.name, failures: failures.name, latency: histograms.latency.name }).toEqual(
    clientMetrics,
  )
})

it('counts into a registry of prom-client', async () => {
  const text = await exposition(async (identity) => {
    const fetchToken = identity.fetchToken(async () => 'token', { provider: 'vault', audience: 'vault.acme' })
    await fetchToken()
    await fetchToken()
    await identity
      .fetchToken(() => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })))()
      .catch(() => undefined)
  })
  expect(text).toContain(
    'token_request_total{provider="vault",identity_type="unknown",audience="vault.acme"} 1',
  )
  expect(text).toContain('token_cache_hits_total{provider="vault"')
  expect(text).toContain(
    'token_request_failed{provider="other",identity_type="unknown",audience="",reason="network"} 1',
  )
  expect(text).toContain('token_latency_ms_count{provider="vault"')
})

it('keeps the number of audiences bounded', async () => {
  const text = await exposition(async (identity) => {
    const credential = identity.azure({
      getToken: async (scope: string) => ({ token: scope, expiresOnTimestamp: 1 }),
    })
    for (let i = 0; i < 200; i++) await credential.getToken(`https://host-${i}.example/.default`)
  })
  expect(text.match(/^token_request_total\{/gm)).toHaveLength(51)
  expect(text).toContain('audience="other"} 150')
})
