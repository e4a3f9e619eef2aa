/** A scenario as records in the order in which they arrive, and the truth about them. The same scenario gives the same bytes. */
import { Agenda } from './agenda.ts'
import { Delivery } from './delivery.ts'
import { Effects } from './effects.ts'
import type { Written } from './facts.ts'
import { type GroundTruth, groundTruth, type LogTruth, Sightings } from './ground-truth.ts'
import { operator } from './recorder.ts'
import type { LogId, Scenario } from './scenario.ts'
import { hourMs } from './shapes.ts'
import { Truth } from './truth.ts'
import { recordersOf, World } from './world.ts'

export interface Arriving {
  /** Epoch ms. */
  readonly arrival: number
  readonly log: LogId
  /** One JSON document, without its line end. */
  readonly text: string
}

/** Records may be stamped so much before the step that writes them: CloudTrail has whole seconds. */
const mostBehindMs = 1000
/** Tokens are remembered so long after their end: some are used that late. */
const rememberedMs = 48 * hourMs

interface Counts {
  written: number
  lost: number
  late: number
  duplicates: number
}

export class Simulation {
  readonly #scenario: Scenario
  readonly #effects: Effects
  readonly #delivery: Delivery
  readonly #truth = new Truth()
  readonly #sightings: Sightings
  readonly #logs = new Map<LogId, Counts>()
  readonly #written = new Agenda<Written>()
  readonly #underWay = new Agenda<Written>()
  #forgetAt: number

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#effects = new Effects(scenario)
    this.#delivery = new Delivery(scenario.delivery, this.#effects, scenario.seed)
    this.#sightings = new Sightings(this.#effects.faults)
    this.#forgetAt = scenario.start + hourMs
  }

  /** Earliest arrival first. Holds what is under way and nothing else, however long the scenario is. */
  *records(): Generator<Arriving> {
    for (const { time, written } of new World(this.#scenario, this.#effects).run()) {
      for (const one of written) this.#written.add(one.time, one)
      yield* this.#arrivedBefore(time - mostBehindMs)
    }
    yield* this.#arrivedBefore(Number.POSITIVE_INFINITY)
  }

  /** Nothing stamped before `time` will be written any more, so that nothing will arrive before it either. */
  *#arrivedBefore(time: number): Generator<Arriving> {
    while (this.#written.nextTime < time) this.#send(this.#written.take())
    while (this.#underWay.nextTime < time) {
      const arrival = this.#underWay.nextTime
      const arrived = this.#underWay.take()
      if (arrived !== undefined) yield { arrival, log: arrived.log, text: arrived.text }
    }
  }

  #send(written: Written | undefined): void {
    if (written === undefined) return
    const { at, isLate } = this.#delivery.arrivals(written)
    for (const arrival of at) this.#underWay.add(arrival, written)
    const counts = this.#countsOf(written.log)
    counts.written++
    if (isLate) counts.late++
    if (at.length > 1) counts.duplicates++
    if (at.length === 0) counts.lost++
    else this.#truth.count(written)
    this.#sightings.see(written, Math.min(...at))
    if (written.time < this.#forgetAt) return
    this.#forgetAt = written.time + hourMs
    this.#truth.forget(written.time - rememberedMs)
  }

  #countsOf(log: LogId): Counts {
    let counts = this.#logs.get(log)
    if (counts === undefined) {
      counts = { written: 0, lost: 0, late: 0, duplicates: 0 }
      this.#logs.set(log, counts)
    }
    return counts
  }

  /** Call when all records have been taken. */
  truth(): GroundTruth {
    const logs: ReadonlyMap<LogId, LogTruth> = this.#logs
    return groundTruth({
      scenario: this.#scenario,
      faults: this.#effects.faults,
      recorders: recordersOf(this.#scenario.seed),
      truth: this.#truth,
      sightings: this.#sightings,
      logs,
      actor: operator.upn,
    })
  }
}
