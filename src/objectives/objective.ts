/** An objective: indicator + target + window, as the engine and the generators use it. */
import type { IndicatorId, JudgeOptions } from '../indicators/indicator.ts'
import type { Interval } from './exclusions/intervals.ts'

/** Fields a `where` can select on; a value is exact text, or a glob with `*` and `?`; a list is any of them. */
export const whereFields = [
  'provider',
  'app',
  'team',
  'criticality',
  'identity',
  'identityType',
  'tenant',
  'namespace',
  'layer',
  'source',
  'service',
  'audience',
  'workload',
] as const

export type WhereField = (typeof whereFields)[number]
export type Where = { readonly [field in WhereField]?: readonly string[] | undefined }

/** What an objective counts: our metric source `type: identity-slo`. */
export interface SliSource extends JudgeOptions {
  readonly indicator: IndicatorId
  readonly where: Where
}

/** A target as a decimal, never as a float artefact: 99.95 % is `{ percent: '99.95', ratio: '0.9995', budget: '0.0005' }`. */
export interface Target {
  readonly percent: string
  readonly ratio: string
  readonly budget: string
}

export type TimeWindow =
  | { readonly kind: 'rolling'; readonly durationMs: number; readonly text: string }
  | {
      readonly kind: 'calendar'
      /** Nominal length (M = 30d, Q = 90d, Y = 365d), for alert factors. */
      readonly durationMs: number
      /** OpenSLO duration shorthand: `1M`, `1w`. */
      readonly text: string
      readonly count: number
      readonly unit: 'm' | 'h' | 'd' | 'w' | 'M' | 'Q' | 'Y'
      /** First period's start, local time of the zone: `YYYY-MM-DD HH:MM:SS`. */
      readonly startTime: string
      /** IANA name. */
      readonly timeZone: string
    }

export type Budgeting =
  | { readonly method: 'Occurrences' }
  | { readonly method: 'Timeslices'; readonly sliceMs: number; readonly sliceTarget: string }
  | { readonly method: 'RatioTimeslices'; readonly sliceMs: number }

/** What a window without events is worth: its last value with data, all good, or all bad. */
export type NoData = 'hold' | 'good' | 'bad'

/** One long/short pair of burn-rate windows (alert-windows.ts). */
export type AlertTierId = 'page-sustained' | 'page-quick' | 'page-slow' | 'ticket-quick' | 'ticket-slow'

/** One member of a composite objective. */
export interface CompositePart {
  readonly name: string
  readonly sli: SliSource
  readonly weight: number
  readonly target: Target
}

/** When something is, once or recurring. */
export interface Schedule {
  /** All spans that overlap (after, before), in order, each whole. Epoch ms. */
  readonly spans: (after: number, before: number) => readonly Interval[]
}

/** A maintenance window: what happens in it is left out, also of the past. */
export interface Exclusion {
  readonly name: string
  readonly reason: string
  readonly schedule: Schedule
  /** Which events are left out; all of them where undefined. */
  readonly where: Where | undefined
  /** Where it is defined: `file:line`. */
  readonly definedAt: string
}

export interface Objective {
  /** `<service>-<name>`: stable over revisions; sloth's id. */
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly service: string
  readonly description: string
  /** The single source, or the parts of a composite. */
  readonly sli: SliSource | undefined
  readonly parts: readonly CompositePart[]
  readonly target: Target
  readonly window: TimeWindow
  readonly budgeting: Budgeting
  readonly noData: NoData
  /** Annotation `identity-slo.dev/owner`. */
  readonly owner: string
  /** Annotation `identity-slo.dev/severity-class`: critical, standard or batch. */
  readonly severityClass: 'critical' | 'standard' | 'batch'
  /** Annotation `identity-slo.dev/rotation-grace`, default 30 s: service-auth only. */
  readonly rotationGraceMs: number
  /** Annotation `identity-slo.dev/min-bad-events`, default 2: below it no alert fires; 1 takes the guard of pages off as well. */
  readonly minBadEvents: number
  /** Annotation `identity-slo.dev/alert-tiers`: the tiers that alert; where it is absent all, but for those of critical ones. */
  readonly alertTiers?: readonly AlertTierId[] | undefined
  /** Annotation `identity-slo.dev/exclusions`: not part of the revision, for they are applied to what was counted. */
  readonly exclusions?: readonly Exclusion[] | undefined
  /** Changes whenever anything that affects counting changes. */
  readonly revision: string
  /** Where it is defined: `file:line`. */
  readonly definedAt: string
  /** The OpenSLO document as it was read; absent of an objective that no file defines. */
  readonly definition?: string | undefined
}
