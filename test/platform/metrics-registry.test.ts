import { describe, expect, it } from 'vitest'
import { since } from '../../src/outputs/metric-family.ts'
import { createMetricsRegistry, type FamilySamples } from '../../src/platform/metrics-registry.ts'
import { parseExposition } from '../support/exposition.ts'

const { counter, gauge, histogram } = since('0.1.0')
const events = counter('test_events_total', ['app'], 'Events \\ of\nall sorts.')
const level = gauge('test_level', ['app'], 'Levels.')
const alone = gauge('test_alone', [], 'Without labels.')
const duration = { ...histogram('test_duration_seconds', ['app'], 'Durations.'), buckets: [0.1, 1] }
const families = [events, level, alone, duration]

function registryOf(...collected: readonly (readonly FamilySamples[])[]): {
  render: () => Promise<string>
} {
  const rounds = [...collected]
  return createMetricsRegistry(families, () => rounds.shift() ?? [])
}

describe('the metrics registry', () => {
  it('renders what it is given, each scrape anew', async () => {
    const registry = registryOf(
      [
        { family: events, samples: [{ labels: { app: 'a' }, value: 3 }] },
        { family: level, samples: [{ labels: { app: 'a' }, value: -1.5 }] },
        { family: duration, samples: [{ labels: { app: 'a' }, value: 4.5, buckets: [1, 2, 3] }] },
      ],
      [{ family: events, samples: [{ labels: { app: 'b' }, value: 1e21 }] }],
    )
    const first = parseExposition(await registry.render())
    expect(first.families.get('test_events_total')?.help).toBe('Events \\ of\nall sorts.')
    expect(first.sum('test_events_total', { app: 'a' })).toBe(3)
    expect(first.sum('test_level', { app: 'a' })).toBe(-1.5)
    expect(
      first.select('test_duration_seconds_bucket').map(({ labels, value }) => [labels['le'], value]),
    ).toEqual([
      ['0.1', 1],
      ['1', 3],
      ['+Inf', 6],
    ])
    expect([first.sum('test_duration_seconds_sum'), first.sum('test_duration_seconds_count')]).toEqual([
      4.5, 6,
    ])
    const second = parseExposition(await registry.render())
    expect(second.select('test_events_total')).toEqual([
      { name: 'test_events_total', labels: { app: 'b' }, value: 1e21 },
    ])
    expect([...second.select('test_level'), ...second.select('test_duration_seconds_count')]).toEqual([])
  })

  it('leaves out what is no number rather than spelling it', async () => {
    const samples = [Number.NaN, Number.POSITIVE_INFINITY].map((value, i) => ({
      labels: { app: `${i}` },
      value,
    }))
    const registry = registryOf([{ family: level, samples }])
    expect(parseExposition(await registry.render()).select('test_level')).toEqual([])
  })

  it('escapes what stands in labels', async () => {
    const app = 'a "b" \\ c\\n'
    const registry = registryOf([
      { family: events, samples: [{ labels: { app }, value: 1 }] },
      { family: duration, samples: [{ labels: { app }, value: 0, buckets: [1, 0, 0] }] },
    ])
    const exposition = parseExposition(await registry.render())
    expect(exposition.sum('test_events_total', { app })).toBe(1)
    expect(exposition.sum('test_duration_seconds_count', { app })).toBe(1)
  })

  it('renders once for scrapes that come at the same time', async () => {
    let collections = 0
    const registry = createMetricsRegistry(families, () => {
      collections++
      return [{ family: alone, samples: [{ labels: {}, value: collections }] }]
    })
    const texts = await Promise.all([registry.render(), registry.render(), registry.render()])
    expect(new Set(texts).size).toBe(1)
    expect(collections).toBe(1)
    expect(parseExposition(await registry.render()).sum('test_alone')).toBe(2)
  })

  it('can be made twice in one process: nothing goes to a registry that is shared', async () => {
    const [one, two] = [registryOf(), registryOf()]
    expect(await one.render()).toBe(await two.render())
  })

  it('recovers from a collection that failed', async () => {
    let isBroken = true
    const registry = createMetricsRegistry(families, () => {
      if (isBroken) throw new Error('broken')
      return []
    })
    await expect(registry.render()).rejects.toThrow('broken')
    isBroken = false
    expect(await registry.render()).toContain('test_events_total')
  })
})
