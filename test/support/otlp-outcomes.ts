/** What OTLP requests give: events, rejections and duplicates, without a service around them. */
import { OtlpTelemetry, type Signal } from '../../src/connectors/otlp/telemetry.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import type { Rejection } from '../../src/events/rejection.ts'
import type { Json } from './otlp.ts'
import { otlpProtobuf } from './otlp-protobuf.ts'

export interface OtlpOutcome {
  readonly events: readonly IdentityEvent[]
  readonly rejections: readonly Rejection[]
  readonly irrelevant: number
  readonly duplicates: number
  readonly carried: readonly string[]
  /** Why the request could not be read. */
  readonly unreadable: string | undefined
}

/** Of bytes, by one receiver that may have seen others before. */
export function outcomeOfBytes(
  signal: Signal,
  encoding: 'protobuf' | 'json',
  bytes: Uint8Array,
  telemetry = new OtlpTelemetry(),
  latest = Number.POSITIVE_INFINITY,
): OtlpOutcome {
  const events: IdentityEvent[] = []
  const rejections: Rejection[] = []
  const carried: string[] = []
  let irrelevant = 0
  let duplicates = 0
  const batch = telemetry.read(signal, encoding, bytes)
  if (typeof batch === 'string')
    return { events, rejections, irrelevant, duplicates, carried, unreadable: batch }
  telemetry.settle(batch, latest, {
    events: (found) => events.push(...found),
    rejection: (rejection) => {
      if (rejection.reason === 'not_relevant') irrelevant++
      else rejections.push(rejection)
    },
    duplicate: () => {
      duplicates++
    },
    carried: (text) => carried.push(text),
  })
  return { events, rejections, irrelevant, duplicates, carried, unreadable: undefined }
}

/** Of a request, sent as protobuf. */
export function outcomeOf(signal: Signal, request: Json, telemetry = new OtlpTelemetry()): OtlpOutcome {
  return outcomeOfBytes(signal, 'protobuf', otlpProtobuf(signal, request), telemetry)
}
