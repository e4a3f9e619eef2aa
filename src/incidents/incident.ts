/** What is kept of an incident: one stretch of alerts of objectives that belong together. */
import type { Diagnosis, NamedChange } from '../diagnosis/diagnosis.ts'
import type { AlertReading } from '../objectives/evaluate.ts'

/** From when to when one alert fired. All times are event times, epoch ms, but for `seenAt`. */
export interface AlertStretch {
  readonly id: AlertReading['id']
  readonly severity: AlertReading['severity']
  readonly firedAt: number
  /** When whoever keeps the book saw it: wall clock, or arrival time in a replay. Epoch ms. */
  readonly seenAt: number
  /** Undefined while it fires. */
  readonly resolvedAt?: number | undefined
}

export interface IncidentObjective {
  /** `<service>-<name>` */
  readonly id: string
  readonly service: string
  readonly indicator: string
  /** As defined, such as `99.95`. */
  readonly targetPercent: string
  readonly window: string
  /** Begin and end of its failures; undefined where no bucket shows any. */
  readonly firstFailure?: number | undefined
  readonly lastFailure?: number | undefined
  /** Length of the bucket that `firstFailure` was read from, ms. */
  readonly withinMs?: number | undefined
  /** Bad events or slices since the first failure. */
  readonly bad: number
  /** Share of the whole window's budget that they spent. */
  readonly budgetSpent: number
  readonly alerts: readonly AlertStretch[]
}

export interface FoundDiagnosis extends Diagnosis {
  /** Event time at which it was first made, epoch ms. */
  readonly foundAt: number
}

export interface Incident {
  readonly id: string
  readonly severity: AlertReading['severity']
  /** Owner of the objective that fired first. */
  readonly owner: string
  readonly detectedAt: number
  readonly seenAt: number
  readonly resolvedAt?: number | undefined
  /** In the order in which they fired. */
  readonly objectives: readonly IncidentObjective[]
  /** Who burned most on the days that it touches, most first. */
  readonly identities: readonly { readonly id: string; readonly bad: number }[]
  /** As they were while it was open, the surest first. */
  readonly diagnoses: readonly FoundDiagnosis[]
  /** Of rights and identities that it concerns, the newest first. */
  readonly changes: readonly NamedChange[]
}

function defined(times: readonly (number | undefined)[]): readonly number[] {
  return times.filter((time) => time !== undefined)
}

/** Begin of the failures of all its objectives, epoch ms; undefined where no bucket shows any. */
export function firstFailureOf({ objectives }: Incident): number | undefined {
  const times = defined(objectives.map(({ firstFailure }) => firstFailure))
  return times.length === 0 ? undefined : Math.min(...times)
}

/** End of the last failure, once it is over; epoch ms. */
export function restoredAtOf({ objectives, resolvedAt }: Incident): number | undefined {
  const times = defined(objectives.map(({ lastFailure }) => lastFailure))
  return resolvedAt === undefined || times.length === 0 ? undefined : Math.max(...times)
}

export function isOpen({ resolvedAt }: Incident): boolean {
  return resolvedAt === undefined
}

/** The surest diagnosis, else what burns. */
export function titleOf({ diagnoses: [surest], objectives }: Incident): string {
  if (surest !== undefined) return surest.title
  const names = objectives.map(({ indicator, service }) => `${indicator} of ${service}`)
  const rest = names.length > 1 ? ` and ${names.length - 1} more` : ''
  return `${names[0] ?? 'nothing'}${rest} burns its error budget`
}
