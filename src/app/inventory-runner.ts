/** What a run does with its inventory beside the records: files are read anew, radii and drift told, everybody surveyed; in small steps. */
import { type Survey, survey } from '../inventory/survey.ts'
import type { InventoryWatch } from './inventory-watch.ts'
import type { Pipeline } from './pipeline.ts'
import type { ServiceLog } from './service.ts'
import { inSteps } from './steps.ts'
import { errorKind } from './system-error.ts'

export interface InventoryRunnerOptions {
  readonly watch: InventoryWatch
  readonly pipeline: Pipeline
  /** Epoch ms. */
  readonly now: () => number
  readonly log: Pick<ServiceLog, 'error'>
  /** State has changed. */
  readonly onTold: () => void
  /** Whether nothing may be counted now. */
  readonly isPaused: () => boolean
}

const turnEveryMs = 1000
/** How often files are looked at. */
const lookEveryMs = 60_000
/** How often everybody is surveyed: after a change, and in any case, since ages grow. A survey takes a tenth of the time at most. */
const surveyAfterMs = 60_000
const surveyEveryMs = 3_600_000
const surveyShare = 10

/** Identities, and findings of each kind, that are named. */
const namedInSurvey = 20

export class InventoryRunner {
  readonly #options: InventoryRunnerOptions
  survey: Survey | undefined
  #isStopping = false
  #wake: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #lookAt = Number.NEGATIVE_INFINITY
  /** Of the last survey: which state of the inventory it saw, when it ended, how long it took. */
  #surveyed = { version: -1, at: Number.NEGATIVE_INFINITY, tookMs: 0 }

  constructor(options: InventoryRunnerOptions) {
    this.#options = options
  }

  /** Reads the files at once: whoever is served finds them read. */
  readFiles(): void {
    this.#options.watch.readAll()
    this.#lookAt = performance.now() + lookEveryMs
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#wake?.()
    await this.#running
  }

  /** After a reload: files are looked at in the next turn. */
  hurry(): void {
    this.#lookAt = Number.NEGATIVE_INFINITY
    this.#wake?.()
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.turn()
      } catch (error) {
        this.#options.log.error(
          { error: errorKind(error) },
          'the inventory made the program fail; it is tried again',
        )
      }
      await this.#pause()
    }
  }

  #pause(): Promise<void> {
    if (this.#isStopping) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, turnEveryMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Everything that is due. */
  async turn(): Promise<void> {
    const { watch, pipeline, onTold, isPaused } = this.#options
    if (performance.now() >= this.#lookAt) {
      await watch.look()
      this.#lookAt = performance.now() + lookEveryMs
    }
    const { inventory } = pipeline.inventory
    if (inventory.snapshots.length === 0) return
    const isStopped = (): boolean => this.#isStopping || isPaused()
    await inSteps(inventory.prepare(), isStopped)
    if (isStopped()) return
    if (pipeline.hasRadiiToTell) {
      await inSteps(this.#told(pipeline.tellRadii(), onTold), isStopped)
      if (isStopped()) return
    }
    if (pipeline.hasDriftToTell) {
      await inSteps(this.#told(pipeline.tellDrift(), onTold), isStopped)
      if (isStopped()) return
    }
    await this.#survey(isStopped)
  }

  /** What is told of each identity is kept with its counts: a commit may come between any two. */
  *#told(work: Generator<void, void>, onTold: () => void): Generator<void, void> {
    for (const _ of work) {
      onTold()
      yield
    }
    onTold()
  }

  async #survey(isStopped: () => boolean): Promise<void> {
    const { inventory } = this.#options.pipeline.inventory
    const { version, at, tookMs } = this.#surveyed
    const begun = performance.now()
    const hasChanged = inventory.version !== version
    const wait = hasChanged ? Math.max(surveyAfterMs, tookMs * surveyShare) : surveyEveryMs
    if (this.survey !== undefined && begun - at < wait) return
    const seen = inventory.version
    const limits = { top: namedInSurvey }
    const result = await inSteps(survey(inventory, this.#options.now(), limits), isStopped)
    if (result === undefined) return
    this.survey = result
    const ended = performance.now()
    this.#surveyed = { version: seen, at: ended, tookMs: ended - begun }
  }
}
