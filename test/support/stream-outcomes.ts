/** What a stream of records gives for some bytes, in whichever chunks they come. */
import type { JsonObject } from '../../src/connectors/connector.ts'
import { JsonReader, type ReadStatus } from '../../src/connectors/reading/json-reader.ts'
import type { RecordLayouts } from '../../src/connectors/reading/record-layouts.ts'
import { RecordStream } from '../../src/connectors/reading/record-stream.ts'
import type { ShapeNode } from '../../src/connectors/reading/shape-node.ts'
import type { RejectionReason } from '../../src/events/rejection.ts'

export type StreamOutcome =
  | { readonly offset: number; readonly record: JsonObject }
  | { readonly offset: number; readonly reason: RejectionReason }

export interface StreamOptions {
  readonly root: ShapeNode
  readonly chunkBytes?: number
  readonly maxRecordBytes?: number
  readonly layouts?: RecordLayouts | undefined
}

class CountingReader extends JsonReader {
  readings = 0
  override read(bytes: Uint8Array, start: number, end: number): ReadStatus {
    this.readings++
    return super.read(bytes, start, end)
  }
}

export class StreamUnderTest {
  readonly outcomes: StreamOutcome[] = []
  readonly stream: RecordStream
  readonly #reader: CountingReader

  constructor({ root, layouts, maxRecordBytes }: StreamOptions) {
    this.#reader = new CountingReader(root)
    const sink = {
      record: (record: JsonObject, offset: number) =>
        this.outcomes.push({ offset, record: structuredClone(record) }),
      rejection: ({ reason }: { readonly reason: RejectionReason }, offset: number) =>
        this.outcomes.push({ offset, reason }),
    }
    this.stream = new RecordStream(this.#reader, layouts, sink, maxRecordBytes)
  }

  /** How often the strict reader was asked. */
  get readings(): number {
    return this.#reader.readings
  }

  push(input: string | Uint8Array, chunkBytes = 65_536): this {
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
    for (let at = 0; at < bytes.length; at += chunkBytes)
      this.stream.push(bytes.subarray(at, at + chunkBytes))
    return this
  }
}

export function streamOutcomes(input: string | Uint8Array, options: StreamOptions): readonly StreamOutcome[] {
  const under = new StreamUnderTest(options).push(input, options.chunkBytes)
  under.stream.end()
  return under.outcomes
}
