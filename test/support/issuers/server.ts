/** A server of somebody else's as a child process: started, waited for, and ended by its id, whatever happens. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { ready, stopped } from '../server-process.ts'

export interface ServerOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  /** Gets what it writes to standard output, and to standard error unless that has a file of its own. */
  readonly outputFile: string
  readonly errorFile?: string
  readonly limitMs?: number
}

const tailBytes = 2000

export class Server implements AsyncDisposable {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Gives it when it is ready; the error has the end of what it wrote. */
  static async start(
    [command = '', ...args]: readonly string[],
    { outputFile, errorFile = outputFile, limitMs = 120_000, ...options }: ServerOptions,
    isReady: () => Promise<boolean>,
  ): Promise<Server> {
    const output = openSync(outputFile, 'a')
    const errors = openSync(errorFile, 'a')
    const child = spawn(command, args, { ...options, stdio: ['ignore', output, errors] })
    closeSync(output)
    closeSync(errors)
    const failed = new Promise<never>((_resolve, fail) => child.once('error', fail))
    // It must not outlive a test process that ends early.
    const end = (): void => {
      child.kill('SIGKILL')
    }
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    const server = new Server(child)
    try {
      await Promise.race([ready(command, child, isReady, limitMs), failed])
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw new Error(`${error}\n${readFileSync(errorFile, 'utf8').slice(-tailBytes)}`)
    }
    return server
  }

  /** When it gives back, all that it logged is written. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    await stopped(this.#child, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.pid !== undefined) await stopped(this.#child, 'SIGKILL')
  }
}

/** The status of an answer; undefined while nobody answers. */
export async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.status
  } catch {
    return undefined
  }
}
