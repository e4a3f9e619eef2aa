/** Evaluates the objectives from time to time: what begins or ends to fire is logged, kept, and told to whoever pages. */

import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Stateful } from '../events/chunk.ts'
import { IncidentBook } from '../incidents/incident-book.ts'
import { type ActiveAlert, ActiveAlerts, type AlertChanges } from '../objectives/active-alerts.ts'
import type { Config } from './config.ts'
import { diagnosesOf } from './diagnoses.ts'
import { lookOf } from './incident-look.ts'
import { isoTime } from './iso-time.ts'
import { Pager } from './pager.ts'
import type { Pipeline } from './pipeline.ts'
import type { ServiceLog } from './service.ts'

export interface AlertWatchOptions {
  readonly pipeline: Pipeline
  readonly config: Config
  readonly log: ServiceLog
  /** Whether nothing can be made durable at present. */
  readonly isIntakePaused: () => boolean
  /** What has to survive a restart has changed. */
  readonly onChange: () => void
}

const noChanges: AlertChanges = { fired: [], resolved: [] }

export class AlertWatch {
  readonly #options: AlertWatchOptions
  readonly #active = new ActiveAlerts()
  readonly incidents = new IncidentBook()
  readonly pager: Pager
  /** Of the evaluation under way, once somebody has asked. */
  #diagnoses: readonly Diagnosis[] | undefined
  #evaluatedAt = Number.NEGATIVE_INFINITY

  constructor(options: AlertWatchOptions) {
    const { config, log, pipeline } = options
    this.#options = options
    this.pager = new Pager({
      settings: config.alertmanager,
      links: config.links,
      now: Date.now,
      steadyMs: () => performance.now(),
      nameOf: (id) => pipeline.identities.tallies.nameOf(id),
      diagnoses: () => this.#diagnosed(),
      log,
    })
  }

  /** By prefix of their chunks. */
  parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [
      ['alerts/', this.#active],
      ['incidents/', this.incidents],
      ['pages/', this.pager.state],
    ]
  }

  active(): readonly ActiveAlert[] {
    return this.#active.all()
  }

  /** To be called often: evaluates when it is time, and tells what is to be told. */
  look(): void {
    const steadyMs = performance.now()
    if (steadyMs - this.#evaluatedAt >= this.#options.config.limits.evaluationSeconds * 1000) {
      this.#evaluatedAt = steadyMs
      this.#evaluate()
    }
    void this.pager.deliver()
  }

  #evaluate(): void {
    const { pipeline, config, log, onChange } = this.#options
    const isIntakePaused = this.#options.isIntakePaused()
    const statuses = pipeline.statuses()
    this.#diagnoses = undefined
    // What cannot be kept must not change: a restart would tell it again.
    const { fired, resolved } = isIntakePaused ? noChanges : this.#active.update(statuses)
    for (const alert of fired) log.warn({ ...alert, since: isoTime(alert.since) }, 'an alert fires')
    for (const alert of resolved) log.info({ ...alert, since: isoTime(alert.since) }, 'an alert is resolved')
    const look = lookOf(pipeline, statuses, Date.now(), () => this.#diagnosed())
    const hasNews = !isIntakePaused && this.incidents.update(look)
    const silentSources = pipeline.sources
      .all()
      .filter((source) => source.isSilent(Date.now(), config.limits.silentAfterSeconds * 1000))
      .map(({ id }) => id)
    const hasPaged = this.pager.update(this.active(), statuses, { silentSources, isIntakePaused })
    if (fired.length > 0 || resolved.length > 0 || hasPaged || hasNews) onChange()
  }

  #diagnosed(): readonly Diagnosis[] {
    this.#diagnoses ??= diagnosesOf(this.#options.pipeline)
    return this.#diagnoses
  }
}
