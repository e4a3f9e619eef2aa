/** Answers of the OTLP specification, in the encoding of the request: partial success, or a google.rpc.Status. */
import type { WebhookStatus } from '../http/refusal.ts'

/** Codes of google.rpc.Status, which gRPC answers with as well. */
const rpcCodes = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

const codes: ReadonlyMap<WebhookStatus, number> = new Map([
  [400, rpcCodes.invalidArgument],
  [401, rpcCodes.unauthenticated],
  [408, rpcCodes.deadlineExceeded],
  [413, rpcCodes.invalidArgument],
  [415, rpcCodes.invalidArgument],
  [429, rpcCodes.resourceExhausted],
  [500, rpcCodes.internal],
  [503, rpcCodes.unavailable],
])

export function rpcCodeOf(status: WebhookStatus): number {
  return codes.get(status) ?? rpcCodes.internal
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return [...bytes, rest]
}

/** A field that has bytes: text, or a message. */
function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes])
}

function numberField(number: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([number << 3, ...varint(value)])
}

const nothing = Buffer.alloc(0)

/** The response of all three services: the numbers of their fields are the same. */
export function successBytes(rejected: number, message: string): Buffer {
  if (rejected === 0) return nothing
  return field(1, Buffer.concat([numberField(1, rejected), field(2, Buffer.from(message))]))
}

/** As each service calls them. */
const rejectedNames = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
} as const

export function successJson(signal: keyof typeof rejectedNames, rejected: number, message: string): string {
  if (rejected === 0) return '{}'
  return JSON.stringify({
    partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage: message },
  })
}

const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo'

/** `retrySeconds`, where it makes sense to send the same again: as a RetryInfo among the details. */
export function statusBytes(code: number, message: string, retrySeconds?: number): Buffer {
  const parts = [numberField(1, code), field(2, Buffer.from(message))]
  if (retrySeconds !== undefined) {
    const delay = field(1, numberField(1, retrySeconds))
    parts.push(field(3, Buffer.concat([field(1, Buffer.from(retryInfoType)), field(2, delay)])))
  }
  return Buffer.concat(parts)
}

export function statusJson(code: number, message: string, retrySeconds?: number): string {
  const details =
    retrySeconds === undefined
      ? {}
      : { details: [{ '@type': retryInfoType, retryDelay: `${retrySeconds}s` }] }
  return JSON.stringify({ code, message, ...details })
}
