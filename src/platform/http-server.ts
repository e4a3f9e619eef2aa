/** The HTTP face of a run: ingest, metrics, health, reload, and the landing page. Knows nothing of what is behind them. */

import { createHash, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { ByteTaker } from './file-follower.ts'

export interface Ingest {
  /** Takes the bytes of one request; `settled` after `end` tells what became of them, once that is durable. */
  readonly open: () => ByteTaker & { settled: () => Promise<unknown> }
  /** While it is true nothing can be made durable, and senders are asked to come again. */
  readonly isUnavailable: () => boolean
  /** Largest body, decompressed. */
  readonly maxBodyBytes: number
  /** Whether a bearer token lets the sender in; undefined where everybody may send. */
  readonly tokens: readonly string[]
}

export interface HttpHandlers {
  readonly ingest: Ingest | undefined
  readonly metrics: () => Promise<string>
  readonly metricsContentType: string
  readonly isReady: () => boolean
  /** Undefined where reloading by HTTP is off. */
  readonly reload: (() => Promise<{ readonly ok: boolean; readonly message: string }>) | undefined
  readonly landingPage: () => string
  readonly status: () => unknown
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Compared as digests, so that neither length nor content shows in the time it takes. */
function isAllowed(request: FastifyRequest, tokens: readonly Buffer[]): boolean {
  if (tokens.length === 0) return true
  const given = digest((request.headers.authorization ?? '').replace(/^Bearer +/i, ''))
  return tokens.map((token) => timingSafeEqual(token, given)).includes(true)
}

class BodyTooLarge extends Error {}

/** Leaves the connection usable when it gives up early: destroying the body would cut the answer off. */
async function takeBody(
  body: Readable,
  encoding: string,
  ingest: Ingest,
): Promise<{ settled: () => Promise<unknown> }> {
  const taker = ingest.open()
  const unpacker = encoding === 'gzip' ? createGunzip() : undefined
  const source = unpacker === undefined ? body : body.pipe(unpacker)
  if (unpacker !== undefined) body.once('error', (error) => unpacker.destroy(error))
  let bytes = 0
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > ingest.maxBodyBytes) throw new BodyTooLarge()
      taker.push(chunk)
    }
  } finally {
    if (unpacker !== undefined) body.unpipe(unpacker)
    unpacker?.destroy()
    body.resume()
  }
  taker.end()
  return taker
}

/** What was sent is not acknowledged: the sender keeps it and sends it again, and repeats count once. */
function unavailable(reply: FastifyReply): FastifyReply {
  const error = 'what is read cannot be made durable at present: send it again later'
  return reply.code(503).header('Retry-After', '5').send({ error })
}

function serveIngest(server: FastifyInstance, ingest: Ingest): void {
  const tokens = ingest.tokens.map(digest)
  server.post('/v1/records', async (request, reply: FastifyReply) => {
    if (!isAllowed(request, tokens)) {
      return reply
        .code(401)
        .header('WWW-Authenticate', 'Bearer')
        .send({ error: 'send one of the configured tokens: Authorization: Bearer …' })
    }
    const encoding = String(request.headers['content-encoding'] ?? 'identity').toLowerCase()
    if (encoding !== 'identity' && encoding !== 'gzip') {
      return reply
        .code(415)
        .send({ error: `Content-Encoding ${encoding} is not supported: send gzip, or none` })
    }
    if (ingest.isUnavailable()) return unavailable(reply)
    let taken: { settled: () => Promise<unknown> }
    try {
      // Without a body there is no stream.
      const body = request.body instanceof Readable ? request.body : Readable.from([])
      taken = await takeBody(body, encoding, ingest)
    } catch (error) {
      if (error instanceof BodyTooLarge) {
        const message = `the body is larger than ${ingest.maxBodyBytes} bytes decompressed: what came before the limit was counted, send the rest in smaller batches`
        return reply.code(413).send({ error: message })
      }
      const message = error instanceof Error ? error.message : 'unknown error'
      return reply.code(400).send({ error: `the body could not be read: ${message}` })
    }
    return taken.settled().catch(() => unavailable(reply))
  })
}

/** Not listening yet: call `listen`, or `inject` in tests. */
export function createHttpServer(handlers: HttpHandlers): FastifyInstance {
  const server = fastify({
    logger: false,
    requestTimeout: 60_000,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    forceCloseConnections: true,
  })
  // Bodies are streamed to the decoder, whatever they say they are.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  if (handlers.ingest) serveIngest(server, handlers.ingest)
  server.get('/metrics', async (_request, reply) => {
    const text = await handlers.metrics()
    return reply.type(handlers.metricsContentType).send(text)
  })
  for (const path of ['/-/healthy', '/livez']) server.get(path, async () => 'identity-slo is healthy.\n')
  for (const path of ['/-/ready', '/readyz']) {
    server.get(path, async (_request, reply) =>
      handlers.isReady()
        ? 'identity-slo is ready.\n'
        : reply.code(503).send('identity-slo is still reading its logs.\n'),
    )
  }
  server.route({
    method: ['POST', 'PUT'],
    url: '/-/reload',
    handler: async (_request, reply) => {
      if (!handlers.reload)
        return reply.code(403).send('reloading by HTTP is off: set lifecycle.reloadEndpoint: true\n')
      const { ok, message } = await handlers.reload()
      return reply
        .code(ok ? 200 : 500)
        .type('text/plain; charset=utf-8')
        .send(`${message}\n`)
    },
  })
  server.get('/api/v1/status', async () => handlers.status())
  server.get('/', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(handlers.landingPage()),
  )
  server.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send({ error: `${request.method} ${request.url} is not served here: / lists what is` }),
  )
  return server
}
