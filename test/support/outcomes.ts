/** What a file of records turns into, in the form that fixtures' expectations and `inspect` show. */
import type { Connector } from '../../src/connectors/connector.ts'
import { Decoder, DecoderPlan } from '../../src/connectors/decode.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import type { Rejection } from '../../src/events/rejection.ts'
import { inflate } from '../../src/platform/inflate.ts'

export interface Outcome {
  readonly source: string
  readonly events?: readonly IdentityEvent[]
  readonly rejection?: Rejection
}

export function outcomesOf(
  connectors: readonly Connector[],
  bytes: Uint8Array,
  chunkBytes = 65_536,
): Outcome[] {
  const outcomes: Outcome[] = []
  const decoder = new Decoder(new DecoderPlan(connectors), inflate, {
    events: (events, { source }) => outcomes.push({ source, events }),
    rejection: (rejection, { source }) => outcomes.push({ source, rejection }),
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) decoder.push(bytes.subarray(at, at + chunkBytes))
  decoder.end()
  return outcomes
}
