import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../../src/platform/logger.ts'
import {
  type OpenTelemetryOptions,
  startOpenTelemetry,
} from '../../../src/platform/telemetry/open-telemetry.ts'
import type { RunningTelemetry, Telemetry } from '../../../src/platform/telemetry/telemetry.ts'
import { type Exposition, parseExposition } from '../../support/exposition.ts'
import { OtlpReceiver } from '../../support/otlp-receiver.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

class Running implements AsyncDisposable {
  readonly #running: RunningTelemetry

  private constructor(running: RunningTelemetry) {
    this.#running = running
  }

  static async start(options: Partial<OpenTelemetryOptions> = {}): Promise<Running> {
    return new Running(
      await startOpenTelemetry({
        serviceName: 'acme-watcher',
        serviceVersion: '1.2.3',
        prometheus: { host: '127.0.0.1', port: 0 },
        otlp: undefined,
        stageDuration: {
          name: 'acme.stage.duration',
          unit: 's',
          description: 'Duration.',
          buckets: [0.1, 1],
        },
        stageLabels: { stage: 'stage', error: 'error.type' },
        log: quiet,
        ...options,
      }),
    )
  }

  get telemetry(): Telemetry {
    return this.#running.telemetry
  }

  get address(): string | undefined {
    return this.#running.address
  }

