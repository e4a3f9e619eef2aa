/** OTLP over HTTP: `/v1/traces`, `/v1/metrics` and `/v1/logs`, protobuf and JSON, gzip. Answers as the specification asks. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { BearerTokens } from '../http/bearer-tokens.ts'
import { limitPipelining } from '../http/pipelining.ts'
import { Refusal, refusals } from '../http/refusal.ts'
import { discardRest, readBody } from '../http/request-body.ts'
import { WebhookLoad } from '../http/webhook-load.ts'
import { rpcCodeOf, statusBytes, statusJson, successBytes, successJson } from './answers.ts'
import type { ExportOutcome } from './export-outcome.ts'
import type { OtlpListener, OtlpOptions } from './otlp-options.ts'

const headTimeoutMs = 10_000
/** Requests that are under way when the receiver closes have this long to end. */
const closingMs = 5000

const signals = ['traces', 'metrics', 'logs'] as const
type Signal = (typeof signals)[number]
type Encoding = 'protobuf' | 'json'

const contentTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  return type === 'application/x-protobuf' || type === 'application/protobuf' ? 'protobuf' : undefined
}

export class OtlpHttpReceiver implements OtlpListener {
  readonly #options: OtlpOptions
  readonly #server: FastifyInstance
  readonly #tokens: BearerTokens
  readonly #load: WebhookLoad
  #isClosing = false

  constructor(options: OtlpOptions) {
    const { tokens, maxConcurrentRequests, maxConcurrentBytes } = options
    this.#options = options
    this.#tokens = new BearerTokens(tokens)
    this.#load = new WebhookLoad({ requests: maxConcurrentRequests, bytes: maxConcurrentBytes })
    this.#server = this.#createServer()
  }

  #createServer(): FastifyInstance {
    const { bodyTimeoutMs, maxConnections } = this.#options
    const server = fastify({
      logger: false,
      requestTimeout: bodyTimeoutMs + headTimeoutMs,
      http: { headersTimeout: headTimeoutMs, connectionsCheckingInterval: headTimeoutMs / 4 },
      bodyLimit: Number.MAX_SAFE_INTEGER,
      forceCloseConnections: true,
      return503OnClosing: false,
    })
    server.server.maxConnections = maxConnections
    // Bodies are read here: with the limits of the receiver, and answered in its ways.
    server.removeAllContentTypeParsers()
    server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    limitPipelining(server)
    for (const signal of signals)
      server.post(`/v1/${signal}`, (request, reply) => this.#answer(signal, request, reply))
    server.addHook('preClose', () => this.#load.idle(closingMs))
    server.setNotFoundHandler(async (request, reply) =>
      reply.code(404).send({
        code: 12,
        message: `${request.method} ${request.url} is not served here: POST /v1/${signals.join(', /v1/')} is`,
      }),
    )
    return server
  }

  async listen(host: string, port: number): Promise<number> {
    await this.#server.listen({ host, port })
    const address = this.#server.server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#server.close()
  }

  async #answer(signal: Signal, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const encoding = encodingOf(request.headers['content-type'])
    try {
      const outcome = await this.#take(signal, encoding, request)
      if (outcome.kind === 'unreadable') throw refusals.notOtlp(outcome.why)
      // Nobody is there to be told, so that it will come again.
      if (request.raw.socket.destroyed) throw refusals.gone()
      this.#options.onAnswered('http', 200)
      const { rejected, message } = outcome
      return encoding === 'json'
        ? reply.type(contentTypes.json).send(successJson(signal, rejected, message))
        : reply.type(contentTypes.protobuf).send(successBytes(rejected, message))
    } catch (error) {
      if (!(error instanceof Refusal)) this.#options.onFailure(error)
      return this.#refuse(request, reply, encoding, error instanceof Refusal ? error : refusals.failed())
    }
  }

  /** In the encoding of the request; in JSON where that is none that we know. */
  #refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    encoding: Encoding | undefined,
    refusal: Refusal,
  ): FastifyReply {
    const { status, headers, message } = refusal
    this.#options.onAnswered('http', status)
    if (status === 499) return reply.hijack()
    discardRest(request.raw)
    const code = rpcCodeOf(status)
    const retry = headers['Retry-After'] === undefined ? undefined : Number(headers['Retry-After'])
    reply.code(status).headers(headers)
    return encoding === 'protobuf'
      ? reply.type(contentTypes.protobuf).send(statusBytes(code, message, retry))
      : reply.type(contentTypes.json).send(statusJson(code, message, retry))
  }

  async #take(
    signal: Signal,
    encoding: Encoding | undefined,
    request: FastifyRequest,
  ): Promise<ExportOutcome> {
    const { headers } = request
    const { isUnavailable, take } = this.#options
    if (!this.#tokens.admits(headers.authorization)) throw refusals.noToken()
    if (encoding === undefined) throw refusals.unknownType(headers['content-type'] ?? '(none)')
    const packing = String(headers['content-encoding'] ?? 'identity').toLowerCase()
    if (packing !== 'identity' && packing !== 'gzip') throw refusals.unknownEncoding(packing)
    if (this.#isClosing || isUnavailable()) throw refusals.unavailable()
    const visit = this.#load.enter()
    if (visit === undefined) throw refusals.tooMany()
    try {
      const body = await this.#read(request, packing === 'gzip', visit.add)
      return await take(signal, encoding, body).catch((error: unknown) => {
        throw isUnavailable() ? refusals.unavailable() : error
      })
    } finally {
      visit.leave()
    }
  }

  async #read(
    { raw }: FastifyRequest,
    isGzip: boolean,
    add: (bytes: number) => boolean,
  ): Promise<Uint8Array> {
    const { maxBodyBytes, bodyTimeoutMs, idleTimeoutMs } = this.#options
    // Nothing is kept of a body that says at once that it is too large.
    if (Number(raw.headers['content-length'] ?? 0) > maxBodyBytes) throw refusals.tooLargeWhole(maxBodyBytes)
    const chunks: Uint8Array[] = []
    let bytes = 0
    await readBody(raw, {
      isGzip,
      pace: { totalMs: bodyTimeoutMs, idleMs: idleTimeoutMs },
      take: (chunk) => {
        bytes += chunk.length
        if (bytes > maxBodyBytes) return refusals.tooLargeWhole(maxBodyBytes)
        if (!add(chunk.length)) return refusals.tooMany()
        chunks.push(chunk)
        return undefined
      },
    })
    const [first] = chunks
    return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
  }
}
