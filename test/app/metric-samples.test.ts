import { describe, expect, it } from 'vitest'
import { metricFamilies, recordResults } from '../../src/outputs/conventions.ts'
import { labels as labelNames } from '../../src/outputs/labels.ts'
import { EmbeddedService } from '../support/embedded-service.ts'
import type { Exposition } from '../support/exposition.ts'
import {
  apiCall,
  hourMs,
  managedIdentitySignIn,
  minuteMs,
  morning,
  roleAssumed,
  tokenRequest,
} from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

/** Names as a hostile sender would choose them. */
const hostile = [
  'quote " quote',
  'back\\slash\\',
  '\\n is no line end',
  'line\nend',
  'carriage\rreturn',
  'nul\u0000 and escape\u001b[31m',
  'lone \ud800 surrogate \udc00',
  '{app="x"} 1',
  '# HELP a b',
  'NaN',
  '',
  ' ',
  'ünïcödé 🦊',
  '\u2028\u2029\u0085',
  'x'.repeat(100_000),
  `${'x'.repeat(100_000)}y`,
  `${'🦊'.repeat(150)}`,
  '__proto__',
  'constructor',
]

function seriesOf(exposition: Exposition): number {
  return exposition.series.length
}

describe('/metrics', () => {
  it('shows each event once, in the families and labels of the conventions and in no others', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    await running.send(
      linesOf([
        tokenRequest({ id: 'a', time: morning, latencyMs: 150 }),
        tokenRequest({ id: 'b', time: morning, code: 500 }),
        apiCall({ id: 'c', time: morning, code: 401 }),
        apiCall({ id: 'd', time: morning, code: 403 }),
        apiCall({ id: 'e', time: morning }),
        roleAssumed({ id: 'f', time: morning, errorCode: 'AccessDenied' }),
        { nothing: 'known' },
      ]),
    )
    const metrics = await running.metrics()
    const expected = new Map(metricFamilies.map((family) => [family.name, family]))
    expect(new Set(metrics.families.keys())).toEqual(new Set(expected.keys()))
    for (const { name, help, type, series } of metrics.families.values()) {
      const family = expected.get(name)
      expect([help, type]).toEqual([family?.help, family?.type])
      for (const { labels } of series) {
        const own = Object.keys(labels).filter((label) => label !== 'le')
        expect(new Set(own)).toEqual(new Set(family?.labelNames))
        for (const label of own) expect(Object.values<string>(labelNames)).toContain(label)
      }
    }
    const shop = { provider: 'kubernetes', identity_type: 'service-account', app: 'shop', layer: 'container' }
    expect(metrics.select('identity_token_requests_total')).toEqual([
      { name: 'identity_token_requests_total', labels: shop, value: 2 },
      expect.objectContaining({ labels: expect.objectContaining({ provider: 'aws' }), value: 1 }),
    ])
    expect(metrics.select('identity_token_request_failures_total', { app: 'shop' })).toEqual([
      expect.objectContaining({
        labels: { ...shop, reason: 'platform_error', fault: 'platform' },
        value: 1,
      }),
    ])
    expect(metrics.sum('identity_service_auth_total', shop)).toBe(3)
    expect(metrics.sum('identity_service_auth_failures_total', { ...shop, status: '401' })).toBe(1)
    expect(metrics.sum('identity_service_auth_failures_total', { ...shop, status: '403' })).toBe(1)
    expect(metrics.sum('identity_token_fetch_duration_seconds_bucket', { ...shop, le: '0.1' })).toBe(0)
    expect(metrics.sum('identity_token_fetch_duration_seconds_bucket', { ...shop, le: '0.2' })).toBe(1)
    expect(metrics.sum('identity_token_fetch_duration_seconds_sum', shop)).toBe(0.15)
  })

  it('shows the objectives as the report has them, and what became of the records', async () => {
    using workspace = new Workspace()
    let now = morning + hourMs
    await using running = await EmbeddedService.start(workspace, {}, () => now)
    const records = Array.from({ length: 20 }, (_, i) =>
      tokenRequest({ id: `r${i}`, time: morning + i * minuteMs, code: i === 19 ? 500 : 201 }),
    )
    await running.send(linesOf([...records, ...records.slice(0, 5), { nothing: 'known' }]))
    const metrics = await running.metrics()
    const { objectives } = JSON.parse((await running.get('/api/v1/status')).text)
    const of = { objective: 'shop-issuance', slo: 'issuance', slo_service: 'shop' }
    expect(metrics.select('identity_slo_objective_ratio')).toEqual([
      { name: 'identity_slo_objective_ratio', labels: of, value: 0.99 },
    ])
    for (const [window, rate] of Object.entries<number>(objectives[0].burnRates))
      expect(metrics.sum('identity_slo_burn_rate', { ...of, window })).toBe(rate)
    expect(metrics.sum('identity_slo_burn_rate', { window: '5m' })).toBeCloseTo(20)
    expect(metrics.sum('identity_slo_sli_error_ratio', { window: '30d' })).toBe(0.05)
    expect(metrics.sum('identity_slo_error_budget_remaining_ratio')).toBe(objectives[0].errorBudgetRemaining)
    expect(metrics.sum('identity_slo_events_total', { verdict: 'good' })).toBe(19)
    const [info] = metrics.select('identity_slo_info')
    expect(info?.labels).toMatchObject({ ...of, indicator: 'token-issuance', target: '99', window: '30d' })
    const result = (source: string, name: string): number =>
      metrics.sum('identity_slo_records_total', { source, result: name })
    expect(recordResults.map((name) => result('kubernetes-audit', name))).toEqual([20, 5, 0, 0, 0])
    expect(result('unrecognised', 'rejected')).toBe(1)
    expect(metrics.sum('identity_slo_duplicates_total', { source: 'kubernetes-audit' })).toBe(5)
    expect(metrics.sum('identity_slo_source_watermark_timestamp_seconds')).toBe(
      (morning + 19 * minuteMs) / 1000,
    )
    expect(metrics.sum('identity_slo_source_lag_seconds')).toBe((hourMs - 19 * minuteMs) / 1000)
    // A source that falls silent is not one that delivers late.
    now += hourMs
    await running.send(linesOf([tokenRequest({ id: 'older', time: morning })]))
    expect((await running.metrics()).sum('identity_slo_source_lag_seconds')).toBe(
      (hourMs - 19 * minuteMs) / 1000,
    )
    const [build] = metrics.select('identity_slo_build_info')
    expect(build?.labels).toMatchObject({ node_version: process.version })
  })

  it('can be read whatever identities and applications are called', async () => {
    using workspace = new Workspace()
    workspace.write(
      'ownership.yaml',
      'owners:\n  - { match: { namespace: owned }, app: "a \\"b\\" \\\\ c\\td" }\n',
    )
    await using running = await EmbeddedService.start(workspace, { ownership: 'ownership.yaml' })
    const records = [...hostile, 'owned'].flatMap((namespace, i) => [
      tokenRequest({ id: `t${i}`, time: morning, namespace }),
      tokenRequest({ id: `f${i}`, time: morning, namespace, code: 500 }),
      apiCall({ id: `c${i}`, time: morning, namespace, account: namespace, code: 403 }),
      roleAssumed({ id: `r${i}`, time: morning, role: namespace }),
    ])
    const { text } = await running.send(linesOf(records))
    const { accepted } = JSON.parse(text)
    expect(accepted).toBeGreaterThan(60)
    const metrics = await running.metrics()
    const apps = new Set(metrics.select('identity_token_requests_total').map(({ labels }) => labels['app']))
    expect(apps).toContain('quote " quote')
    expect(apps).toContain('back\\slash\\')
    expect(apps).toContain('\\n is no line end')
    expect(apps).toContain('line end')
    expect(apps).toContain('a "b" \\ c d')
    expect(apps).toContain(`${'x'.repeat(199)}…`)
    const requests = metrics.sum('identity_token_requests_total')
    const calls = metrics.sum('identity_service_auth_total')
    expect(requests + calls).toBe(accepted)
  })

  it('leaves room under the cap for what is there whatever the records say', async () => {
    using workspace = new Workspace()
    const maxSeries = 1000
    await using running = await EmbeddedService.start(workspace, {
      limits: { maxSeries },
      definitions: [new URL('../../slo-definitions', import.meta.url).pathname],
    })
    await running.send(
      linesOf([
        tokenRequest({ id: 'a', time: morning }),
        roleAssumed({ id: 'b', time: morning }),
        managedIdentitySignIn({ id: 'c', time: morning }),
        { nothing: 'known' },
      ]),
    )
    const others = (await running.metrics()).series.filter(({ name }) =>
      name.startsWith('identity_slo_'),
    ).length
    expect(others).toBeGreaterThan(100)
    expect(maxSeries - running.pipeline.counters.maxSeries).toBeGreaterThanOrEqual(others)
    await running.reload()
    expect(maxSeries - running.pipeline.counters.maxSeries).toBeGreaterThanOrEqual(others)
  })

  it('stays under the cap with 100,000 applications, and says that it is there', async () => {
    using workspace = new Workspace()
    const maxSeries = 2000
    await using running = await EmbeddedService.start(workspace, {
      limits: { maxSeries },
      sources: { webhook: { maxBodyBytes: 128 * 1024 * 1024 } },
    })
    const apps = 100_000
    // Two records with marks in them: writing each anew would take longer than everything else here.
    const [asked, called] = [
      linesOf([tokenRequest({ id: 'MARK', time: morning, namespace: 'app-MARK' })]),
      linesOf([apiCall({ id: 'MARK', time: morning, namespace: 'app-MARK', code: 403 })]),
    ]
    for (let batch = 0; batch < 20; batch++) {
      const records = Array.from({ length: apps / 20 }, (_, i) =>
        (i % 2 === 0 ? asked : called).replaceAll('MARK', `${batch}-${i}`),
      )
      const { text } = await running.send(records.join(''))
      expect(JSON.parse(text)).toMatchObject({ accepted: apps / 20 })
    }
    const metrics = await running.metrics()
    expect(seriesOf(metrics)).toBeLessThanOrEqual(maxSeries)
    // Filled, not merely bounded: what is kept free for overflow is a tenth and a little.
    expect(seriesOf(metrics)).toBeGreaterThan(maxSeries * 0.7)
    const overflow = { app: 'overflow' }
    expect(
      metrics.sum('identity_token_requests_total', { ...overflow, provider: 'kubernetes' }),
    ).toBeGreaterThan(40_000)
    expect(metrics.sum('identity_token_requests_total')).toBe(apps / 2)
    expect(metrics.sum('identity_service_auth_total')).toBe(apps / 2)
    expect(metrics.sum('identity_slo_series_dropped_total')).toBeGreaterThan(90_000)
    // Objectives are not affected.
    expect(metrics.sum('identity_slo_events_total')).toBe(apps / 2)
  })
})
