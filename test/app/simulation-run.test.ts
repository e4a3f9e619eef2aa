import { describe, expect, it } from 'vitest'
import { runSimulation } from '../../src/app/simulation-run.ts'
import type { OutgoingRecord } from '../../src/platform/record-sinks/record-sink.ts'
import type { Arriving } from '../../src/simulation/simulation.ts'

const start = Date.UTC(2026, 10, 16, 8)
const unpaced = { start, speed: undefined, now: () => 0, sleep: async () => undefined }

function arriving(count: number, everyMs: number): readonly Arriving[] {
  return Array.from({ length: count }, (_, i) => ({
    arrival: start + i * everyMs,
    log: i % 3 === 0 ? 'otlp' : 'azure-entra',
    text: `{"n":${i}}`,
  }))
}

function collecting(at: () => number) {
  const batches: { readonly at: number; readonly records: readonly OutgoingRecord[] }[] = []
  let isClosed = false
  const sink = {
    write: async (records: readonly OutgoingRecord[]) => {
      batches.push({ at: at(), records })
    },
    close: async () => {
      isClosed = true
    },
  }
  return { sink, batches, isClosed: () => isClosed }
}

describe('a simulation', () => {
  it('is handed over in order, in batches that a webhook takes', async () => {
    const { sink, batches, isClosed } = collecting(() => 0)
    expect(await runSimulation(arriving(1234, 1), { sink, pace: unpaced, hasEnvelopes: false })).toBe(1234)
    expect(batches.map(({ records }) => records.length)).toEqual([500, 500, 234])
    expect(batches.flatMap(({ records }) => records.map(({ text }) => text))).toEqual(
      arriving(1234, 1).map(({ text }) => text),
    )
    expect(isClosed()).toBe(true)
  })

  it('puts logs into arrival envelopes, and leaves telemetry as it is', async () => {
    const { sink, batches } = collecting(() => 0)
    await runSimulation(arriving(2, 1), {
      sink,
      pace: unpaced,
      hasEnvelopes: true,
    })
    expect(batches[0]?.records).toEqual([
      { log: 'otlp', text: '{"n":0}' },
      { log: 'azure-entra', text: '{"arrival":"2026-11-16T08:00:00.001Z","record":{"n":1}}' },
    ])
  })

  it('keeps the pace of a clock', async () => {
    let clock = 0
    const { sink, batches } = collecting(() => clock)
    const sleep = async (ms: number): Promise<void> => {
      clock += ms
    }
    await runSimulation(arriving(4, 60_000), {
      sink,
      pace: { start, speed: 60, now: () => clock, sleep },
      hasEnvelopes: false,
    })
    expect(batches.map(({ at }) => at)).toEqual([0, 1000, 2000, 3000])
  })
})
