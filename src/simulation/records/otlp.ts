/** Spans of the client library as OTLP/JSON: one request of the exporter a line. */
import { guidOf } from '../random.ts'

export type AttributeValue = string | number | boolean

export interface ClientSpan {
  readonly name: 'identity.token.fetch' | 'identity.metadata.call'
  readonly traceId: string
  /** Epoch ms. */
  readonly start: number
  readonly durationMs: number
  readonly isFailed: boolean
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly service: string
  readonly namespace: string
  readonly instance: string
}

interface KeyValue {
  readonly key: string
  readonly value: Readonly<Record<string, AttributeValue>>
}

/** 64-bit integers are texts in OTLP/JSON. */
function keyValue(key: string, value: AttributeValue): KeyValue {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  if (typeof value === 'boolean') return { key, value: { boolValue: value } }
  return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }
}

function keyValues(values: Readonly<Record<string, AttributeValue>>): readonly KeyValue[] {
  return Object.entries(values).map(([key, value]) => keyValue(key, value))
}

function nanos(time: number): string {
  return `${Math.round(time)}000000`
}

/** `guid`: of the trace; its digits are the trace's and the span's ids. */
export function spanRecord(span: ClientSpan): string {
  const traceId = span.traceId.replaceAll('-', '')
  const resource = {
    'service.name': span.service,
    'service.namespace': span.namespace,
    'service.instance.id': guidOf(span.instance),
    'k8s.namespace.name': span.namespace,
    'k8s.pod.name': span.instance,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
  }
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [
          {
            scope: { name: 'identity-slo/client', version: '0.1.0' },
            spans: [
              {
                traceId,
                spanId: traceId.slice(0, 16),
                name: span.name,
                kind: 3,
                startTimeUnixNano: nanos(span.start),
                endTimeUnixNano: nanos(span.start + span.durationMs),
                attributes: keyValues(span.attributes),
                status: span.isFailed ? { code: 2 } : {},
              },
            ],
          },
        ],
      },
    ],
  })
}
