/** OTLP requests from their JSON form to protobuf, by the field numbers of opentelemetry-proto: an oracle for our readers. */

type Json = Readonly<Record<string, unknown>>
type Kind =
  | 'text'
  | 'hex'
  | 'bool'
  | 'word'
  | 'zigzag'
  | 'int64'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'packedFixed64'
  | 'packedDouble'
  | 'packedVarint'
  | { readonly message: string }

const message = (name: string): Kind => ({ message: name })

/** Messages by name; fields by their JSON names: number and kind. */
const messages: Readonly<Record<string, Readonly<Record<string, readonly [number, Kind]>>>> = {
  traces: { resourceSpans: [1, message('ResourceSpans')] },
  metrics: { resourceMetrics: [1, message('ResourceMetrics')] },
  logs: { resourceLogs: [1, message('ResourceLogs')] },
  Resource: { attributes: [1, message('KeyValue')] },
  Scope: { name: [1, 'text'], version: [2, 'text'] },
  KeyValue: { key: [1, 'text'], value: [2, message('AnyValue')] },
  AnyValue: {
    stringValue: [1, 'text'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, message('Values')],
    kvlistValue: [6, message('Pairs')],
  },
  Values: { values: [1, message('AnyValue')] },
  Pairs: { values: [1, message('KeyValue')] },
  ResourceSpans: { resource: [1, message('Resource')], scopeSpans: [2, message('ScopeSpans')] },
  ScopeSpans: { scope: [1, message('Scope')], spans: [2, message('Span')] },
  Span: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'text'],
    parentSpanId: [4, 'hex'],
    name: [5, 'text'],
    kind: [6, 'word'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, message('KeyValue')],
    events: [11, message('Event')],
    status: [15, message('Status')],
  },
  Event: {
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'text'],
    attributes: [3, message('KeyValue')],
  },
  Status: { message: [2, 'text'], code: [3, 'word'] },
  ResourceMetrics: { resource: [1, message('Resource')], scopeMetrics: [2, message('ScopeMetrics')] },
  ScopeMetrics: { scope: [1, message('Scope')], metrics: [2, message('Metric')] },
  Metric: {
    name: [1, 'text'],
    unit: [3, 'text'],
    gauge: [5, message('Gauge')],
    sum: [7, message('Sum')],
    histogram: [9, message('Histogram')],
    exponentialHistogram: [10, message('ExponentialHistogram')],
  },
  Gauge: { dataPoints: [1, message('NumberPoint')] },
  Sum: {
    dataPoints: [1, message('NumberPoint')],
    aggregationTemporality: [2, 'word'],
    isMonotonic: [3, 'bool'],
  },
  Histogram: { dataPoints: [1, message('HistogramPoint')], aggregationTemporality: [2, 'word'] },
  ExponentialHistogram: {
    dataPoints: [1, message('ExponentialPoint')],
    aggregationTemporality: [2, 'word'],
  },
  NumberPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    attributes: [7, message('KeyValue')],
    flags: [8, 'word'],
  },
  HistogramPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    bucketCounts: [6, 'packedFixed64'],
    explicitBounds: [7, 'packedDouble'],
    attributes: [9, message('KeyValue')],
    flags: [10, 'word'],
  },
  ExponentialPoint: {
    attributes: [1, message('KeyValue')],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    scale: [6, 'zigzag'],
    zeroCount: [7, 'fixed64'],
    positive: [8, message('Buckets')],
    flags: [10, 'word'],
  },
  Buckets: { offset: [1, 'zigzag'], bucketCounts: [2, 'packedVarint'] },
  ResourceLogs: { resource: [1, message('Resource')], scopeLogs: [2, message('ScopeLogs')] },
  ScopeLogs: { scope: [1, message('Scope')], logRecords: [2, message('LogRecord')] },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    severityNumber: [2, 'word'],
    severityText: [3, 'text'],
    body: [5, message('AnyValue')],
    attributes: [6, message('KeyValue')],
    traceId: [9, 'hex'],
    spanId: [10, 'hex'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'text'],
  },
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function fixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  return bytes
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

/** A field with its tag; `wire` 0 varint, 1 fixed64, 2 bytes. */
export function field(number: number, wire: 0 | 1 | 2, bytes: Buffer): Buffer {
  const length = wire === 2 ? [varint(BigInt(bytes.length))] : []
  return Buffer.concat([varint(BigInt((number << 3) | wire)), ...length, bytes])
}

function big(value: unknown): bigint {
  return BigInt(typeof value === 'number' || typeof value === 'string' ? value : 0)
}

function scalar(number: number, kind: Kind, value: unknown): Buffer {
  if (typeof kind === 'object') return field(number, 2, encode(kind.message, value as Json))
  switch (kind) {
    case 'text':
      return field(number, 2, Buffer.from(String(value)))
    case 'hex':
      return field(number, 2, Buffer.from(String(value), 'hex'))
    case 'bool':
      return field(number, 0, varint(value === true ? 1n : 0n))
    case 'word':
    case 'int64':
      return field(number, 0, varint(big(value)))
    case 'zigzag':
      return field(number, 0, varint((big(value) << 1n) ^ (big(value) >> 63n)))
    case 'fixed64':
    case 'sfixed64':
      return field(number, 1, fixed64(big(value)))
    case 'double':
      return field(number, 1, double(Number(value)))
    default: {
      const one = { packedFixed64: fixed64, packedVarint: varint, packedDouble: double }[kind]
      const parts = (value as readonly unknown[]).map((each) =>
        kind === 'packedDouble' ? double(Number(each)) : (one as (value: bigint) => Buffer)(big(each)),
      )
      return field(number, 2, Buffer.concat(parts))
    }
  }
}

function encode(name: string, value: Json): Buffer {
  const fields = messages[name] ?? {}
  const parts: Buffer[] = []
  for (const [key, one] of Object.entries(value)) {
    const known = fields[key]
    if (known === undefined) continue
    const [number, kind] = known
    const isPacked = typeof kind === 'string' && kind.startsWith('packed')
    const list = Array.isArray(one) && !isPacked ? one : [one]
    for (const each of list) parts.push(scalar(number, kind, each))
  }
  return Buffer.concat(parts)
}

/** An export request of the signal. */
export function otlpProtobuf(signal: 'traces' | 'metrics' | 'logs', request: Json): Buffer {
  return encode(signal, request)
}
