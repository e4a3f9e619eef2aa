/** The three client metrics in Prometheus' text format, as points of series: what a target shows is cumulative, without a start. */
import { Attributes, isKnownName } from './attributes.ts'
import { digestOf } from './digest.ts'
import { type MetricName, metricNamed, nsPerMs, type Point, type PointValue } from './point.ts'
import { type Resource, resourceOf } from './resource.ts'

interface Sample {
  readonly name: string
  readonly labels: readonly (readonly [string, string])[]
  readonly value: number
}

export interface ScrapedTarget {
  /** Tells targets apart. */
  readonly instance: string
  /** The service that it is, where the configuration says so. */
  readonly service: string
}

export interface Scraped {
  readonly points: readonly Point[]
  /** Lines of ours that cannot be read. */
  readonly malformed: number
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?(?:\s+#.*)?$/
const label = /([a-zA-Z_][\w]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)\s*/y

function labelsOf(text: string): Sample['labels'] | undefined {
  const labels: [string, string][] = []
  label.lastIndex = 0
  while (label.lastIndex < text.length) {
    const found = label.exec(text)
    if (found === null) return undefined
    const [, name = '', value = ''] = found
    labels.push([name, value.replaceAll(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one))])
  }
  return labels
}

/** Undefined for a line that makes no sense. */
function sampleOf(text: string): Sample | undefined {
  const found = line.exec(text)
  if (found === null) return undefined
  const [, name = '', inner = '', value = ''] = found
  const labels = labelsOf(inner.trim())
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)
  return labels === undefined || Number.isNaN(number) ? undefined : { name, labels, value: number }
}

/** Whether the line may be one of ours: all others are passed over unread. */
function isOurs(text: string): boolean {
  return text.startsWith('token_request') || text.startsWith('token_latency')
}

/** Cumulative counts by upper bound. */
type Buckets = Map<number, bigint>

interface Histogram {
  readonly labels: Sample['labels']
  readonly buckets: Buckets
}

function attributesOf(labels: Sample['labels']): Attributes {
  const attributes = new Attributes()
  for (const [name, value] of labels) if (isKnownName(name)) attributes.add(name, value)
  return attributes
}

function keyOf(labels: Sample['labels']): string {
  return digestOf(labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`))
}

/** Counts of the buckets themselves: those of the text include all below. */
function bucketed(buckets: Buckets): PointValue | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b)
  const bounds = sorted.map(([bound]) => bound).filter(Number.isFinite)
  if (bounds.length !== sorted.length - 1) return undefined
  const counts = sorted.map(([, count], i) => count - (sorted[i - 1]?.[1] ?? 0n))
  return counts.some((count) => count < 0n) ? undefined : { bounds, counts }
}

/** What the target shows at `time`, epoch ms. */
export function readPrometheus(text: string, target: ScrapedTarget, time: number): Scraped {
  const resource: Resource = resourceOf(new Attributes(), target.instance)
  const named = { ...resource.identity, id: target.service, service: target.service }
  const own: Resource = {
    ...resource,
    identity: named,
    workload: { kind: 'service', name: target.service },
  }
  const timeNs = BigInt(Math.floor(time)) * nsPerMs
  const points: Point[] = []
  const histograms = new Map<string, Histogram>()
  let malformed = 0
  const add = (metric: MetricName, labels: Sample['labels'], value: PointValue): void => {
    const series = digestOf([target.instance, metric, keyOf(labels)])
    points.push({
      metric,
      resource: own,
      attributes: attributesOf(labels),
      series,
      isCumulative: true,
      startNs: 0n,
      timeNs,
      value,
    })
  }
  for (const row of text.split('\n')) {
    if (!isOurs(row)) continue
    const sample = sampleOf(row)
    if (sample === undefined || sample.value < 0) malformed++
    else if (!readSample(sample, histograms, add)) malformed++
  }
  for (const { labels, buckets } of histograms.values()) {
    const value = bucketed(buckets)
    if (value === undefined) malformed++
    else add('latency', labels, value)
  }
  return { points, malformed }
}

/** False for a value that cannot be. */
function readSample(
  { name, labels, value }: Sample,
  histograms: Map<string, Histogram>,
  add: (metric: MetricName, labels: Sample['labels'], value: PointValue) => void,
): boolean {
  if (name.endsWith('_bucket') && metricNamed(name.slice(0, -'_bucket'.length)) === 'latency')
    return readBucket(labels, value, histograms)
  const metric = metricNamed(name)
  // Sums and counts of the histogram, `_created`, and whatever else begins alike.
  if (metric === undefined || metric === 'latency') return true
  if (!Number.isFinite(value)) return false
  add(metric, labels, BigInt(Math.floor(value)))
  return true
}

function readBucket(labels: Sample['labels'], value: number, histograms: Map<string, Histogram>): boolean {
  const bound = labels.find(([name]) => name === 'le')?.[1]
  const upper = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound)
  if (bound === undefined || Number.isNaN(upper) || !Number.isFinite(value)) return false
  const others = labels.filter(([name]) => name !== 'le')
  const key = keyOf(others)
  const known = histograms.get(key) ?? { labels: others, buckets: new Map() }
  known.buckets.set(upper, BigInt(Math.floor(value)))
  histograms.set(key, known)
  return true
}
