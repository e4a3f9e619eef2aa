/** A real PostgreSQL that logs as JSON, and psql to connect to it. */
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../server-process.ts'
import type { Workspace } from '../workspace.ts'
import { Server } from './server.ts'

/** Where Debian puts its versions; elsewhere the programs are on the PATH. */
const versions = '/usr/lib/postgresql'
/** The first with jsonlog. */
const oldest = 15

/** The folder of initdb and postgres, with a slash; empty when they are on the PATH. */
function programs(): string {
  const found = existsSync(versions) ? readdirSync(versions).map(Number) : []
  const newest = Math.max(0, ...found.filter((version) => version >= oldest))
  return newest === 0 ? '' : `${versions}/${newest}/bin/`
}

/** The server's own program, which may be missing where psql is there. */
export function postgresqlProgram(): string {
  return `${programs()}postgres`
}

/** PostgreSQL refuses to run as root: then it is the account that its package has made. */
function account(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [, , uid, gid] = (/^postgres:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0] ?? '').split(':')
  if (uid === undefined) throw new Error('there is no account postgres to run it as')
  return { uid: Number(uid), gid: Number(gid) }
}

/** As the README of the connector says. */
const settings = {
  listen_addresses: '127.0.0.1',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'logs',
  log_filename: 'postgresql.log',
  log_connections: 'on',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Only those who ask for more than 20 wait for it.
  max_connections: '20',
  fsync: 'off',
}

/** The first that fits decides. */
const access = `local all          all                    reject
host  all          postgres 127.0.0.1/32  trust
host  all          legacy   127.0.0.1/32  reject
host  orders       all      127.0.0.1/32  scram-sha-256
host  archive      all      127.0.0.1/32  md5
`

export interface Answer {
  readonly isAllowed: boolean
  /** The message of the server; empty on success. */
  readonly message: string
}

export class Postgresql implements AsyncDisposable {
  /** The folder of its logs. */
  readonly logs: string
  readonly #port: number
  #server: Server | undefined

  private constructor(data: string, port: number) {
    this.logs = join(data, 'logs')
    this.#port = port
  }

  static async start(folder: Workspace): Promise<Postgresql> {
    const data = folder.at('data')
    const owner = account()
    mkdirSync(data, { mode: 0o700 })
    if (owner.uid !== undefined) {
      chownSync(folder.path, owner.uid, owner.gid ?? 0)
      chownSync(data, owner.uid, owner.gid ?? 0)
    }
    const initdb = spawnSync(
      `${programs()}initdb`,
      ['-D', data, '-U', 'postgres', '--no-sync', '-E', 'UTF8'],
      {
        encoding: 'utf8',
        ...owner,
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      },
    )
    if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`)
    folder.write('data/pg_hba.conf', access)
    const port = await freePort()
    const postgresql = new Postgresql(data, port)
    const all = { ...settings, port: String(port), unix_socket_directories: '' }
    const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const isReady = async (): Promise<boolean> => postgresql.#readyLine()
    postgresql.#server = await Server.start(
      [postgresqlProgram(), '-D', data, ...options],
      {
        outputFile: folder.at('postgresql.txt'),
        cwd: data,
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        ...owner,
      },
      isReady,
    )
    return postgresql
  }

  /** Asking it would be logged as a connection. */
  #readyLine(): boolean {
    const path = join(this.logs, 'postgresql.json')
    return existsSync(path) && readFileSync(path, 'utf8').includes('ready to accept connections')
  }

  /** One connection in which a statement is run. */
  connect(role: string, database: string, statement: string, password?: string): Answer {
    const target = `host=127.0.0.1 port=${this.#port} user=${role} dbname=${database} sslmode=disable gssencmode=disable`
    const run = spawnSync('psql', ['-w', '-X', '-q', '-A', '-t', '-c', statement, target], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        LC_ALL: 'C',
        ...(password === undefined ? {} : { PGPASSWORD: password }),
      },
    })
    return { isAllowed: run.status === 0, message: run.stderr.trim() }
  }

  /** Ends when everything is logged. */
  async stop(): Promise<void> {
    await this.#server?.stop('SIGINT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // SIGQUIT ends its children as well, which SIGKILL would leave behind.
    await this.#server?.stop('SIGQUIT')
  }
}
