/** Bytes of any supported log in, identity events and rejections out: framing, unwrapping, detection, mapping. */
import type { IdentityEvent } from '../events/event.ts'
import { type Rejection, reject } from '../events/rejection.ts'
import { parseInstant } from '../events/time.ts'
import { type Connector, isRejection, type JsonObject } from './connector.ts'
import { envelopeKeys, envelopeShape, unwrap } from './envelopes.ts'
import { JsonReader } from './reading/json-reader.ts'
import { RecordLayouts } from './reading/record-layouts.ts'
import { RecordStream } from './reading/record-stream.ts'
import { compileShapes, type ShapeNode } from './reading/shape-node.ts'

export interface Decoded {
  /** Of the record's first byte in the (decompressed) stream. */
  readonly offset: number
  /** Epoch ms, from an arrival envelope. */
  readonly arrival: number | undefined
  /** Connector id; empty where no connector recognised the record. */
  readonly source: string
}

export interface DecodedSink {
  events: (events: readonly IdentityEvent[], from: Decoded) => void
  rejection: (rejection: Rejection, from: Decoded) => void
}

/** Inflates gzip if the bytes are gzip, else gives them back; undefined when broken or beyond `maxBytes`. */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Uint8Array | undefined

const maxEncodedBytes = 16 * 1024 * 1024
const maxEncodings = 2
const base64 = /^[\w+/-]+={0,2}\s*$/

function names(connectors: readonly Connector[]): string {
  return connectors.map((connector) => connector.id).join(', ')
}

/** The compiled union of the connectors' shapes; shared by all decoders of a process. */
export class DecoderPlan {
  readonly connectors: readonly Connector[]
  readonly root: ShapeNode
  readonly layouts: RecordLayouts

  constructor(connectors: readonly Connector[]) {
    this.connectors = connectors
    this.root = compileShapes(
      [...connectors.map((connector) => connector.reads), envelopeShape],
      envelopeKeys,
    )
    this.layouts = new RecordLayouts(this.root)
  }
}

export class Decoder {
  readonly #plan: DecoderPlan
  readonly #inflate: Inflate
  readonly #sink: DecodedSink
  readonly #stream: RecordStream
  readonly #depth: number
  #last: Connector | undefined

  /** `depth`: how many encoded payloads we are inside of. */
  constructor(plan: DecoderPlan, inflate: Inflate, sink: DecodedSink, depth = 0) {
    this.#plan = plan
    this.#inflate = inflate
    this.#sink = sink
    this.#depth = depth
    // An inner stream runs in the middle of an outer one, whose window the layouts are looking at.
    const layouts = depth === 0 ? plan.layouts : undefined
    this.#stream = new RecordStream(new JsonReader(plan.root), layouts, {
      record: (record, offset) => this.#record(record, offset),
      rejection: (rejection, offset) => sink.rejection(rejection, { offset, arrival: undefined, source: '' }),
    })
  }

  push(chunk: Uint8Array): void {
    this.#stream.push(chunk)
  }

  /** No more bytes for now: what is held back as incomplete is tried again. */
  retry(): void {
    this.#stream.retry()
  }

  end(): void {
    this.#stream.end()
  }

  get offset(): number {
    return this.#stream.offset
  }

  get isBetweenRecords(): boolean {
    return this.#stream.isBetweenRecords
  }

  #record(outer: JsonObject, offset: number): void {
    // Most records have no wrapper.
    const plain = this.#connectorOf(outer)
    if (plain !== undefined) {
      this.#map(plain, outer, { offset, arrival: undefined, source: plain.id })
      return
    }
    const { record, arrival: arrivalText, encoded } = unwrap(outer)
    const arrival = arrivalText === undefined ? undefined : parseInstant(arrivalText)
    if (arrival !== undefined && Number.isNaN(arrival)) {
      const from = { offset, arrival: undefined, source: '' }
      this.#sink.rejection(reject('invalid_field', 'arrival is not an RFC 3339 time'), from)
      return
    }
    const connector = record === outer ? undefined : this.#connectorOf(record)
    if (connector !== undefined) this.#map(connector, record, { offset, arrival, source: connector.id })
    else if (encoded !== undefined && base64.test(encoded) && this.#depth < maxEncodings) {
      this.#encoded(encoded, { offset, arrival, source: '' })
    } else {
      const known = names(this.#plan.connectors)
      const message = `no connector recognises this record: expected one of ${known}`
      this.#sink.rejection(reject('unknown_format', message), { offset, arrival, source: '' })
    }
  }

  /** Most records are of the same format as the one before. */
  #connectorOf(record: JsonObject): Connector | undefined {
    if (this.#last?.detect(record)) return this.#last
    const found = this.#plan.connectors.find((candidate) => candidate.detect(record))
    this.#last = found ?? this.#last
    return found
  }

  #map(connector: Connector, record: JsonObject, from: Decoded): void {
    const mapped = connector.map(record)
    if (isRejection(mapped)) this.#sink.rejection(mapped, from)
    else this.#sink.events(mapped, from)
  }

  /** A payload of records inside a record: all of them stand at the outer record's position. */
  #encoded(payload: string, from: Decoded): void {
    const bytes = this.#inflate(Buffer.from(payload, 'base64'), maxEncodedBytes)
    if (bytes === undefined) {
      const message = `data is not gzip that can be unpacked, or is larger than ${maxEncodedBytes} bytes unpacked`
      this.#sink.rejection(reject('decompression_failed', message), from)
      return
    }
    const at = (inner: Decoded): Decoded => ({
      offset: from.offset,
      arrival: inner.arrival ?? from.arrival,
      source: inner.source,
    })
    let isEmpty = true
    const sink: DecodedSink = {
      events: (events, inner) => {
        isEmpty = false
        this.#sink.events(events, at(inner))
      },
      rejection: (rejection, inner) => {
        isEmpty = false
        this.#sink.rejection(rejection, at(inner))
      },
    }
    const decoder = new Decoder(this.#plan, this.#inflate, sink, this.#depth + 1)
    decoder.push(bytes)
    decoder.end()
    if (isEmpty) this.#sink.rejection(reject('not_relevant', 'the payload in data holds no records'), from)
  }
}
