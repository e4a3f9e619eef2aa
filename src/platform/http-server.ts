/** The HTTP face of a run: ingest, metrics, health, reload, and the status page. Knows nothing of what is behind them. */
import fastify, { type FastifyInstance } from 'fastify'
import { limitPipelining } from './http/pipelining.ts'
import { type Site, serveSite } from './http/site-routes.ts'
import { type Ingest, serveWebhook } from './http/webhook-route.ts'

export interface HttpHandlers {
  readonly ingest: Ingest | undefined
  readonly metrics: () => Promise<string>
  readonly metricsContentType: string
  readonly isReady: () => boolean
  /** Undefined where reloading by HTTP is off. */
  readonly reload: (() => Promise<{ readonly ok: boolean; readonly message: string }>) | undefined
  readonly site: Site
  /** Connections beyond it are closed at once. */
  readonly maxConnections?: number
  /** How long a sender may take for the head of a request, ms. */
  readonly headTimeoutMs?: number
}

const defaultHeadMs = 10_000
const defaultBodyMs = 60_000

/** Not listening yet: call `listen`, or `inject` in tests. */
export function createHttpServer(handlers: HttpHandlers): FastifyInstance {
  const { ingest, maxConnections, headTimeoutMs = defaultHeadMs } = handlers
  const server = fastify({
    logger: false,
    // Behind the webhook's own time-outs, which answer and are counted: for everything else.
    requestTimeout: (ingest?.bodyTimeoutMs ?? defaultBodyMs) + headTimeoutMs,
    http: { headersTimeout: headTimeoutMs, connectionsCheckingInterval: headTimeoutMs / 4 },
    bodyLimit: Number.MAX_SAFE_INTEGER,
    // Ids of identities are long, and are written with %XX where they stand in a path.
    routerOptions: { maxParamLength: 8192 },
    forceCloseConnections: true,
    // The webhook answers by itself while the server closes, with the time to come again.
    return503OnClosing: false,
  })
  if (maxConnections !== undefined) server.server.maxConnections = maxConnections
  // Bodies are streamed to the decoder, whatever they say they are.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  limitPipelining(server)
  if (ingest !== undefined) serveWebhook(server, ingest)
  server.get('/metrics', async (_request, reply) => {
    const text = await handlers.metrics()
    return reply.type(handlers.metricsContentType).send(text)
  })
  for (const path of ['/-/healthy', '/livez']) server.get(path, async () => 'identity-slo is healthy.\n')
  for (const path of ['/-/ready', '/readyz']) {
    server.get(path, async (_request, reply) =>
      handlers.isReady()
        ? 'identity-slo is ready.\n'
        : reply
            .code(503)
            .send('identity-slo is not ready: it reads its logs, cannot write its state, or is stopping.\n'),
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
  serveSite(server, handlers.site)
  return server
}
