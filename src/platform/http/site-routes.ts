/** Serves the status page and the JSON of the same: by path, with headers that let nothing else run in a page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface SiteRequest {
  /** Of the path; empty where it has none. */
  readonly id: string
  /** What is searched for; empty for all. */
  readonly q: string
  /** From 1. */
  readonly page: number
  /** `host:port` as the client wrote it. */
  readonly host: string
  /** Any other parameter of the address; empty where it is not there. */
  readonly parameter: (name: string) => string
}

/** What a route reads where the question itself is wrong. */
export class BadRequest {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/** Undefined: nothing has the id. */
export interface PageRoute {
  readonly path: string
  readonly render: (request: SiteRequest) => string | undefined
}

/** Undefined: nothing has the id; or a `BadRequest`. */
export interface ApiRoute {
  readonly path: string
  readonly read: (request: SiteRequest) => unknown
}

export interface Site {
  readonly stylesheet: string
  readonly script: string
  readonly pages: readonly PageRoute[]
  readonly api: readonly ApiRoute[]
  readonly notFound: (path: string) => string
  readonly failed: () => string
  readonly onFailure: (error: unknown) => void
}

/** Our own script and style, nothing inline and nothing from elsewhere, no frame around it. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const maxQuery = 200
const maxPage = 1_000_000

/** The first of several; nothing of what is no text. */
function text(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}

function fieldOf(record: unknown, name: string): string {
  return typeof record === 'object' && record !== null
    ? text(Object.entries(record).find(([key]) => key === name)?.[1])
    : ''
}

function siteRequest({ params, query, headers }: FastifyRequest): SiteRequest {
  const page = Number(fieldOf(query, 'page'))
  return {
    id: fieldOf(params, 'id'),
    q: fieldOf(query, 'q').trim().slice(0, maxQuery),
    page: Number.isInteger(page) && page >= 1 ? Math.min(page, maxPage) : 1,
    host: headers.host ?? '',
    parameter: (name) => fieldOf(query, name).trim().slice(0, maxQuery),
  }
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': contentPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(page)
}

function wantsPage({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.includes('text/html')
}

export function serveSite(server: FastifyInstance, site: Site): void {
  // What an error says may quote what it stumbled over.
  const failure = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    site.onFailure(error)
    if (wantsPage(request)) void sendPage(reply.code(500), site.failed())
    else void reply.code(500).send({ error: 'the run could not answer this: its log says more' })
  }
  for (const { path, render } of site.pages) {
    server.get(path, { errorHandler: failure }, async (request, reply) => {
      const page = render(siteRequest(request))
      return page === undefined
        ? sendPage(reply.code(404), site.notFound(decodedPath(request)))
        : sendPage(reply, page)
    })
  }
  for (const { path, read } of site.api) {
    server.get(path, { errorHandler: failure }, async (request, reply) => {
      const asked = siteRequest(request)
      const answer = read(asked)
      if (answer instanceof BadRequest) return reply.code(400).send({ error: answer.reason })
      return answer ?? reply.code(404).send({ error: `nothing here has the id ${asked.id}` })
    })
  }
  const assets = [
    ['/assets/style.css', 'text/css; charset=utf-8', site.stylesheet],
    ['/assets/live.js', 'text/javascript; charset=utf-8', site.script],
  ] as const
  for (const [path, type, asset] of assets) {
    server.get(path, async (_request, reply) =>
      reply
        .headers({ 'cache-control': 'max-age=300', 'x-content-type-options': 'nosniff' })
        .type(type)
        .send(asset),
    )
  }
  server.setNotFoundHandler(async (request, reply) =>
    wantsPage(request)
      ? sendPage(reply.code(404), site.notFound(decodedPath(request)))
      : reply
          .code(404)
          .send({ error: `${request.method} ${request.url} is not served here: / lists what is` }),
  )
}

function decodedPath({ url }: FastifyRequest): string {
  const path = url.split('?')[0] ?? ''
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
