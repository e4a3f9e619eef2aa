/** A review of the time up to the newest event: budgets, incidents, drift, reach, fallbacks. */
import type { Change } from '../../diagnosis/changes.ts'
import { nameOfChange } from '../../diagnosis/changes.ts'
import { firstFailureOf } from '../../incidents/incident.ts'
import type { IncidentBook } from '../../incidents/incident-book.ts'
import { formatDuration } from '../../objectives/duration.ts'
import { incidentRow } from '../../outputs/incident-report.ts'
import type { Review, ReviewDrift, ReviewSource } from '../../outputs/reports/review.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'
import { reviewInventory } from './review-inventory.ts'
import { reviewFallback, reviewObjectives } from './review-objectives.ts'
import { type Span, stepLengthMs, stepOf, stepsOf } from './span.ts'

const maxShown = 20
const maxActors = 5

function driftOf(changes: readonly Change[], hasBaseline: boolean, span: Span): ReviewDrift {
  const within = changes.filter(({ time }) => time >= span.from && time < span.to)
  const byStep = stepsOf(span).map(() => ({ expected: 0, unexpected: 0 }))
  const actors = new Map<string, number>()
  for (const change of within) {
    const step = byStep[stepOf(span, change.time)]
    if (step !== undefined) step[change.isUnexpected ? 'unexpected' : 'expected']++
    actors.set(change.actor, (actors.get(change.actor) ?? 0) + 1)
  }
  const shown = hasBaseline ? within.filter(({ isUnexpected }) => isUnexpected) : within
  return {
    ...{ hasBaseline, byStep },
    total: within.length,
    shown: shown.slice(0, maxShown).map((change) => {
      const { what, actor, time } = nameOfChange(change)
      return { what, actor, time: new Date(time).toISOString() }
    }),
    actors: [...actors]
      .map(([actor, count]) => ({ actor, changes: count }))
      .sort((a, b) => b.changes - a.changes || (a.actor < b.actor ? -1 : 1))
      .slice(0, maxActors),
  }
}

/** One of several descriptions of an identity is enough to say that it was there. */
function quietOf(pipeline: Pipeline, { from }: Span): Review['quiet'] {
  const lastSeen = new Map<string, { identity: string; app: string; lastSeen: number }>()
  for (const { identity, owner, lastSeen: at } of pipeline.identities.tallies.all()) {
    if (identity.type === 'user') continue
    const known = lastSeen.get(identity.id)
    const name = identity.name ?? identity.id
    if (known === undefined || known.lastSeen < at)
      lastSeen.set(identity.id, { identity: name, app: owner.app, lastSeen: at })
  }
  const quiet = [...lastSeen.values()]
    .filter((each) => each.lastSeen < from)
    .sort((a, b) => a.lastSeen - b.lastSeen || (a.identity < b.identity ? -1 : 1))
  const shown = quiet.slice(0, maxShown).map((each) => ({
    ...each,
    lastSeen: new Date(each.lastSeen).toISOString(),
  }))
  return { total: quiet.length, shown }
}

function sourcesOf({ sources }: Pipeline): readonly ReviewSource[] {
  return sources.all().map(({ id, results, newest }) => ({
    id,
    accepted: results.accepted,
    duplicate: results.duplicate,
    rejected: results.rejected,
    newestEvent: isoTime(newest),
  }))
}

/** Undefined before the first event. `sinceMs`: how long before the newest event it begins. */
export function reviewOf(pipeline: Pipeline, incidents: IncidentBook, sinceMs: number): Review | undefined {
  const to = pipeline.evaluationTime
  if (to === undefined) return undefined
  const span: Span = { from: to - sinceMs, to }
  const nameOf = (id: string): string => pipeline.identities.tallies.nameOf(id) ?? id
  const statuses = pipeline.statuses()
  const changes = pipeline.evidence.changes.upTo(to)
  const oldest = Math.min(...pipeline.engine.states.map((state) => state.oldest))
  return {
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    step: formatDuration(stepLengthMs(span)),
    starts: stepsOf(span).map((step) => new Date(step.from).toISOString()),
    objectives: reviewObjectives(statuses, span, nameOf),
    incidents: incidents
      .all()
      .filter((incident) => (incident.resolvedAt ?? to) >= span.from && (firstFailureOf(incident) ?? 0) < to)
      .map(incidentRow),
    drift: driftOf(changes, pipeline.baseline !== undefined, span),
    inventory: reviewInventory(pipeline, to, nameOf),
    quiet: quietOf(pipeline, span),
    fallback: reviewFallback(statuses, span, nameOf),
    sources: sourcesOf(pipeline),
    oldest: isoTime(oldest),
  }
}
