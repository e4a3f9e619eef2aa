/** What is true of a simulation's records, as the file beside them says it. */
import type { Fault } from './effects.ts'
import type { Written } from './facts.ts'
import { spiffeIdOf } from './gateway.ts'
import type { Recorder } from './recorder.ts'
import { expectations, type LogId, type Platform, type Scenario, type WorkloadPlan } from './scenario.ts'
import { countedIndicators, type Truth, type Verdicts } from './truth.ts'

interface IndicatorTruth extends Readonly<Verdicts> {
  readonly id: string
}

export interface FaultTruth {
  readonly kind: Fault['kind']
  readonly from: string
  readonly to: string
  readonly share: number
  /** What should be concluded; null where nothing should. */
  readonly mode: string | null
  readonly pages: boolean
  /** Ids under which events show whom it hits. */
  readonly culprits: readonly string[]
  readonly workloads: readonly string[]
  readonly apps: readonly string[]
  /** Records of logs that show it, and when the first of them happened and arrived; null where none does. */
  readonly records: number
  readonly firstRecord: string | null
  readonly firstArrival: string | null
  /** The same of client telemetry. */
  readonly telemetry: { readonly records: number; readonly firstArrival: string | null }
  /** The change that began it. */
  readonly change: { readonly at: string; readonly arrival: string | null; readonly actor: string } | null
}

export interface LogTruth {
  readonly written: number
  readonly lost: number
  readonly late: number
  readonly duplicates: number
}

export interface GroundTruth {
  readonly title: string
  readonly seed: string
  readonly from: string
  readonly to: string
  readonly rate: number
  /** Records delivered to the logs; telemetry apart. */
  readonly records: { readonly delivered: number; readonly unique: number; readonly duplicates: number }
  readonly logs: Readonly<Partial<Record<LogId, LogTruth>>>
  /** What a replay of the logs has to count. */
  readonly indicators: readonly IndicatorTruth[]
  readonly secretReads: number
  readonly changes: number
  readonly telemetry: {
    readonly requests: { readonly good: number; readonly bad: number }
    readonly metadataCalls: { readonly good: number; readonly bad: number }
  }
  readonly faults: readonly FaultTruth[]
}

class Sighting {
  records = 0
  first = Number.POSITIVE_INFINITY
  firstArrival = Number.POSITIVE_INFINITY

  add(time: number, arrival: number): void {
    this.records++
    this.first = Math.min(this.first, time)
    this.firstArrival = Math.min(this.firstArrival, arrival)
  }
}

class FaultSightings {
  readonly logs = new Sighting()
  readonly telemetry = new Sighting()
  changeAt = Number.POSITIVE_INFINITY
  changeArrival = Number.POSITIVE_INFINITY
}

function instant(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null
}

/** Notes when each fault is first seen. */
export class Sightings {
  readonly #byFault: readonly FaultSightings[]

  constructor(faults: readonly Fault[]) {
    this.#byFault = faults.map(() => new FaultSightings())
  }

  /** `arrival` is Infinity for a record that is lost. */
  see({ log, fault, changedBy, time }: Written, arrival: number): void {
    const seen = fault === undefined ? undefined : this.#byFault[fault]
    if (Number.isFinite(arrival)) seen?.[log === 'otlp' ? 'telemetry' : 'logs'].add(time, arrival)
    const changed = changedBy === undefined ? undefined : this.#byFault[changedBy]
    if (changed === undefined || time > changed.changeAt) return
    changed.changeAt = time
    changed.changeArrival = arrival
  }

  of({ index }: Fault): FaultSightings {
    return this.#byFault[index] ?? new FaultSightings()
  }
}

function faultTruth(
  fault: Fault,
  workloads: readonly WorkloadPlan[],
  recorders: Readonly<Record<Platform, Recorder>>,
  sightings: Sightings,
  actor: string,
): FaultTruth {
  const { kind, from, to, share } = fault
  const isSilence = kind === 'source-silent'
  const meant = workloads.filter(
    ({ name }) => !isSilence && (fault.workloads.length === 0 || fault.workloads.includes(name)),
  )
  const { logs, telemetry, changeAt, changeArrival } = sightings.of(fault)
  const at = instant(changeAt)
  return {
    kind,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    share,
    ...expectations[kind],
    culprits: meant.flatMap((workload) => [
      ...recorders[workload.platform].identitiesOf(workload),
      ...(workload.hasGateway ? [spiffeIdOf(workload)] : []),
    ]),
    workloads: meant.map(({ name }) => name),
    apps: [...new Set(meant.map(({ app }) => app))],
    records: logs.records,
    firstRecord: instant(logs.first),
    firstArrival: instant(logs.firstArrival),
    telemetry: { records: telemetry.records, firstArrival: instant(telemetry.firstArrival) },
    change: at === null ? null : { at, arrival: instant(changeArrival), actor },
  }
}

export interface Known {
  readonly scenario: Scenario
  readonly faults: readonly Fault[]
  readonly recorders: Readonly<Record<Platform, Recorder>>
  readonly truth: Truth
  readonly sightings: Sightings
  readonly logs: ReadonlyMap<LogId, LogTruth>
  readonly actor: string
}

export function groundTruth({
  scenario,
  faults,
  recorders,
  truth,
  sightings,
  logs,
  actor,
}: Known): GroundTruth {
  const { title, seed, start, lengthMs, rate } = scenario
  const read = [...logs].filter(([log]) => log !== 'otlp').map(([, counts]) => counts)
  const sum = (of: (counts: LogTruth) => number): number =>
    read.reduce((total, counts) => total + of(counts), 0)
  const unique = sum(({ written, lost }) => written - lost)
  const duplicates = sum((counts) => counts.duplicates)
  const { secret, metadataGood, metadataBad, change } = truth.others
  return {
    title,
    seed,
    from: new Date(start).toISOString(),
    to: new Date(start + lengthMs).toISOString(),
    rate,
    records: { delivered: unique + duplicates, unique, duplicates },
    logs: Object.fromEntries([...logs].sort(([a], [b]) => (a < b ? -1 : 1))),
    indicators: countedIndicators.map((id) => ({ id, ...truth.verdicts[id] })),
    secretReads: secret,
    changes: change,
    telemetry: {
      requests: { good: truth.clientRequests.good, bad: truth.clientRequests.bad },
      metadataCalls: { good: metadataGood, bad: metadataBad },
    },
    faults: faults
      .filter(({ from }) => from < start + lengthMs)
      .map((fault) => faultTruth(fault, scenario.workloads, recorders, sightings, actor)),
  }
}
