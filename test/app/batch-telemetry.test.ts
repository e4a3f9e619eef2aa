import { describe, expect, it } from 'vitest'
import { BatchTelemetry } from '../../src/app/batch-telemetry.ts'
import type { Attributes, Reading, Stage, Telemetry } from '../../src/platform/telemetry/telemetry.ts'

/** Keeps what it is told; time passes only where a test says so. */
class Scene implements Telemetry {
  now = 0
  readonly told: (readonly [stage: Stage, seconds: number, attributes: Attributes])[] = []
  readonly counts: Record<string, number> = {}
  readonly gauges = new Map<string, () => readonly Reading[]>()
  readonly batches = new BatchTelemetry(this, () => this.now)

  pass(ms: number): void {
    this.now += ms
  }

  span<T>(stage: Stage, attributes: Attributes, work: () => T, secondsBefore = 0): T {
    const startedAt = this.now - secondsBefore * 1000
    try {
      return work()
    } finally {
      this.told.push([stage, (this.now - startedAt) / 1000, attributes])
    }
  }

  async asyncSpan<T>(stage: Stage, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    const result = await work()
    this.told.push([stage, 0, attributes])
    return result
  }

  record(stage: Stage, attributes: Attributes, seconds: number): void {
    this.told.push([stage, seconds, attributes])
  }

  counter({ name }: { readonly name: string }): { add: (value: number, attributes?: Attributes) => void } {
    return {
      add: (value, attributes = {}) => {
        const key = [name.replace('identity_slo.pipeline.', ''), ...Object.values(attributes)].join(' ')
        this.counts[key] = (this.counts[key] ?? 0) + value
      },
    }
  }

  gauge({ name }: { readonly name: string }, read: () => readonly Reading[]): void {
    this.gauges.set(name, read)
  }

  /** Bytes of which a part of the time is spent on judging records. */
  decode(source: string, bytes: number, decodingMs: number, judgingMs: number): void {
    this.batches.decode(source, bytes, () => {
      this.pass(decodingMs)
      this.batches.judging.begin()
      this.pass(judgingMs)
      this.batches.judging.end()
    })
  }
}

describe('a batch', () => {
  it('is everything up to the commit, told at once, with decoding and judging apart', () => {
    const scene = new Scene()
    scene.batches.fetch(() => scene.pass(5))
    scene.decode('files', 100, 30, 10)
    scene.pass(1000)
    scene.decode('webhook', 50, 20, 20)
    scene.batches.fetched(0.1)
    expect(scene.told).toEqual([])
    const written = scene.batches.commit(() => {
      scene.pass(15)
      return { chunks: 4, bytes: 400 }
    })
    expect(written).toEqual({ chunks: 4, bytes: 400 })
    expect(scene.told).toEqual([
      ['fetch', 0.105, {}],
      ['decode', 0.05, {}],
      ['judge', 0.03, {}],
      ['commit', 0.015, {}],
      ['batch', 1.1, { files: 100, webhook: 50 }],
    ])
    expect(scene.counts).toEqual({
      batches: 1,
      'decoder.input files': 100,
      'decoder.input webhook': 50,
      'commit.rows': 4,
      'commit.written': 400,
    })
  })

  it('begins anew after a commit, also after one that failed', () => {
    const scene = new Scene()
    const full = new Error('full')
    const failing = (): never => {
      throw full
    }
    scene.decode('files', 100, 30, 0)
    expect(() => scene.batches.commit(failing)).toThrow(full)
    scene.told.length = 0
    scene.decode('files', 10, 1, 1)
    scene.batches.flush()
    expect(scene.told.map(([stage, seconds]) => [stage, seconds])).toEqual([
      ['decode', 0.001],
      ['judge', 0.001],
      ['batch', 0.002],
    ])
    expect(scene.counts).toMatchObject({ batches: 2, 'decoder.input files': 110, 'commit.rows': 0 })
  })

  it('that took in nothing is no batch, only a commit', () => {
    const scene = new Scene()
    scene.batches.flush()
    scene.batches.commit(() => ({ chunks: 1, bytes: 1 }))
    expect(scene.told.map(([stage]) => stage)).toEqual(['commit'])
    expect(scene.counts['batches']).toBe(0)
  })

  it('has only the judging of its own bytes', () => {
    const scene = new Scene()
    scene.batches.judging.begin()
    scene.pass(100)
    scene.batches.judging.end()
    scene.decode('files', 1, 30, 10)
    scene.batches.flush()
    expect(scene.told.map(([stage, seconds]) => [stage, seconds])).toEqual([
      ['decode', 0.03],
      ['judge', 0.01],
      ['batch', 0.04],
    ])
  })

  it('never has less than no decoding, however judging was estimated', () => {
    const scene = new Scene()
    scene.batches.decode('files', 1, () => {
      scene.batches.judging.begin()
      scene.pass(10)
      scene.batches.judging.end()
      for (let i = 0; i < 5; i++) {
        scene.batches.judging.begin()
        scene.batches.judging.end()
      }
    })
    scene.batches.flush()
    expect(scene.told.map(([stage, seconds]) => [stage, seconds])).toEqual([
      ['judge', 0.01],
      ['batch', 0.01],
    ])
  })
})

it('queues are read when asked for', () => {
  const scene = new Scene()
  let depth = 1
  scene.batches.watchQueues(() => ({ webhook: depth, kafka: 0 }))
  depth = 7
  expect([...scene.gauges].map(([name, read]) => [name, read()])).toEqual([
    [
      'identity_slo.pipeline.queue.depth',
      [
        { value: 7, attributes: { queue: 'webhook' } },
        { value: 0, attributes: { queue: 'kafka' } },
      ],
    ],
  ])
})

it('renderings are told with what was rendered', async () => {
  const scene = new Scene()
  expect(await scene.batches.render('metrics', async () => 'text')).toBe('text')
  expect(scene.told).toEqual([['render', 0, { what: 'metrics' }]])
})
