/** What the landing page shows of a run. */
import type { LandingFacts } from '../outputs/landing-page.ts'
import { isoTime } from './iso-time.ts'
import type { Pipeline } from './pipeline.ts'
import { replayReport } from './replay-report.ts'

const shownIdentities = 10

export function landingFacts(pipeline: Pipeline, version: string, isReady: boolean): LandingFacts {
  const report = replayReport(pipeline)
  return {
    version,
    isReady,
    dataUntil: isoTime(pipeline.newest),
    objectives: report.objectives,
    sources: pipeline.sources
      .all()
      .map(({ id, results, newest }) => ({ id, ...results, newest: isoTime(newest) })),
    identities: report.identities
      .slice(0, shownIdentities)
      .map(({ name, id, ...rest }) => ({ ...rest, name: name ?? id })),
  }
}
