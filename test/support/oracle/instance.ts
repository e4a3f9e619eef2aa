/** The program under test as a process that is killed and started again over the same state. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child, type Ended } from '../child.ts'

/** Most of the time of a start goes into compiling. */
const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'identity-slo-compiled') }

export class Instance {
  readonly #configPath: string
  readonly #settings: Readonly<Record<string, unknown>>
  #child: Child | undefined
  #up = Promise.withResolvers<string>()
  #isUp = false
  starts = 0
  slowestStartMs = 0

  /** `settings` as in the configuration file. */
  constructor(folder: string, settings: Readonly<Record<string, unknown>>) {
    this.#configPath = join(folder, 'identity-slo.yaml')
    this.#settings = settings
  }

  /** Does not wait until it listens. `changed`: settings of this start alone. */
  start(
    changed: Readonly<Record<string, unknown>> = {},
    environment: Readonly<Record<string, string>> = {},
  ): void {
    writeFileSync(this.#configPath, JSON.stringify({ ...this.#settings, ...changed }))
    const child = new Child(['run', '--config', this.#configPath], { ...compileCache, ...environment })
    // It must not outlive an oracle that ends early.
    const end = (): void => child[Symbol.dispose]()
    process.once('exit', end)
    child.process.once('exit', () => process.off('exit', end))
    const startedAt = performance.now()
    this.#child = child
    this.starts++
    let said = ''
    child.process.stdout?.on('data', (text: string) => {
      said += text
      const address = /open (http:\/\/[\d.:]+)\//.exec(said)?.[1]
      if (address === undefined || this.#child !== child) return
      this.slowestStartMs = Math.max(this.slowestStartMs, performance.now() - startedAt)
      this.#isUp = true
      this.#up.resolve(address)
    })
  }

  /** Of the process that runs, or of the next one that gets so far. */
  address(): Promise<string> {
    return this.#up.promise
  }

  /** As `address`; rejects with what it said when the process ends before. */
  async listening(): Promise<string> {
    const child = this.#child
    const ended = child?.ended.then(({ code, err }): never => {
      throw new Error(`the program ended with status ${code}: ${err}`)
    })
    return await Promise.race([this.address(), ...(ended === undefined ? [] : [ended])])
  }

  /** Resolves when the process has ended, however it did. */
  async ended(): Promise<Ended> {
    if (this.#child === undefined) throw new Error('nothing was started')
    const ended = await this.#child.ended
    this.#child = undefined
    // Who waits for one that never came so far waits for the next.
    if (this.#isUp) this.#up = Promise.withResolvers<string>()
    this.#isUp = false
    return ended
  }

  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended> {
    this.#child?.process.kill(signal)
    return await this.ended()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.stop('SIGKILL')
  }
}
