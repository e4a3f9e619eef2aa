import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readPrometheus } from '../../src/connectors/otlp/prometheus-text.ts'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { Workspace } from '../support/workspace.ts'

/** A target whose text a test changes. */
class Target implements AsyncDisposable {
  text = ''
  status = 200
  readonly #server = createServer((_request, response) => {
    response.writeHead(this.status).end(this.text)
  })
  port = 0

  static async start(): Promise<Target> {
    const target = new Target()
    target.#server.listen(0, '127.0.0.1')
    await once(target.#server, 'listening')
    const address = target.#server.address()
    target.port = typeof address === 'object' && address !== null ? address.port : 0
    return target
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

function shown(total: number, failed: number, fast: number, slow: number): string {
  const labels = 'provider="azure"'
  return [
    '# HELP token_request_total Requests.',
    '# TYPE token_request_total counter',
    `token_request_total{${labels}} ${total}`,
    `token_request_failed{${labels},reason="throttled"} ${failed}`,
    `token_latency_ms_bucket{${labels},le="200"} ${fast}`,
    `token_latency_ms_bucket{${labels},le="400"} ${fast + slow}`,
    `token_latency_ms_bucket{${labels},le="+Inf"} ${fast + slow}`,
    `token_latency_ms_sum{${labels}} 1`,
    `token_latency_ms_count{${labels}} ${fast + slow}`,
    'process_cpu_seconds_total{broken 1',
    '',
  ].join('\n')
}

async function start(workspace: Workspace, { port }: Target, more: object = {}): Promise<EmbeddedService> {
  const target = { url: `http://127.0.0.1:${port}/metrics`, service: 'checkout', intervalSeconds: 1, ...more }
  return EmbeddedService.start(workspace, { sources: { prometheus: [target] } })
}

async function scraped(running: EmbeddedService, times: number): Promise<void> {
  const [target] = running.service.otlp.scraped.targets
  for (let i = 0; i < times; i++) await target?.scraper.scrape()
}

describe('a target that is scraped', () => {
  it('counts by what its metrics go up, from its first scrape on, resets included', async () => {
    using workspace = new Workspace()
    await using target = await Target.start()
    target.text = shown(100, 10, 80, 10)
    await using running = await start(workspace, target, { intervalSeconds: 3600 })
    await until('the first scrape', () => running.service.otlp.scraped.targets[0]?.scraper.isUp === true)
    expect(running.pipeline.sources.totals()).toMatchObject({ accepted: 0, rejected: 0, irrelevant: 3 })
    target.text = shown(110, 12, 86, 12)
    await scraped(running, 1)
    // It began anew.
    target.text = shown(5, 1, 3, 1)
    await scraped(running, 1)
    const exposition = await running.metrics()
    const azure = { provider: 'azure', app: 'checkout' }
    expect(exposition.sum('identity_token_requests_total', azure)).toBe(15)
    expect(exposition.sum('identity_token_request_failures_total', { ...azure, reason: 'throttled' })).toBe(3)
    expect(running.pipeline.engine.totals.find(({ id }) => id === 'token-fetch-latency')).toMatchObject({
      good: 9,
      bad: 3,
    })
    expect(exposition.sum('identity_slo_prometheus_up')).toBe(1)
  })

  it('is said to be down when it answers with an error, with too much, or not at all', async () => {
    using workspace = new Workspace()
    await using target = await Target.start()
    target.status = 500
    await using running = await start(workspace, target, { intervalSeconds: 3600, maxBodyBytes: 1024 })
    const scraper = running.service.otlp.scraped.targets[0]?.scraper
    await until('the first scrape', () => scraper?.isUp === false)
    target.status = 200
    await scraped(running, 1)
    expect(scraper?.isUp).toBe(true)
    target.text = 'x'.repeat(5000)
    await scraped(running, 2)
    expect([scraper?.isUp, scraper?.failures]).toEqual([false, 3])
    expect(running.log.filter(({ message }) => message.startsWith('a target'))).toHaveLength(3)
  })
})

describe('the text of a target', () => {
  it('may have any labels, and broken lines cost themselves', () => {
    const { points, malformed } = readPrometheus(
      [
        'token_request_total{a="x\\"},y",b="\\\\"} 3 1700000000000',
        'token_request_total 4 # {trace_id="1"} 1',
        'token_request_total{a="x} 3',
        'token_request_total{} NaN',
        'token_request_total -1',
        'token_request_created 1.7e9',
        'token_latency_ms_bucket{le="1"} 5',
      ].join('\n'),
      { instance: 'i', service: 's' },
      1000,
    )
    expect(points.map(({ value }) => value)).toEqual([3n, 4n])
    // Of them one is a histogram without its last bucket.
    expect(malformed).toBe(4)
  })
})
