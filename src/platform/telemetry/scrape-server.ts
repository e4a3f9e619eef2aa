/** The port on which the self metrics are scraped: apart from the product's, so that one can be scraped without the other. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

export interface ScrapeServer {
  /** `http://127.0.0.1:9464`. */
  readonly address: string
  readonly close: () => void
}

const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Port 0 takes any free one. Throws the system's error. */
export async function listenForScrapes(
  host: string,
  port: number,
  metrics: RequestListener,
): Promise<ScrapeServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/metrics' && request.method === 'GET') {
      metrics(request, response)
      response.setHeader('content-type', contentType)
      return
    }
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    response.end('only GET /metrics is served here\n')
  })
  server.listen({ host, port })
  await once(server, 'listening')
  const bound = server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
