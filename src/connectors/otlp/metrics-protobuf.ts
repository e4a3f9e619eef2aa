/** Metrics in protobuf: points of the three that we count are read, those of all others are only numbered. */

import { Attributes, readAttribute } from './attributes.ts'
import { digestOf } from './digest.ts'
import { type KnownResources, readGroups } from './groups-protobuf.ts'
import { type MetricName, metricNamed, type Point, type PointValue } from './point.ts'
import { latin1Of, Malformed, type ProtobufCursor } from './protobuf.ts'
import type { Resource } from './resource.ts'
import { unreadable } from './spans.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'

/** The fields of Metric that hold points, by tag: gauge, sum, histogram, exponential histogram, summary. */
const gauge = 42
const sum = 58
const histogram = 74
const exponential = 82
const summary = 90

const cumulative = 2
const noRecordedValue = 1

interface MetricHead {
  readonly metric: MetricName | undefined
  readonly resource: Resource
  readonly scope: string
}

/** Throws Malformed where the request is no ExportMetricsServiceRequest. */
export function readMetrics(bytes: Uint8Array, resources: KnownResources, into: TelemetryBatch): void {
  readGroups(bytes, resources, {
    read: (cursor, end, resource, scope) => readMetric(cursor, end, resource, scope, into),
  })
}

function readMetric(
  cursor: ProtobufCursor,
  end: number,
  resource: Resource,
  scope: string,
  into: TelemetryBatch,
): void {
  const start = cursor.at
  let name = ''
  while (cursor.next(end)) {
    if (cursor.tag === 10) name = cursor.text(end)
    else cursor.skip(end)
  }
  const head = { metric: metricNamed(name), resource, scope }
  cursor.at = start
  while (cursor.next(end)) {
    const { tag } = cursor
    if (tag !== gauge && tag !== sum && tag !== histogram && tag !== exponential && tag !== summary) {
      cursor.skip(end)
      continue
    }
    const stop = cursor.length(end)
    readData(cursor, stop, tag, head, into)
    cursor.at = stop
  }
}

/** A counter is a monotonic sum, latencies are a histogram of either form: in any other they are not what we know. */
function isExpected(metric: MetricName | undefined, tag: number): boolean {
  if (metric === undefined) return false
  return metric === 'latency' ? tag === histogram || tag === exponential : tag === sum
}

function readData(
  cursor: ProtobufCursor,
  end: number,
  tag: number,
  head: MetricHead,
  into: TelemetryBatch,
): void {
  const start = cursor.at
  let temporality = 0
  let isMonotonic = tag !== sum
  let points = 0
  while (cursor.next(end)) {
    if (cursor.tag === 10) points++
    if (cursor.tag === 16) temporality = cursor.word(end)
    else if (cursor.tag === 24) isMonotonic = cursor.word(end) !== 0
    else cursor.skip(end)
  }
  const { metric } = head
  if (metric === undefined || !isExpected(metric, tag) || !isMonotonic || temporality === 0) {
    into.irrelevant += points
    return
  }
  cursor.at = start
  const read = { ...head, metric, tag, isCumulative: temporality === cumulative }
  while (cursor.next(end)) {
    if (cursor.tag !== 10) {
      cursor.skip(end)
      continue
    }
    const stop = cursor.length(end)
    try {
      into.add(readPoint(cursor, stop, read))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      into.add(unreadable('data point', error.message))
    }
    cursor.at = stop
  }
}

interface PointHead extends MetricHead {
  readonly metric: MetricName
  readonly tag: number
  readonly isCumulative: boolean
}

/** Numbers of the fields that the kinds of points have at different places. */
const layouts = {
  [sum]: { attributes: 58, flags: 64 },
  [histogram]: { attributes: 74, flags: 80 },
  [exponential]: { attributes: 10, flags: 80 },
} as const

class PointFields {
  startNs = 0n
  timeNs = 0n
  flags = 0
  number = 0n
  readonly bounds: number[] = []
  readonly counts: bigint[] = []
  scale = 0
  zero = 0n
  from = 0
}

