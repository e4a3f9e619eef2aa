/** A stand-in for an OTLP/HTTP receiver: takes what is sent, and reads spans out of its protobuf. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export interface ReceivedSpan {
  readonly name: string
  /** Hex. */
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first span of a trace. */
  readonly parentId: string
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly seconds: number
}

export interface ReceivedRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly resource: ReceivedSpan['attributes']
  readonly spans: readonly ReceivedSpan[]
}

/** Fields of one protobuf message, by number: bytes, or numbers of any width. */
class Message {
  readonly #fields = new Map<number, (Buffer | bigint)[]>()

  constructor(bytes: Buffer) {
    let at = 0
    const varint = (): bigint => {
      let value = 0n
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes.readUInt8(at++)
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return value
      }
    }
    while (at < bytes.length) {
      const tag = Number(varint())
      const values = this.#fields.get(tag >> 3) ?? []
      this.#fields.set(tag >> 3, values)
      const type = tag & 7
      if (type === 0) values.push(varint())
      else if (type === 1) {
        values.push(bytes.readBigUInt64LE(at))
        at += 8
      } else if (type === 2) {
        const length = Number(varint())
        values.push(bytes.subarray(at, at + length))
        at += length
      } else if (type === 5) {
        values.push(BigInt(bytes.readUInt32LE(at)))
        at += 4
      } else throw new Error(`protobuf: wire type ${type}`)
    }
  }

  messages(field: number): readonly Message[] {
    return (this.#fields.get(field) ?? []).flatMap((value) =>
      Buffer.isBuffer(value) ? [new Message(value)] : [],
    )
  }

  bytes(field: number): Buffer {
    const value = this.#fields.get(field)?.[0]
    return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
  }

  number(field: number): bigint | undefined {
    const value = this.#fields.get(field)?.[0]
    return Buffer.isBuffer(value) ? undefined : value
  }
}

/** AnyValue: 1 text, 2 boolean, 3 whole number, 4 double. */
function attributeValue(value: Message | undefined): string | number | boolean {
  const whole = value?.number(3)
  if (whole !== undefined) return Number(whole)
  const flag = value?.number(2)
  if (flag !== undefined) return flag === 1n
  const double = value?.number(4)
  if (double !== undefined) return new Float64Array(new BigUint64Array([double]).buffer)[0] ?? Number.NaN
  return value?.bytes(1).toString() ?? ''
}

function attributesOf(message: Message | undefined, field: number): ReceivedSpan['attributes'] {
  const pairs = message?.messages(field) ?? []
  return Object.fromEntries(
    pairs.map((pair) => [pair.bytes(1).toString(), attributeValue(pair.messages(2)[0])]),
  )
}

function spanOf(span: Message): ReceivedSpan {
  return {
    name: span.bytes(5).toString(),
    traceId: span.bytes(1).toString('hex'),
    spanId: span.bytes(2).toString('hex'),
    parentId: span.bytes(4).toString('hex'),
    attributes: attributesOf(span, 9),
    status: Number(span.messages(15)[0]?.number(3) ?? 0n),
    seconds: Number((span.number(8) ?? 0n) - (span.number(7) ?? 0n)) / 1e9,
  }
}

export class OtlpReceiver implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = []
  readonly url: string
  readonly #close: () => void

  private constructor(url: string, close: () => void) {
    this.url = url
    this.#close = close
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const groups = new Message(Buffer.concat(chunks)).messages(1)
        receiver.requests.push({
          path: request.url ?? '',
          headers: request.headers,
          resource: attributesOf(groups[0]?.messages(1)[0], 1),
          spans: groups.flatMap((group) =>
            group.messages(2).flatMap((scope) => scope.messages(2).map(spanOf)),
          ),
        })
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const receiver = new OtlpReceiver(`http://127.0.0.1:${port}`, () => {
      server.closeAllConnections()
      server.close()
    })
    return receiver
  }

  get spans(): readonly ReceivedSpan[] {
    return this.requests.flatMap(({ spans }) => spans)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close()
  }
}