  async scrape(): Promise<Exposition> {
    const response = await fetch(`${this.address}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return parseExposition(await response.text())
  }

  stages(exposition: Exposition): Readonly<Record<string, number>> {
    const counts = exposition.select('acme_stage_duration_seconds_count')
    return Object.fromEntries(counts.map(({ labels, value }) => [Object.values(labels).join(' '), value]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.stop()
  }
}

describe('self metrics', () => {
  it('are a Prometheus text that a strict reader takes, with units and _total in the names', async () => {
    await using running = await Running.start()
    running.telemetry
      .counter({ name: 'acme.input', unit: 'By', description: 'Bytes.' })
      .add(7, { source: 'files' })
    running.telemetry
      .counter({ name: 'acme.batches', unit: '{batch}', description: 'Batches.' })
      .add(2, { source: 'x' })
    const exposition = await running.scrape()
    expect(exposition.select('acme_input_bytes_total')).toEqual([
      { name: 'acme_input_bytes_total', labels: { source: 'files' }, value: 7 },
    ])
    expect(exposition.sum('acme_batches_total')).toBe(2)
    expect(exposition.select('target_info')[0]?.labels).toMatchObject({
      service_name: 'acme-watcher',
      service_version: '1.2.3',
    })
  })

  it('say what the process uses', async () => {
    await using running = await Running.start()
    const exposition = await running.scrape()
    for (const name of [
      'process_memory_usage_bytes',
      'process_uptime_seconds',
      'v8js_memory_heap_used_bytes',
      'v8js_memory_heap_limit_bytes',
    ])
      expect(exposition.sum(name), name).toBeGreaterThan(0)
    expect(exposition.select('process_cpu_time_seconds_total').map(({ labels }) => labels)).toEqual([
      { cpu_mode: 'user' },
      { cpu_mode: 'system' },
    ])
    for (const name of ['delay_p50_seconds', 'delay_p99_seconds', 'delay_max_seconds', 'utilization_ratio']) {
      const [series] = exposition.select(`nodejs_eventloop_${name}`)
      expect(series?.value, name).toBeGreaterThanOrEqual(0)
      expect(series?.value, name).toBeLessThan(30)
    }
  })

  it('ask a gauge once for each scrape', async () => {
    await using running = await Running.start()
    let asked = 0
    running.telemetry.gauge({ name: 'acme.depth', unit: '{item}', description: 'Depth.' }, () => [
      { value: ++asked, attributes: { queue: 'a' } },
      { value: 10 + asked, attributes: { queue: 'b' } },
    ])
    expect((await running.scrape()).select('acme_depth').map(({ value }) => value)).toEqual([1, 11])
    expect((await running.scrape()).select('acme_depth').map(({ value }) => value)).toEqual([2, 12])
  })

  it('are the only thing on their port', async () => {
    await using running = await Running.start()
    for (const [path, method] of [
      ['/', 'GET'],
      ['/metrics', 'POST'],
      ['/metrics/x', 'GET'],
    ] as const) {
      const response = await fetch(`${running.address}${path}`, { method })
      expect(response.status, `${method} ${path}`).toBe(404)
      expect(await response.text()).toBe('only GET /metrics is served here\n')
    }
  })

  it('close their port when stopped, and can be started again in the same process', async () => {
    const first = await Running.start()
    first.telemetry.counter({ name: 'acme.once', unit: '{x}', description: 'x' }).add(1)
    await first[Symbol.asyncDispose]()
    await expect(fetch(`${first.address}/metrics`)).rejects.toThrow()
    await using second = await Running.start()
    second.telemetry.span('decode', {}, () => undefined)
    const exposition = await second.scrape()
    expect(exposition.select('acme_once_total')).toEqual([])
    expect(second.stages(exposition)).toEqual({ decode: 1 })
  })

  it('do without a port that is taken, and say which setting mends it', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    const bound = other.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    const said: string[] = []
    const log = { ...quiet, error: (_facts: object, message: string) => void said.push(message) }
    await using running = await Running.start({ prometheus: { host: '127.0.0.1', port }, log })
    expect(running.address).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('set telemetry.prometheus.port')])
    expect(running.telemetry.span('decode', {}, () => 3)).toBe(3)
    other.close()
  })
})

describe('stages', () => {
  it('pass on what the work gives or throws, and count failures by their type', async () => {
    await using running = await Running.start()
    const { telemetry } = running
    const full = Object.assign(new Error('no room'), { code: 'ENOSPC' })
    expect(telemetry.span('decode', {}, () => 'given')).toBe('given')
    expect(await telemetry.asyncSpan('render', {}, async () => 'later')).toBe('later')
    expect(() =>
      telemetry.span('commit', {}, () => {
        throw full
      }),
    ).toThrow(full)
    await expect(
      telemetry.asyncSpan('render', {}, async () => {
        throw new TypeError('x')
      }),
    ).rejects.toThrow(TypeError)
    telemetry.record('judge', {}, 0.5)
    const exposition = await running.scrape()
    expect(running.stages(exposition)).toEqual({
      decode: 1,
      render: 1,
      'commit ENOSPC': 1,
      'render TypeError': 1,
      judge: 1,
    })
    expect(exposition.sum('acme_stage_duration_seconds_sum', { stage: 'judge' })).toBe(0.5)
  })
})

describe('traces', () => {
  /** What the receiver has after everything was sent. */
  async function traced(work: (telemetry: Telemetry) => unknown, headers = {}): Promise<OtlpReceiver> {
    const receiver = await OtlpReceiver.start()
    const running = await Running.start({ otlp: { endpoint: `${receiver.url}/`, headers } })
    await work(running.telemetry)
    await running[Symbol.asyncDispose]()
    return receiver
  }

  it('go to the receiver as protobuf over HTTP, with the headers that were configured', async () => {
    await using receiver = await traced(
      (telemetry) => telemetry.span('commit', { source: 'files', bytes: 12, last: true }, () => undefined),
      { authorization: 'Bearer example' },
    )
    expect(receiver.requests).toEqual([
      expect.objectContaining({
        path: '/v1/traces',
        headers: expect.objectContaining({
          'content-type': 'application/x-protobuf',
          authorization: 'Bearer example',
        }),
        resource: expect.objectContaining({ 'service.name': 'acme-watcher', 'service.version': '1.2.3' }),
      }),
    ])
    expect(receiver.spans).toEqual([
      expect.objectContaining({
        name: 'commit',
        parentId: '',
        status: 0,
        attributes: { source: 'files', bytes: 12, last: true },
      }),
    ])
  })

  it('hold the stages of a batch below the batch, across awaits', async () => {
    await using receiver = await traced((telemetry) =>
      telemetry.asyncSpan('batch', {}, async () => {
        telemetry.span('fetch', {}, () => undefined)
        await Promise.resolve()
        telemetry.record('judge', {}, 0.25)
        await telemetry.asyncSpan('commit', {}, async () => telemetry.span('decode', {}, () => undefined))
      }),
    )
    const byName = new Map(receiver.spans.map((span) => [span.name, span]))
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1)
    const batch = byName.get('batch')
    for (const name of ['fetch', 'judge', 'commit'])
      expect(byName.get(name)?.parentId, name).toBe(batch?.spanId)
    expect(byName.get('decode')?.parentId).toBe(byName.get('commit')?.spanId)
    expect(byName.get('judge')?.seconds).toBeCloseTo(0.25, 3)
  })

  it('begin anew for work that outlives what it was started by', async () => {
    await using receiver = await traced(async (telemetry) => {
      let later: Promise<unknown> = Promise.resolve()
      await telemetry.asyncSpan('start', {}, async () => {
        later = new Promise((resolve) => {
          setImmediate(() => setImmediate(() => resolve(telemetry.span('batch', {}, () => undefined))))
        })
      })
      await later
    })
    expect(receiver.spans.map(({ name, parentId }) => [name, parentId])).toEqual([
      ['start', ''],
      ['batch', ''],
    ])
  })

  it('are whole and at most ten a second; failures come in addition, and metrics count all', async () => {
    const receiver = await OtlpReceiver.start()
    await using _ = receiver
    const running = await Running.start({ otlp: { endpoint: receiver.url, headers: {} } })
    const { telemetry } = running
    const startedAt = Date.now()
    for (let i = 0; i < 200; i++)
      telemetry.span('batch', {}, () => telemetry.span('decode', {}, () => telemetry.record('judge', {}, 0)))
    await telemetry.asyncSpan('batch', {}, () =>
      telemetry.asyncSpan('commit', {}, async () => telemetry.span('decode', {}, () => undefined)),
    )
    const seconds = Math.ceil((Date.now() - startedAt) / 1000) + 1
    const failing = (): void => {
      telemetry.span('commit', { attempt: 1 }, () => {
        throw new RangeError('x')
      })
    }
    expect(() => telemetry.span('batch', {}, failing)).toThrow(RangeError)
    const exposition = await running.scrape()
    await running[Symbol.asyncDispose]()
    expect(running.stages(exposition)).toMatchObject({ batch: 201, decode: 201, judge: 200, commit: 1 })
    const good = receiver.spans.filter(({ status }) => status !== 2)
    const batches = good.filter(({ name }) => name === 'batch')
    expect(batches.length).toBeGreaterThanOrEqual(10)
    expect(batches.length).toBeLessThanOrEqual(10 * seconds)
    const known = new Set(good.map(({ spanId }) => spanId))
    for (const { name, parentId } of good)
      expect(name === 'batch' ? parentId === '' : known.has(parentId)).toBe(true)
    expect(good.filter(({ name }) => name === 'decode').length).toBe(batches.length)
    const failed = receiver.spans.filter(({ status }) => status === 2)
    expect(failed.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['commit', { attempt: 1, 'error.type': 'RangeError' }],
      ['batch', { 'error.type': 'RangeError' }],
    ])
  })

  it('are not made without a receiver, and one that is gone is said and holds nothing up', async () => {
    const said: string[] = []
    const note = (_facts: object, message: string): void => void said.push(message)
    const receiver = await OtlpReceiver.start()
    await receiver[Symbol.asyncDispose]()
    const running = await Running.start({
      otlp: { endpoint: receiver.url, headers: {} },
      log: { info: () => undefined, warn: note, error: note },
    })
    expect(running.telemetry.span('decode', {}, () => 1)).toBe(1)
    await running[Symbol.asyncDispose]()
    expect(new Set(said)).toEqual(new Set(['the last telemetry was not sent']))
  })
})
