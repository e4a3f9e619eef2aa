/** The whole program as a process of its own, over a workspace: to be killed, filled up, starved and asked. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Answer, everything, until } from './embedded-service.ts'
import { type Exposition, parseExposition } from './exposition.ts'
import type { Workspace } from './workspace.ts'

const main = new URL('../../src/main.ts', import.meta.url).pathname

export interface InstanceOptions extends Pick<SpawnOptions, 'uid' | 'gid'> {
  /** Command and arguments that run what is appended to them. */
  readonly inside?: readonly string[]
}

export interface Totals {
  readonly read: number
  readonly accepted: number
  readonly duplicates: number
  readonly late: number
  readonly rejected: number
  readonly irrelevant: number
}

export interface Status {
  readonly records: Totals
  readonly indicators: readonly {
    readonly id: string
    readonly good: number
    readonly bad: number
    readonly excluded: number
  }[]
  readonly objectives: readonly Readonly<Record<string, unknown>>[]
}

export class Instance implements AsyncDisposable {
  readonly process: ChildProcess
  /** Empty until it listens. */
  url = ''
  out = ''
  /** Its log, and errors of its start. */
  err = ''
  #ended: Promise<unknown>

  /** Writes the configuration; definitions are `everything` unless the settings name others. */
  constructor(
    workspace: Workspace,
    settings: Readonly<Record<string, unknown>>,
    { inside = [], ...options }: InstanceOptions = {},
  ) {
    if (settings['definitions'] === undefined) workspace.write('slo/all.yaml', everything)
    const own = { definitions: ['slo'], listen: { port: 0 }, telemetry: { enabled: false } }
    const path = workspace.write('identity-slo.yaml', stringify({ ...own, ...settings }))
    const [command = '', ...args] = [...inside, process.execPath, main, 'run', '--config', path]
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Saves most of the time of a start: the program is compiled once for all of them.
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(tmpdir(), 'identity-slo-compiled') },
      ...options,
    })
    this.process = child
    this.#ended = once(child, 'close')
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
    })
  }

  /** Gives it when it listens. */
  static async start(
    workspace: Workspace,
    settings: Readonly<Record<string, unknown>>,
    options: InstanceOptions = {},
  ): Promise<Instance> {
    const instance = new Instance(workspace, settings, options)
    const hasEnded = (): boolean => instance.process.exitCode !== null || instance.process.signalCode !== null
    await until('it listens', () => {
      if (hasEnded()) throw new Error(`it ended before it listened: ${instance.err}`)
      instance.url = /open (http:\/\/[\d.:]+)\//.exec(instance.out)?.[1] ?? ''
      return instance.url !== ''
    })
    return instance
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  /** Exit code, when it has ended. */
  async ended(): Promise<number | null> {
    await this.#ended
    return this.process.exitCode
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.process.kill(signal)
    return this.ended()
  }

  async get(path: string): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  async send(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/v1/records`, { method: 'POST', body, headers })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  async metrics(): Promise<Exposition> {
    return parseExposition((await this.get('/metrics')).text)
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.get('/api/v1/status')).text)
  }

  /** Waits until so many records have been read. */
  async read(records: number): Promise<Status> {
    await until(`${records} records are read`, async () => (await this.status()).records.read >= records)
    return this.status()
  }

  /** Resident memory, bytes; of Linux. */
  get memory(): number {
    const text = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) * 1024
  }

  /** Open files and connections; of Linux. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill()
  }
}

/** Whether this machine lets us mount file systems in a namespace of our own. */
export const canMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0

/** Runs a program with a file system of its own at `folder`, which goes when the program does. */
export function withMount(folder: string, options: string): readonly string[] {
  const script = 'mount -t tmpfs -o "$1" tmpfs "$0" && shift && exec "$@"'
  return ['unshare', '-rm', 'sh', '-c', script, folder, options]
}

/** Where a folder of a program with mounts of its own is found from outside. */
export function insideOf(instance: Instance, folder: string): string {
  return `/proc/${instance.pid}/root${folder}`
}

/** Whether the limits of a running process can be changed. */
export const canLimit = spawnSync('prlimit', ['--version'], { stdio: 'ignore' }).status === 0

/** From now on no file of the process grows beyond so many bytes. */
export function limitFileSize(instance: Instance, bytes: number | 'unlimited'): void {
  const { status } = spawnSync('prlimit', ['--pid', String(instance.pid), `--fsize=${bytes}:unlimited`])
  if (status !== 0) throw new Error('the limit cannot be set')
}
