/** The webhook over something that only counts bytes, and senders that behave as badly as wanted. */
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Ingest } from '../../src/platform/http/webhook-route.ts'
import { createHttpServer, type HttpHandlers } from '../../src/platform/http-server.ts'
import { aSite } from './site.ts'

export interface WebhookAnswer {
  readonly status: number
  readonly text: string
  readonly retryAfter: string | undefined
}

export class WebhookUnderTest implements AsyncDisposable {
  /** Bytes pushed by each request, in the order in which they were opened. */
  readonly pushed: number[] = []
  readonly answered: number[] = []
  readonly failures: unknown[] = []
  isUnavailable = false
  /** What `settled` waits for. */
  committed: () => Promise<unknown> = () => Promise.resolve()
  onPush: (chunk: Uint8Array) => void = () => undefined
  url = ''
  readonly server: ReturnType<typeof createHttpServer>

  constructor(limits: Partial<Ingest> = {}, handlers: Partial<HttpHandlers> = {}) {
    const ingest: Ingest = {
      open: () => this.#open(),
      isUnavailable: () => this.isUnavailable,
      maxBodyBytes: 1_000_000,
      tokens: [],
      onAnswered: (status) => this.answered.push(status),
      onFailure: (error) => this.failures.push(error),
      ...limits,
    }
    this.server = createHttpServer({
      ingest,
      metrics: async () => 'a 1\n',
      metricsContentType: 'text/plain',
      isReady: () => true,
      reload: undefined,
      site: aSite(),
      ...handlers,
    })
  }

  static async start(
    limits: Partial<Ingest> = {},
    handlers: Partial<HttpHandlers> = {},
  ): Promise<WebhookUnderTest> {
    const webhook = new WebhookUnderTest(limits, handlers)
    webhook.url = await webhook.server.listen({ host: '127.0.0.1', port: 0 })
    return webhook
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  #open(): ReturnType<Ingest['open']> {
    const at = this.pushed.push(0) - 1
    return {
      push: (chunk) => {
        this.onPush(chunk)
        this.pushed[at] = (this.pushed[at] ?? 0) + chunk.length
      },
      end: () => undefined,
      settled: async () => {
        await this.committed()
        return { bytes: this.pushed[at] }
      },
      offset: 0,
      isBetweenRecords: true,
    }
  }

  async send(
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WebhookAnswer> {
    const response = await fetch(`${this.url}/v1/records`, { method: 'POST', body, headers })
    const retryAfter = response.headers.get('retry-after') ?? undefined
    return { status: response.status, text: await response.text(), retryAfter }
  }

  /** Sends pieces in chunked encoding as fast as they are taken; gives the answer as soon as it comes. */
  async sendChunked(
    pieces: Iterable<Uint8Array>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const sending = request(`${this.url}/v1/records`, { method: 'POST', headers, agent: false })
    sending.on('error', () => undefined)
    const answered = once(sending, 'response')
    let isOver = false
    sending.once('response', () => {
      isOver = true
    })
    for (const piece of pieces) {
      if (isOver || sending.destroyed) break
      if (!sending.write(piece)) await Promise.race([once(sending, 'drain'), answered])
    }
    if (!isOver) sending.end()
    const [response] = (await answered) as [{ statusCode: number; resume: () => void }]
    response.resume()
    sending.destroy()
    return response.statusCode
  }

  /** A connection over which a test says byte by byte what it wants. */
  async raw(): Promise<RawConnection> {
    const socket = connect(this.port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
  }
}

export class RawConnection {
  readonly socket: Socket
  received = ''
  readonly closed: Promise<unknown>

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.received += text
    })
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', resolve))
  }

  /** The head of a request with records. */
  head(...headers: readonly string[]): this {
    this.socket.write(['POST /v1/records HTTP/1.1', 'Host: test', ...headers, '', ''].join('\r\n'))
    return this
  }

  /** The status of the first answer, when it has come. */
  async status(): Promise<number> {
    while (!this.received.includes('\r\n\r\n') && !this.socket.destroyed)
      await Promise.race([new Promise((resolve) => this.socket.once('data', resolve)), this.closed])
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.received)?.[1] ?? 0)
  }
}

/** As many members as are asked for, each of which unpacks to 10 MB. */
export function* bomb(members: number): Generator<Uint8Array> {
  const member = gzipSync(Buffer.alloc(10_000_000))
  for (let i = 0; i < members; i++) yield member
}
