/** A real Keycloak over a database in memory, with its console log as JSON. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../server-process.ts'
import type { Workspace } from '../workspace.ts'
import { mavenArchive } from './build.ts'
import { Server, statusOf } from './server.ts'

const keycloakVersion = '26.4.0'
const startLimitMs = 300_000

export const rootAdmin = { name: 'root-admin', password: 'p-root-admin' } as const

/** What its start script says, without a shell in between that signals would not get through. */
const javaOptions = [
  '-Xmx768m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '--add-opens=java.base/java.util=ALL-UNNAMED',
  '--add-opens=java.base/java.util.concurrent=ALL-UNNAMED',
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Dpicocli.disable.closures=true',
]

/** The log level is the README's: successes are written at DEBUG. */
const options = [
  '--optimized',
  '--http-enabled=true',
  '--http-host=127.0.0.1',
  '--cache=local',
  '--log-console-output=json',
  '--log-level=INFO,org.keycloak.events:debug',
]

/** Built once for its database, so that the console log begins with the first line of the server itself. */
export function keycloakDistribution(): string {
  return mavenArchive(
    `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:tar.gz`,
    `keycloak-${keycloakVersion}`,
    (folder) => {
      const run = spawnSync(join(folder, 'bin/kc.sh'), ['build', '--db=dev-mem'], { encoding: 'utf8' })
      if (run.status !== 0) throw new Error(`kc.sh build failed: ${run.stdout}${run.stderr}`)
    },
  )
}

export interface HttpAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** Last segment of the path of what was made; empty where nothing was. */
  readonly made: string
}

export class Keycloak implements AsyncDisposable {
  /** The console log. */
  readonly log: string
  readonly #url: string
  #server: Server | undefined

  private constructor(log: string, port: number) {
    this.log = log
    this.#url = `http://127.0.0.1:${port}`
  }

  static async start(folder: Workspace): Promise<Keycloak> {
    const home = keycloakDistribution()
    const port = await freePort()
    const keycloak = new Keycloak(folder.at('keycloak.ndjson'), port)
    const system = [`-Dkc.home.dir=${home}`, `-Djboss.server.config.dir=${join(home, 'conf')}`]
    const main = ['-cp', join(home, 'lib/quarkus-run.jar'), 'io.quarkus.bootstrap.runner.QuarkusEntryPoint']
    keycloak.#server = await Server.start(
      [
        'java',
        ...javaOptions,
        ...system,
        ...main,
        'start',
        ...options,
        `--http-port=${port}`,
        `--hostname=${keycloak.#url}`,
      ],
      {
        outputFile: keycloak.log,
        errorFile: folder.at('keycloak.txt'),
        limitMs: startLimitMs,
        env: {
          PATH: process.env['PATH'],
          KC_BOOTSTRAP_ADMIN_USERNAME: rootAdmin.name,
          KC_BOOTSTRAP_ADMIN_PASSWORD: rootAdmin.password,
        },
      },
      async () => (await statusOf(`${keycloak.#url}/realms/master`)) === 200,
    )
    return keycloak
  }

  /** A form, as OAuth has it. */
  post(path: string, form: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(form) })
  }

  /** With a token; a `body` is JSON. */
  call(method: string, path: string, token: string, body?: unknown): Promise<HttpAnswer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return this.#send(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  async #send(path: string, init: RequestInit): Promise<HttpAnswer> {
    const response = await fetch(`${this.#url}${path}`, init)
    const text = await response.text()
    const made = response.headers.get('location')?.split('/').at(-1) ?? ''
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { list: text }, made }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }
}
