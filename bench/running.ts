/** A run in a process of its own, as users start it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const main = new URL('../src/main.ts', import.meta.url).pathname
const readyLimitMs = 120_000
const pollMs = 5

export class Running {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess) {
    this.url = url
    this.#child = child
  }

  /** Resolves when it listens. */
  static async start(config: string): Promise<Running> {
    const child = spawn(process.execPath, [main, 'run', '--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      said += text
      const url = /open (http:\S+?)\/ /.exec(said)?.[1]
      if (url !== undefined) return new Running(url, child)
    }
    throw new Error('the run ended before it listened')
  }

  /** Resolves when what was there at the start has been read. */
  async ready(): Promise<void> {
    const deadline = performance.now() + readyLimitMs
    while ((await fetch(`${this.url}/-/ready`)).status !== 200) {
      if (performance.now() > deadline) throw new Error(`the run is not ready after ${readyLimitMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }
}
