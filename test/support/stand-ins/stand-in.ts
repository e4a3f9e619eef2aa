/** A local server in place of a cloud's endpoint: answers as documented, does first what the test asks for, and counts what it served. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Certificate } from './certificate.ts'

export interface Answer {
  /** 0: the connection is dropped without an answer. */
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Objects are sent as JSON. */
  readonly body?: string | object
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Served extends Request {
  readonly status: number
  /** Whether it was a request for a token, and not a step towards one. */
  readonly isToken: boolean
}

/** What an endpoint is: which requests are for tokens, and what they are answered. */
export interface Endpoint {
  isToken(request: Request): boolean
  answer(request: Request): Answer
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const url = new URL(incoming.url ?? '/', 'http://localhost')
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString(),
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (status === 0) {
    response.socket?.destroy()
    return
  }
  const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '')
  const type = typeof body === 'object' ? 'application/json' : 'text/plain'
  response.writeHead(status, { 'content-type': type, ...headers }).end(text)
}

export class StandIn implements AsyncDisposable {
  readonly served: Served[] = []
  /** Answers to the next requests for tokens, in place of the usual ones. */
  readonly next: Answer[] = []
  /** The answer to all requests for tokens, as long as it is set. */
  always: Answer | undefined
  readonly url: string
  /** `host:port`. */
  readonly host: string
  readonly #close: () => void

  private constructor(url: string, close: () => void) {
    this.url = url
    this.host = new URL(url).host
    this.#close = close
  }

  static async start(endpoint: Endpoint, certificate?: Certificate): Promise<StandIn> {
    const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
      const request = await readRequest(incoming)
      const isToken = endpoint.isToken(request)
      const answer =
        (isToken ? (standIn.next.shift() ?? standIn.always) : undefined) ?? endpoint.answer(request)
      standIn.served.push({ ...request, status: answer.status, isToken })
      send(response, answer)
    }
    const listener = (incoming: IncomingMessage, response: ServerResponse) => void handle(incoming, response)
    const server =
      certificate === undefined
        ? createServer(listener)
        : createSecureServer({ cert: certificate.certificate, key: certificate.key }, listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const scheme = certificate === undefined ? 'http' : 'https'
    const standIn = new StandIn(`${scheme}://127.0.0.1:${port}`, () => {
      server.closeAllConnections()
      server.close()
    })
    return standIn
  }

  /** Requests for tokens that were answered. */
  get tokens(): readonly Served[] {
    return this.served.filter(({ isToken }) => isToken)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close()
  }
}
