/** Metrics in JSON. */

import { Attributes } from './attributes.ts'
import { digestOf } from './digest.ts'
import {
  bigIn,
  enumIn,
  forEachRecord,
  isObject,
  type Json,
  listOf,
  NotOtlp,
  numberIn,
  parseRequest,
  readAttributes,
  toBig,
  toDouble,
  WrongField,
} from './json.ts'
import { type MetricName, metricNamed, type Point, type PointValue } from './point.ts'
import type { Resource } from './resource.ts'
import { unreadable } from './spans.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'

const temporalities = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((name) => `AGGREGATION_TEMPORALITY_${name}`)
const cumulative = 2
const noRecordedValue = 1
const forms = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const

type Form = (typeof forms)[number]

/** Throws NotOtlp where the text is no ExportMetricsServiceRequest. */
export function readMetricsJson(text: string, into: TelemetryBatch): void {
  forEachRecord(
    parseRequest(text),
    ['resourceMetrics', 'scopeMetrics', 'metrics'],
    (metric, resource, scope) => {
      if (!isObject(metric)) throw new NotOtlp('an element of metrics is not an object')
      for (const form of forms) {
        const data = metric[form]
        if (isObject(data)) readData(data, form, metric['name'], resource, scope, into)
      }
    },
  )
}

function isExpected(metric: MetricName, form: Form): boolean {
  return metric === 'latency' ? form === 'histogram' || form === 'exponentialHistogram' : form === 'sum'
}

function readData(
  data: Json,
  form: Form,
  name: unknown,
  resource: Resource,
  scope: string,
  into: TelemetryBatch,
): void {
  const points = listOf(data, 'dataPoints')
  const metric = typeof name === 'string' ? metricNamed(name) : undefined
  const temporality = enumIn(data, 'aggregationTemporality', temporalities)
  const isMonotonic = form !== 'sum' || data['isMonotonic'] === true
  if (metric === undefined || !isExpected(metric, form) || !isMonotonic || temporality === 0) {
    into.irrelevant += points.length
    return
  }
  for (const point of points) {
    try {
      into.add(readPoint(point, form, metric, resource, scope, temporality === cumulative))
    } catch (error) {
      if (!(error instanceof WrongField)) throw error
      into.add(unreadable('data point', error.message))
    }
  }
}

function readPoint(
  point: unknown,
  form: Form,
  metric: MetricName,
  resource: Resource,
  scope: string,
  isCumulative: boolean,
): Point | undefined {
  if (!isObject(point)) throw new WrongField('it is not an object')
  const attributes = new Attributes()
  readAttributes(point, attributes)
  if ((numberIn(point, 'flags') & noRecordedValue) !== 0) return undefined
  const timeNs = bigIn(point, 'timeUnixNano')
  if (timeNs === 0n) throw new WrongField('timeUnixNano is missing')
  const list = point['attributes']
  const parts = Array.isArray(list) ? list.map((pair) => JSON.stringify(pair)) : []
  const series = digestOf([resource.instance, scope, metric, digestOf(parts)])
  const startNs = bigIn(point, 'startTimeUnixNano')
  const value = pointValue(point, form)
  return { metric, resource, attributes, series, isCumulative, startNs, timeNs, value }
}

function pointValue(point: Json, form: Form): PointValue {
  if (form === 'sum') {
    const { asInt, asDouble } = point
    if (asInt !== undefined) return toBig(asInt, 'asInt')
    const value = toDouble(asDouble)
    if (value === undefined || !Number.isFinite(value)) throw new WrongField('it has no finite value')
    return BigInt(Math.floor(value))
  }
  if (form === 'histogram') {
    const bounds = numbersIn(point, 'explicitBounds')
    const counts = countsIn(point, 'bucketCounts')
    if (counts.length !== 0 && counts.length !== bounds.length + 1)
      throw new WrongField('bucketCounts must be one more than explicitBounds')
    return { bounds, counts }
  }
  const { positive } = point
  const scale = numberIn(point, 'scale')
  if (!Number.isInteger(scale) || scale < -10 || scale > 20)
    throw new WrongField('scale must be from -10 to 20')
  const buckets = isObject(positive) ? positive : {}
  return {
    scale,
    zero: bigIn(point, 'zeroCount'),
    from: Math.trunc(numberIn(buckets, 'offset')),
    counts: countsIn(buckets, 'bucketCounts'),
  }
}

function listIn(record: Json, key: string): readonly unknown[] {
  const list = record[key]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new WrongField(`${key} is not a list`)
  return list
}

function countsIn(record: Json, key: string): readonly bigint[] {
  return listIn(record, key).map((count) => toBig(count, key))
}

function numbersIn(record: Json, key: string): readonly number[] {
  return listIn(record, key).map((bound) => {
    const number = toDouble(bound)
    if (number === undefined || Number.isNaN(number))
      throw new WrongField(`${key} has something that is not a number`)
    return number
  })
}
