/** OTLP requests for tests, in their JSON form, and what a receiver makes of them. */

export type Value = string | number | boolean
export type Values = Readonly<Record<string, Value>>
export type Json = Readonly<Record<string, unknown>>

export function attributesOf(values: Values): readonly Json[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isSafeInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }))
}

/** A process of the shop that our tests are about. */
export const checkout: Values = {
  'service.name': 'checkout',
  'service.namespace': 'shop',
  'service.instance.id': 'checkout-1',
  'k8s.namespace.name': 'shop',
  'k8s.pod.name': 'checkout-6d5f-x2x7p',
  'cloud.provider': 'azure',
}

export const noonNs = 1_781_524_800_000_000_000n

/** Ids that are there once: from a number. */
export function ids(number: number): { readonly traceId: string; readonly spanId: string } {
  return {
    traceId: number.toString(16).padStart(32, 'a'),
    spanId: number.toString(16).padStart(16, 'b'),
  }
}

export interface SpanOf {
  readonly number: number
  readonly name: string
  readonly attributes?: Values
  readonly kind?: number
  readonly ms?: number
  readonly endNs?: bigint
  readonly failed?: string
  readonly traceState?: string
  readonly events?: readonly { readonly name: string; readonly attributes: Values }[]
}

export function span(of: SpanOf): Json {
  const endNs = of.endNs ?? noonNs
  return {
    ...ids(of.number),
    name: of.name,
    kind: of.kind ?? 1,
    startTimeUnixNano: String(endNs - BigInt(Math.round((of.ms ?? 25) * 1e6))),
    endTimeUnixNano: String(endNs),
    attributes: attributesOf(of.attributes ?? {}),
    ...(of.traceState !== undefined && { traceState: of.traceState }),
    ...(of.failed !== undefined && { status: { code: 2, message: of.failed } }),
    ...(of.events !== undefined && {
      events: of.events.map(({ name, attributes }) => ({
        timeUnixNano: String(endNs),
        name,
        attributes: attributesOf(attributes),
      })),
    }),
  }
}

/** A fetch of our client library, with whatever a test changes about it. */
export function fetchSpan(number: number, attributes: Values = {}, more: Partial<SpanOf> = {}): Json {
  return span({
    number,
    name: 'identity.token.fetch',
    attributes: {
      'identity.provider': 'azure',
      'identity.id': '6e0c1c3a-0000-4000-8000-000000000001',
      'identity.type': 'user-assigned',
      'identity.tenant': '6e0c1c3a-0000-4000-8000-0000000000aa',
      'identity.audience': 'vault.azure.net',
      'identity.outcome': 'success',
      ...attributes,
    },
    ...more,
  })
}

export function traces(spans: readonly Json[], resource: Values = checkout, scope = 'test'): Json {
  return {
    resourceSpans: [
      { resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope: { name: scope }, spans }] },
    ],
  }
}

export const delta = 1
const cumulative = 2

export interface CountOf {
  readonly name?: string
  readonly value: bigint | number
  readonly timeNs: bigint
  readonly startNs?: bigint
  readonly attributes?: Values
}

/** One counter with one point. */
export function counter(
  { name = 'token_request_total', value, timeNs, startNs = 0n, attributes }: CountOf,
  temporality = cumulative,
): Json {
  const point = {
    startTimeUnixNano: String(startNs),
    timeUnixNano: String(timeNs),
    asInt: String(value),
    attributes: attributesOf({ 'identity.provider': 'azure', ...attributes }),
  }
  return { name, sum: { dataPoints: [point], aggregationTemporality: temporality, isMonotonic: true } }
}

export function metrics(list: readonly Json[], resource: Values = checkout): Json {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeMetrics: [{ scope: { name: 'test' }, metrics: list }],
      },
    ],
  }
}

export function logs(records: readonly Json[], resource: Values = checkout): Json {
  return {
    resourceLogs: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeLogs: [{ scope: { name: 'test' }, logRecords: records }],
      },
    ],
  }
}
