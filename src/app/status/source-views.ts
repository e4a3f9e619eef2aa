/** Sources as `/api/v1` and the pages show them. */
import type { SourceList } from '../../outputs/status-views.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'
import type { StatusClock } from '../status-report.ts'

export function sourceList(pipeline: Pipeline, { now, steadyMs, silentAfterMs }: StatusClock): SourceList {
  return {
    sources: pipeline.sources.all().map((source) => ({
      id: source.id,
      records: { ...source.results },
      rejections: Object.fromEntries([...source.reasons].sort(([a], [b]) => (a < b ? -1 : 1))),
      watermark: isoTime(source.watermark.at(steadyMs, pipeline.watermarkLimits)),
      lastEvent: isoTime(source.newest),
      lastRecord: isoTime(source.lastReadAt),
      lagSeconds: source.lagMs === undefined ? undefined : source.lagMs / 1000,
      silent: source.isSilent(now, silentAfterMs),
      samples: source.samples.all().map(({ readAt, ...sample }) => {
        return { ...sample, readAt: new Date(readAt).toISOString() }
      }),
    })),
  }
}
