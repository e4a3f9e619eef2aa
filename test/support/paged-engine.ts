/** The part of a run that pages, between clocks that a test sets: which objectives burn is said, and not counted. */
import { Pager } from '../../src/app/pager.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { unconfiguredLinks } from '../../src/outputs/alert-text.ts'
import type { AlertmanagerModel } from './alertmanager-model.ts'
import { ChunkStore } from './chunk-store.ts'
import { anObjective } from './objective.ts'

const hourMs = 3_600_000
export const resendMs = 60_000
/** An alert that is not told again ends after so long. */
export const endsAfterMs = 4 * resendMs
const evaluationMs = 15_000

/** Both clocks, of us and of all Alertmanagers: epoch ms, and ms. */
export class Clocks {
  wall = Date.UTC(2026, 0, 5, 2)
  steady = 0

  pass(ms: number): void {
    this.wall += ms
    this.steady += ms
  }
}

export class PagedEngine {
  /** Names of objectives that burn. */
  readonly burning = new Set<string>()
  readonly #clocks: Clocks
  readonly #models: readonly AlertmanagerModel[]
  readonly #urls: readonly string[]
  readonly #store = new ChunkStore()
  #pager: Pager
  #evaluatedAt = Number.NEGATIVE_INFINITY

  constructor(clocks: Clocks, models: readonly AlertmanagerModel[], urls = models.map(({ url }) => url)) {
    this.#clocks = clocks
    this.#models = models
    this.#urls = urls
    this.#pager = this.#started()
  }

  #started(): Pager {
    const pager = new Pager({
      settings: {
        replicas: this.#urls.map((url) => ({ url })),
        resendSeconds: resendMs / 1000,
        timeoutSeconds: 1,
        maxAlertAgeSeconds: 3600,
        labels: {},
      },
      links: unconfiguredLinks,
      now: () => this.#clocks.wall,
      steadyMs: () => this.#clocks.steady,
      nameOf: () => undefined,
      diagnoses: () => [],
      log: { info: () => undefined, warn: () => undefined },
    })
    this.#store.restore(pager.state)
    return pager
  }

  /** Killed and started: what was committed is what it knows. */
  restart(): void {
    this.#pager.stop()
    this.#evaluatedAt = Number.NEGATIVE_INFINITY
    this.#pager = this.#started()
  }

  get replicas(): ReturnType<Pager['replicas']> {
    return this.#pager.replicas()
  }

  /** Evaluates when it is time. Does not wait for anybody's answer. */
  evaluate(): void {
    if (this.#clocks.steady - this.#evaluatedAt < evaluationMs) return
    this.#evaluatedAt = this.#clocks.steady
    const to = this.#clocks.wall
    const statuses = [...this.burning].map((name) =>
      evaluate(new ObjectiveState(anObjective({ name }), { fineMs: hourMs, slicesMs: hourMs }), to),
    )
    const active = statuses.map(({ state: { objective } }) => ({
      objective: objective.id,
      alert: 'page-quick' as const,
      severity: 'page' as const,
      since: to,
    }))
    if (this.#pager.update(active, statuses, { silentSources: [], isIntakePaused: false }))
      this.#store.save(this.#pager.state)
  }

  deliver(): Promise<unknown> {
    return this.#pager.deliver()
  }

  /** Both clocks go on, a second at a time, with all that is done at each. */
  async run(ms: number): Promise<void> {
    for (const until = this.#clocks.wall + ms; this.#clocks.wall < until; this.#clocks.pass(1000)) {
      this.evaluate()
      await this.deliver()
      for (const model of this.#models) model.look()
    }
  }
}
