/** What `/api/v1/status` says: the report of a replay, and what only a running instance has. */
import type { ActiveAlert } from '../objectives/active-alerts.ts'
import { isoTime } from './iso-time.ts'
import type { Pipeline } from './pipeline.ts'
import { type ReplayReport, replayReport } from './replay-report.ts'

interface SourceReport {
  readonly id: string
  readonly records: Readonly<Record<string, number>>
  /** RFC 3339: up to here it is believed complete, newest event, last record read. Absent before the first. */
  readonly watermark: string | undefined
  readonly lastEvent: string | undefined
  readonly lastRecord: string | undefined
  readonly lagSeconds: number | undefined
  readonly isSilent: boolean
}

export interface StatusReport extends ReplayReport {
  readonly sources: readonly SourceReport[]
  readonly activeAlerts: readonly (Omit<ActiveAlert, 'since'> & { readonly since: string })[]
}

export interface StatusClock {
  /** Epoch ms, and ms of a clock that only goes forward. */
  readonly now: number
  readonly steadyMs: number
  readonly silentAfterMs: number
}

export function statusReport(
  pipeline: Pipeline,
  active: readonly ActiveAlert[],
  { now, steadyMs, silentAfterMs }: StatusClock,
): StatusReport {
  return {
    ...replayReport(pipeline),
    sources: pipeline.sources.all().map((source) => ({
      id: source.id,
      records: source.results,
      watermark: isoTime(source.watermark.at(steadyMs, pipeline.watermarkLimits)),
      lastEvent: isoTime(source.newest),
      lastRecord: isoTime(source.lastReadAt),
      lagSeconds: source.lagMs === undefined ? undefined : source.lagMs / 1000,
      isSilent: source.isSilent(now, silentAfterMs),
    })),
    activeAlerts: active.map(({ since, ...alert }) => ({ ...alert, since: new Date(since).toISOString() })),
  }
}
