/** `POST /v1/records`: whose requests are taken, how much of them, and what their senders are told. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ByteTaker } from '../file-follower.ts'
import { BearerTokens } from './bearer-tokens.ts'
import { Refusal, refusals, type WebhookStatus } from './refusal.ts'
import { discardRest, readBody } from './request-body.ts'
import { WebhookLoad } from './webhook-load.ts'

export interface Ingest {
  /** Takes the bytes of one request; `settled` after `end` tells what became of them, once that is durable. */
  readonly open: () => ByteTaker & { settled: () => Promise<unknown> }
  /** While it is true nothing can be made durable, and senders are asked to come again. */
  readonly isUnavailable: () => boolean
  /** Largest body, decompressed. */
  readonly maxBodyBytes: number
  /** Any one of these bearer tokens lets the sender in; everybody may send where there are none. */
  readonly tokens: readonly string[]
  /** What may be under way at a time, and how slow a body may be, ms. Generous where nothing is said. */
  readonly maxConcurrentRequests?: number
  readonly maxConcurrentBytes?: number
  readonly bodyTimeoutMs?: number
  readonly idleTimeoutMs?: number
  /** Told of each request when its answer is known. */
  readonly onAnswered?: (status: WebhookStatus) => void
  /** Told of a mistake of ours that a body brought out. */
  readonly onFailure?: (error: unknown) => void
}

/** Requests that are under way when the server closes have this long to end. */
const closingMs = 5000

class WebhookRoute {
  readonly #ingest: Ingest
  readonly #tokens: BearerTokens
  readonly #load: WebhookLoad
  #isClosing = false

  constructor(ingest: Ingest) {
    const { tokens, maxConcurrentRequests, maxConcurrentBytes } = ingest
    this.#ingest = ingest
    this.#tokens = new BearerTokens(tokens)
    this.#load = new WebhookLoad({
      requests: maxConcurrentRequests ?? Number.POSITIVE_INFINITY,
      bytes: maxConcurrentBytes ?? Number.POSITIVE_INFINITY,
    })
  }

  /** Takes nothing new, and resolves when what is under way has been answered. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#load.idle(closingMs)
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    try {
      const summary = await this.#take(request)
      // Nobody is there to be told, so that it will come again.
      if (request.raw.socket.destroyed) throw refusals.gone()
      this.#ingest.onAnswered?.(200)
      return summary
    } catch (error) {
      if (!(error instanceof Refusal)) this.#ingest.onFailure?.(error)
      return this.#refuse(request, reply, error instanceof Refusal ? error : refusals.failed())
    }
  }

  #refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
    this.#ingest.onAnswered?.(refusal.status)
    if (refusal.status === 499) return reply.hijack()
    discardRest(request.raw)
    return reply.code(refusal.status).headers(refusal.headers).send({ error: refusal.message })
  }

  async #take(request: FastifyRequest): Promise<unknown> {
    const { isUnavailable, open } = this.#ingest
    if (!this.#tokens.admits(request.headers.authorization)) throw refusals.noToken()
    const encoding = String(request.headers['content-encoding'] ?? 'identity').toLowerCase()
    if (encoding !== 'identity' && encoding !== 'gzip') throw refusals.unknownEncoding(encoding)
    if (this.#isClosing || isUnavailable()) throw refusals.unavailable()
    const visit = this.#load.enter()
    if (visit === undefined) throw refusals.tooMany()
    try {
      const taker = open()
      await this.#read(request, encoding === 'gzip', taker, visit.add)
      taker.end()
      return await taker.settled().catch(() => {
        throw refusals.unavailable()
      })
    } finally {
      visit.leave()
    }
  }

  #read(
    { raw }: FastifyRequest,
    isGzip: boolean,
    taker: ByteTaker,
    add: (bytes: number) => boolean,
  ): Promise<void> {
    const { maxBodyBytes, bodyTimeoutMs = 60_000, idleTimeoutMs = 10_000 } = this.#ingest
    let bytes = 0
    return readBody(raw, {
      isGzip,
      pace: { totalMs: bodyTimeoutMs, idleMs: idleTimeoutMs },
      take: (chunk) => {
        bytes += chunk.length
        if (bytes > maxBodyBytes) return refusals.tooLarge(maxBodyBytes)
        if (!add(chunk.length)) return refusals.tooMany()
        taker.push(chunk)
        return undefined
      },
    })
  }
}

/** The server closes when what is under way has been answered. */
export function serveWebhook(server: FastifyInstance, ingest: Ingest): void {
  const route = new WebhookRoute(ingest)
  server.post('/v1/records', (request, reply) => route.answer(request, reply))
  server.addHook('preClose', () => route.close())
}
