/** Hands the records of a simulation to a sink: as fast as it takes them, or at the pace of a clock. */
import type { OutgoingRecord, RecordSink } from '../platform/record-sinks/record-sink.ts'
import type { Arriving } from '../simulation/simulation.ts'

export interface Pace {
  /** Epoch ms of the simulation at which it begins. */
  readonly start: number
  /** Ms of the simulation in one ms; undefined is as fast as possible. */
  readonly speed: number | undefined
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

export interface RunOptions {
  readonly sink: RecordSink
  readonly pace: Pace
  /** Puts each record into an arrival envelope; telemetry stays as it is. */
  readonly hasEnvelopes: boolean
  readonly onRecords?: (count: number, arrival: number) => void
}

/** A batch is small enough for a webhook's body and for a Kafka request. */
const maxBatch = 500
const maxBatchBytes = 512 * 1024
/** With a clock, what arrives within so much real time goes out together, ms. */
const tickMs = 100

function outgoing({ arrival, log, text }: Arriving, hasEnvelopes: boolean): OutgoingRecord {
  if (!hasEnvelopes || log === 'otlp') return { log, text }
  return { log, text: `{"arrival":"${new Date(arrival).toISOString()}","record":${text}}` }
}

/** Real ms until `arrival` is due. */
function dueIn(arrival: number, { start, speed, now }: Pace, begun: number): number {
  return speed === undefined ? 0 : (arrival - start) / speed - (now() - begun)
}

/** Gives the number of records. Rejects with what the sink rejects with. */
export async function runSimulation(records: Iterable<Arriving>, options: RunOptions): Promise<number> {
  const { sink, pace, hasEnvelopes, onRecords } = options
  const begun = pace.now()
  let batch: OutgoingRecord[] = []
  let bytes = 0
  let count = 0
  const flush = async (arrival: number): Promise<void> => {
    if (batch.length === 0) return
    await sink.write(batch)
    count += batch.length
    onRecords?.(count, arrival)
    batch = []
    bytes = 0
  }
  let last = pace.start
  for (const record of records) {
    const wait = dueIn(record.arrival, pace, begun)
    if (wait > tickMs) {
      await flush(last)
      await pace.sleep(wait)
    }
    const next = outgoing(record, hasEnvelopes)
    batch.push(next)
    bytes += next.text.length
    last = record.arrival
    if (batch.length >= maxBatch || bytes >= maxBatchBytes) await flush(last)
  }
  await flush(last)
  await sink.close()
  return count
}
