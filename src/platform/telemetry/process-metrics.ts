/** What the process uses: CPU, memory, event loop and garbage collection, named by OpenTelemetry's conventions. */
import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Histogram, Meter, ObservableResult } from '@opentelemetry/api'
import { nameWithUnit } from './prometheus-name.ts'
import type { Instrument } from './telemetry.ts'

const cpu = { name: 'process.cpu.time', unit: 's', description: 'CPU time of all threads, user and system.' }
const rss = { name: 'process.memory.usage', unit: 'By', description: 'Memory that the process holds.' }
const uptime = { name: 'process.uptime', unit: 's', description: 'How long the process has run.' }
const heapUsed = { name: 'v8js.memory.heap.used', unit: 'By', description: 'Heap in use, garbage included.' }
const heapLimit = {
  name: 'v8js.memory.heap.limit',
  unit: 'By',
  description: 'Where the heap ends: beyond it the process dies.',
}
const gc: Instrument = {
  name: 'v8js.gc.duration',
  unit: 's',
  description: 'Pauses for garbage collection.',
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
}
const utilization = {
  name: 'nodejs.eventloop.utilization',
  unit: '1',
  description: 'Share of the time since the scrape before in which the event loop was busy.',
}

/** How often the delay of the loop is looked at, ms: what `monitorEventLoopDelay` gives contains it. */
const resolutionMs = 20

function delay(statistic: string, what: string): Instrument {
  const description = `How late the event loop was since the scrape before: ${what}.`
  return { name: `nodejs.eventloop.delay.${statistic}`, unit: 's', description }
}

function gauge(meter: Meter, { name, unit, description }: Instrument, read: () => number): void {
  meter
    .createObservableGauge(nameWithUnit(name, unit), { description })
    .addCallback((result: ObservableResult) => result.observe(read()))
}

function observeMemory(meter: Meter): void {
  gauge(meter, rss, () => process.memoryUsage.rss())
  gauge(meter, uptime, () => process.uptime())
  gauge(meter, heapUsed, () => getHeapStatistics().used_heap_size)
  gauge(meter, heapLimit, () => getHeapStatistics().heap_size_limit)
}

function observeCpu(meter: Meter): void {
  meter
    .createObservableCounter(nameWithUnit(cpu.name, cpu.unit), { description: cpu.description })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage()
      result.observe(user / 1e6, { 'cpu.mode': 'user' })
      result.observe(system / 1e6, { 'cpu.mode': 'system' })
    })
}

/** Gives what stops it. */
function observeEventLoop(meter: Meter): () => void {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  const instruments = [
    [delay('p50', 'median'), () => histogram.percentile(50)],
    [delay('p99', '99th percentile'), () => histogram.percentile(99)],
    [delay('max', 'longest'), () => histogram.max],
  ] as const
  const gauges = instruments.map(([{ name, unit, description }, read]) => ({
    gauge: meter.createObservableGauge(nameWithUnit(name, unit), { description }),
    read,
  }))
  const readAll = (result: { observe: (gauge: (typeof gauges)[number]['gauge'], value: number) => void }) => {
    for (const each of gauges)
      result.observe(each.gauge, Math.max(0, each.read() / 1e9 - resolutionMs / 1000))
    histogram.reset()
  }
  meter.addBatchObservableCallback(
    readAll,
    gauges.map((each) => each.gauge),
  )
  let before = performance.eventLoopUtilization()
  gauge(meter, utilization, () => {
    const now = performance.eventLoopUtilization()
    const share = performance.eventLoopUtilization(now, before).utilization
    before = now
    return Number.isFinite(share) ? share : 0
  })
  return () => void histogram.disable()
}

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

function gcKind(entry: object): string {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? Number(detail.kind) : 0
  return gcKinds[kind] ?? 'other'
}

function observeGarbageCollection(pauses: Histogram): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      pauses.record(entry.duration / 1000, { 'v8js.gc.type': gcKind(entry) })
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}

/** Starts measuring; gives what stops it. */
export function observeProcess(meter: Meter): () => void {
  observeMemory(meter)
  observeCpu(meter)
  const pauses = meter.createHistogram(nameWithUnit(gc.name, gc.unit), {
    description: gc.description,
    advice: { explicitBucketBoundaries: [...(gc.buckets ?? [])] },
  })
  const stops = [observeEventLoop(meter), observeGarbageCollection(pauses)]
  return () => {
    for (const stop of stops) stop()
  }
}
