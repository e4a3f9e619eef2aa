/** Follows a run's log files: reads what is there at the start to its end, then what is added, and says what cannot be read. */
import { FileFollower } from '../platform/file-follower.ts'
import type { Positions } from './committer.ts'
import type { Config } from './config.ts'
import type { Pipeline } from './pipeline.ts'
import type { ServiceLog } from './service.ts'
import { errorCode, errorKind, systemReason } from './system-error.ts'

const pollMs = 1000

export interface LogFollowingOptions {
  readonly pipeline: Pipeline
  readonly files: Config['files']
  readonly positions: ReturnType<Positions['ofFiles']>
  readonly log: ServiceLog
  /** Whether nothing may be taken in now. */
  readonly isPaused: () => boolean
  /** Records were counted: there is something to keep. */
  readonly changed: () => void
  /** What else is done from time to time, whether records come or not. */
  readonly look: () => void
}

export class LogFollowing {
  readonly #options: LogFollowingOptions
  readonly #follower: FileFollower
  /** Paths that could not be read in the last round of reading, and in this one. */
  #hadTrouble: ReadonlySet<string> = new Set()
  #hasTrouble = new Set<string>()
  #isReady = false
  #isStopping = false
  #failures = 0
  #wake: (() => void) | undefined
  #following: Promise<void> = Promise.resolve()

  constructor(options: LogFollowingOptions) {
    this.#options = options
    const { pipeline, log, positions } = options
    this.#follower = new FileFollower({
      beginBatch: () => {
        pipeline.beginBatch()
        options.changed()
      },
      fetch: (read) => pipeline.batches?.fetch(read) ?? read(),
      ...positions,
      isPaused: options.isPaused,
      open: (path) => pipeline.decoder(undefined, { transport: 'files', lane: path }),
      rejection: (rejection, path) => {
        pipeline.rejectInput(rejection, { transport: 'files', lane: path })
        log.warn({ path, reason: rejection.reason }, rejection.message)
      },
      error: (error, path) => this.#problem(error, path),
    })
  }

  /** Whether the logs that were there at the start are read. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** How often a file or folder could not be read. */
  get failures(): number {
    return this.#failures
  }

  start(): void {
    this.#following = this.#follow()
  }

  async #follow(): Promise<void> {
    const { files, log, pipeline, look } = this.#options
    const followed = files.filter(({ follow }) => follow).map(({ path }) => path)
    const all = files.map(({ path }) => path)
    // What was there at the start is read to its end before anything in it can be late.
    while (!(await this.#follower.poll(all)) && !this.#isStopping) await this.#pause()
    if (this.#isStopping) return
    this.#isReady = true
    log.info({ records: pipeline.sources.totals() }, 'ready: read the logs that were there')
    while (!this.#isStopping) {
      look()
      await this.#pause()
      this.#hadTrouble = this.#hasTrouble
      this.#hasTrouble = new Set()
      await this.#follower.poll(followed)
    }
  }

  /** Until the next round of reading, or until we stop. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Said once for each path, until it works again. */
  #problem(error: unknown, path: string): void {
    const isKnown = this.#hadTrouble.has(path) || this.#hasTrouble.has(path)
    this.#hasTrouble.add(path)
    this.#failures++
    if (isKnown) return
    const { log } = this.#options
    if (errorCode(error) === undefined)
      log.error(
        { path, error: errorKind(error) },
        'a log file made the program fail; it is tried again later',
      )
    else
      log.error(
        { path, reason: systemReason(error) },
        'a log file or folder cannot be read; it is tried again',
      )
  }

  /** Ends after the round that is under way. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#follower.stop()
    this.#wake?.()
    await this.#following
  }

  /** Counts what is half read at the end of the files. */
  finish(): void {
    this.#follower.finish()
  }
}
