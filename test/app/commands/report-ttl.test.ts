import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { Workspace } from '../../support/workspace.ts'

function scenario(ttl: string): string {
  return `title: one workload
length: 6h
workloads:
  - name: worker
    platform: kubernetes
    instances: 4
    errors: 0
    tokens: { ttl: ${ttl} }
    calls: { service: database, perMinute: 20 }
delivery: { duplicates: 0.05 }
`
}

async function logsOf(workspace: Workspace, ttl: string): Promise<{ logs: string; requests: number }> {
  const file = workspace.write(`${ttl}.yaml`, scenario(ttl))
  const folder = workspace.at(ttl)
  expect((await captured(['simulate', file, '-o', folder])).code).toBe(0)
  const truth = JSON.parse(readFileSync(`${folder}/truth.json`, 'utf8'))
  return { logs: `${folder}/logs`, requests: truth.indicators[0].good }
}

describe('report ttl', () => {
  it('foretells from logs of hourly tokens how many requests tokens of 10 minutes really take', async () => {
    using workspace = new Workspace()
    const hourly = await logsOf(workspace, '1h')
    const short = await logsOf(workspace, '10m')
    const { out, code } = await captured(['report', 'ttl', hourly.logs, '--ttl', '10m', '1h', '-o', 'json'])
    expect(code).toBe(0)
    const { lifetimes, observed, holders } = JSON.parse(out)
    expect(observed).toMatchObject({ requests: hourly.requests, medianTtlSeconds: 3600, platformFailures: 0 })
    expect(holders).toBe(4)
    expect(lifetimes[0].requests / short.requests).toBeGreaterThan(0.95)
    expect(lifetimes[0].requests / short.requests).toBeLessThan(1.05)
    expect(lifetimes[1].requests).toBe(hourly.requests)
  })

  it('prints a table, or a lifetime a line', async () => {
    using workspace = new Workspace()
    const { logs } = await logsOf(workspace, '1h')
    const { out } = await captured(['report', 'ttl', logs, '--price-per-million', '2'])
    expect(out).toMatch(/^lifetime +requests +per hour/m)
    expect(out).toMatch(/^ +15m /m)
    const lines = (await captured(['report', 'ttl', logs, '-o', 'ndjson'])).out.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).ttlSeconds)).toEqual([300, 900, 3600, 28_800, 86_400])
  })

  it.each([
    ['a lifetime that is none', ['--ttl', 'long'], '15m 1h 8h'],
    ['a share beyond all', ['--refresh-at', '120'], 'from 1 to 100'],
    ['a price that is none', ['--price-per-million', 'x'], 'a number from 0'],
  ])('says what is wrong with %s', async (_what, args, message) => {
    const { code, err } = await captured(['report', 'ttl', 'logs', ...args])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('has help of its own', async () => {
    const { out, code } = await captured(['report', 'ttl', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('Example: identity-slo report ttl')
  })
})