/** Undefined for a point that says that there is no value. */
function readPoint(cursor: ProtobufCursor, end: number, head: PointHead): Point | undefined {
  const { metric, resource, scope, tag, isCumulative } = head
  const layout = layouts[tag as keyof typeof layouts]
  const attributes = new Attributes()
  const parts: string[] = []
  const fields = new PointFields()
  while (cursor.next(end)) {
    if (cursor.tag === layout.attributes) {
      const stop = cursor.length(end)
      parts.push(latin1Of(cursor.bytes, cursor.at, stop))
      readAttribute(cursor, stop, attributes)
      cursor.at = stop
    } else if (cursor.tag === layout.flags) fields.flags = cursor.word(end)
    else if (cursor.tag === 17) fields.startNs = fixed(cursor, end)
    else if (cursor.tag === 25) fields.timeNs = fixed(cursor, end)
    else if (tag === sum) readNumber(cursor, end, fields)
    else if (tag === histogram) readBuckets(cursor, end, fields)
    else readExponential(cursor, end, fields)
  }
  if ((fields.flags & noRecordedValue) !== 0) return undefined
  if (fields.timeNs === 0n) throw new Malformed('time_unix_nano is missing')
  const { startNs, timeNs } = fields
  const series = digestOf([resource.instance, scope, metric, digestOf(parts)])
  return {
    metric,
    resource,
    attributes,
    series,
    isCumulative,
    startNs,
    timeNs,
    value: pointValue(tag, fields),
  }
}

function pointValue(tag: number, { number, bounds, counts, scale, zero, from }: PointFields): PointValue {
  if (tag === sum) return number
  if (tag === exponential) return { scale, zero, from, counts }
  // A histogram without bounds has only a sum and a count.
  if (counts.length !== 0 && counts.length !== bounds.length + 1)
    throw new Malformed('bucket_counts must be one more than explicit_bounds')
  return { bounds, counts }
}

function fixed(cursor: ProtobufCursor, end: number): bigint {
  cursor.fixed64(end)
  return (BigInt(cursor.high) << 32n) | BigInt(cursor.low)
}

function varintBig(cursor: ProtobufCursor, end: number): bigint {
  cursor.varint(end)
  return (BigInt(cursor.high) << 32n) | BigInt(cursor.low)
}

function zigzag(word: number): number {
  return (word >>> 1) ^ -(word & 1)
}

function readNumber(cursor: ProtobufCursor, end: number, fields: PointFields): void {
  if (cursor.tag === 33) fields.number = wholeOf(cursor.double(end))
  else if (cursor.tag === 49) fields.number = BigInt.asIntN(64, fixed(cursor, end))
  else cursor.skip(end)
}

function wholeOf(value: number): bigint {
  if (!Number.isFinite(value)) throw new Malformed('the value is not finite')
  return BigInt(Math.floor(value))
}

/** Repeated numbers come packed, or one by one. */
function readBuckets(cursor: ProtobufCursor, end: number, fields: PointFields): void {
  const { tag } = cursor
  if (tag === 50 || tag === 58) {
    const stop = cursor.length(end)
    while (cursor.at < stop) {
      if (tag === 50) fields.counts.push(fixed(cursor, stop))
      else fields.bounds.push(cursor.double(stop))
    }
  } else if (tag === 49) fields.counts.push(fixed(cursor, end))
  else if (tag === 57) fields.bounds.push(cursor.double(end))
  else cursor.skip(end)
}

const leastScale = -10
const greatestScale = 20

function readExponential(cursor: ProtobufCursor, end: number, fields: PointFields): void {
  if (cursor.tag === 48) {
    fields.scale = zigzag(cursor.word(end))
    if (fields.scale < leastScale || fields.scale > greatestScale)
      throw new Malformed(`scale must be from ${leastScale} to ${greatestScale}`)
  } else if (cursor.tag === 57) fields.zero = fixed(cursor, end)
  else if (cursor.tag === 66) {
    const stop = cursor.length(end)
    while (cursor.next(stop)) readExponentialBuckets(cursor, stop, fields)
  } else cursor.skip(end)
}

function readExponentialBuckets(cursor: ProtobufCursor, end: number, fields: PointFields): void {
  if (cursor.tag === 8) fields.from = zigzag(cursor.word(end))
  else if (cursor.tag === 18) {
    const stop = cursor.length(end)
    while (cursor.at < stop) fields.counts.push(varintBig(cursor, stop))
  } else if (cursor.tag === 16) fields.counts.push(varintBig(cursor, end))
  else cursor.skip(end)
}
