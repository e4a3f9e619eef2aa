import { expect, it } from 'vitest'
import { BatchTelemetry } from '../../src/app/batch-telemetry.ts'
import { WatchedDecoder } from '../../src/app/watched-decoder.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import { DecoderPlan } from '../../src/connectors/decode.ts'
import { noTelemetry, type Stage } from '../../src/platform/telemetry/telemetry.ts'
import { morning, tokenRequest } from '../support/records.ts'
import { linesOf } from '../support/workspace.ts'

it('a watched decoder gives what another gives, and tells bytes, decoding and judging', () => {
  let now = 0
  const told: (readonly [Stage, number])[] = []
  const bytes: number[] = []
  const telemetry = {
    ...noTelemetry,
    record: (stage: Stage, _attributes: object, seconds: number) => void told.push([stage, seconds]),
    counter: ({ name }: { readonly name: string }) => ({
      add: (value: number) => {
        if (name.endsWith('decoder.input')) bytes.push(value)
      },
    }),
  }
  const batches = new BatchTelemetry(telemetry, () => now)
  const ids: string[] = []
  const decoder = new WatchedDecoder(
    'files',
    batches,
    new DecoderPlan(availableConnectors),
    () => undefined,
    {
      events: (events) => {
        now += 7
        ids.push(...events.map(({ id }) => id))
      },
      rejection: () => undefined,
    },
  )
  const text = Buffer.from(
    linesOf([tokenRequest({ id: 'a', time: morning }), tokenRequest({ id: 'b', time: morning })]),
  )
  decoder.push(text.subarray(0, 40))
  decoder.push(text.subarray(40))
  batches.flush()
  expect(ids).toEqual(['kubernetes-audit:a', 'kubernetes-audit:b'])
  expect(bytes).toEqual([text.length])
  expect(told).toEqual([['judge', 0.014]])
})
