/** A span as a mapping sees it, whichever encoding it came in. One object is filled again for each span. */
import { Attributes } from './attributes.ts'
import { hexOf } from './protobuf.ts'
import type { Resource } from './resource.ts'

/** A span event that a mapping asks for: an exception, or one of our own. */
export interface SpanEvent {
  readonly name: string
  /** Epoch ms; undefined where it is not said. */
  readonly time: number | undefined
  readonly attributes: Attributes
}

export const spanKinds = { client: 3 } as const
const statusError = 2

const none: Uint8Array = new Uint8Array(0)

export class Span {
  resource: Resource
  /** Of the library that made the span. */
  scope = ''
  name = ''
  kind = 0
  traceState = ''
  status = 0
  statusMessage = ''
  startHigh = 0
  startLow = 0
  endHigh = 0
  endLow = 0
  readonly attributes = new Attributes()
  readonly events: SpanEvent[] = []
  #bytes = none
  #trace: string | readonly [from: number, to: number] = ''
  #span: string | readonly [from: number, to: number] = ''

  constructor(resource: Resource) {
    this.resource = resource
  }

  clear(): void {
    this.name = ''
    this.kind = 0
    this.traceState = ''
    this.status = 0
    this.statusMessage = ''
    this.startHigh = 0
    this.startLow = 0
    this.endHigh = 0
    this.endLow = 0
    this.attributes.clear()
    this.events.length = 0
    this.#trace = ''
    this.#span = ''
  }

  /** Hexadecimal, in small letters. */
  get traceId(): string {
    const trace = this.#trace
    return typeof trace === 'string' ? trace : hexOf(this.#bytes, ...trace)
  }

  get spanId(): string {
    const span = this.#span
    return typeof span === 'string' ? span : hexOf(this.#bytes, ...span)
  }

  setIds(traceId: string, spanId: string): void {
    this.#trace = traceId
    this.#span = spanId
  }

  /** Most spans are never asked for their ids. */
  setTraceIdBytes(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes
    this.#trace = [from, to]
  }

  setSpanIdBytes(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes
    this.#span = [from, to]
  }

  get isFailed(): boolean {
    return this.status === statusError
  }
}
