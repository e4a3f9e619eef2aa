/** A real nginx with auth_request, the authorizer that it asks, and the application behind it. */
import { createServer, type Server as HttpServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '../server-process.ts'
import type { Workspace } from '../workspace.ts'
import { Server, statusOf } from './server.ts'

/** What the authorizer answers to a bearer token. */
export interface Verdict {
  readonly status: number
  /** Whom the token belongs to, where the authorizer can tell. */
  readonly principal?: string
}

/** As the README of the connector says. `$remote_user` is basic authentication's: with tokens the authorizer says who it is. */
const logFormat = `'{"msec":"$msec","request_id":"$request_id","remote_user":"$principal","request_method":"$request_method",'
    '"server_name":"$server_name","status":$status,"auth_status":"$auth_status","upstream_status":"$upstream_status"}'`

interface Ports {
  readonly own: number
  readonly authorizer: number
  readonly application: number
}

function configuration(folder: Workspace, { own, authorizer, application }: Ports): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const guarded = `auth_request /authorize;
      auth_request_set $auth_status $upstream_status;
      auth_request_set $principal $upstream_http_x_principal;
      proxy_pass http://127.0.0.1:${application};`
  return `daemon off;
worker_processes 1;
pid ${folder.at('nginx.pid')};
error_log ${folder.at('error.txt')};
events { worker_connections 64; }
http {
  ${temporary.map((name) => `${name}_temp_path ${folder.at(name)};`).join('\n  ')}
  log_format identity escape=json ${logFormat};
  access_log ${folder.at('access.ndjson')} identity;
  limit_req_zone $server_name zone=each:1m rate=1r/m;
  limit_req_status 429;
  server {
    listen 127.0.0.1:${own};
    server_name ledger.acme.example;
    location / {
      ${guarded}
    }
    location = /scarce {
      limit_req zone=each;
      ${guarded}
    }
    location = /authorize {
      internal;
      proxy_pass http://127.0.0.1:${authorizer};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }
    location = /public { return 200; }
  }
}
`
}

async function listening(handler: RequestListener): Promise<HttpServer> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: HttpServer): number {
  return (server.address() as AddressInfo).port
}

export class Nginx implements AsyncDisposable {
  /** Where it writes its access log. */
  readonly log: string
  readonly #url: string
  readonly #authorizer: HttpServer
  readonly #application: HttpServer
  #server: Server | undefined

  private constructor(folder: Workspace, port: number, authorizer: HttpServer, application: HttpServer) {
    this.log = folder.at('access.ndjson')
    this.#url = `http://127.0.0.1:${port}`
    this.#authorizer = authorizer
    this.#application = application
  }

  /** `verdicts` by token; any other token is refused with a 401 and belongs to nobody. */
  static async start(folder: Workspace, verdicts: ReadonlyMap<string, Verdict>): Promise<Nginx> {
    const authorizer = await listening(({ headers }, response) => {
      const token = headers.authorization?.replace('Bearer ', '') ?? ''
      const { status, principal } = verdicts.get(token) ?? { status: 401 }
      response.writeHead(status, principal === undefined ? {} : { 'X-Principal': principal }).end()
    })
    // It answers with the status that the path asks for.
    const application = await listening(({ url }, response) => {
      if (url !== '/never') response.writeHead(Number(url?.slice(1)) || 200).end()
    })
    const port = await freePort()
    const ports = { own: port, authorizer: portOf(authorizer), application: portOf(application) }
    const config = folder.write('nginx.conf', configuration(folder, ports))
    const nginx = new Nginx(folder, port, authorizer, application)
    try {
      const command = ['nginx', '-p', folder.path, '-c', config, '-e', folder.at('error.txt')]
      const listens = async (): Promise<boolean> => (await statusOf(`${nginx.#url}/public`)) !== undefined
      nginx.#server = await Server.start(command, { outputFile: folder.at('nginx.txt') }, listens)
      return nginx
    } catch (error) {
      await nginx[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The status of the answer; 0 if the client went away after `patienceMs` without one. */
  get(path: string, token?: string, patienceMs?: number): Promise<number> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return new Promise((resolve, fail) => {
      const asking = request(`${this.#url}${path}`, { headers, agent: false }, (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode ?? 0))
      })
      let hasGivenUp = false
      asking.once('error', (error) => (hasGivenUp ? resolve(0) : fail(error)))
      if (patienceMs !== undefined)
        setTimeout(() => {
          hasGivenUp = true
          asking.destroy()
        }, patienceMs)
      asking.end()
    })
  }

  /** The authorizer is down from now on. */
  async loseAuthorizer(): Promise<void> {
    this.#authorizer.closeAllConnections()
    await new Promise((resolve) => this.#authorizer.close(resolve))
  }

  /** Ends when all requests are answered and logged. */
  async stop(): Promise<void> {
    await this.#server?.stop('SIGQUIT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
    for (const server of [this.#authorizer, this.#application]) {
      server.closeAllConnections()
      server.close()
    }
  }
}
