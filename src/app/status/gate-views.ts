/** Answers whether a change broke something for an application, from what a pipeline has counted and diagnosed. */
import { activeConfidence, type Diagnosis } from '../../diagnosis/diagnosis.ts'
import { minuteMs } from '../../diagnosis/minutes.ts'
import { parseInstant } from '../../events/time.ts'
import { appCountsKeptMs } from '../../objectives/app-counts.ts'
import {
  changeVerdicts,
  countsSingleFailure,
  judgeChange,
  type Stretch,
  type Stretches,
  stretchesAround,
  stretchOf,
} from '../../objectives/change-gate.ts'
import { formatDuration, parseDuration } from '../../objectives/duration.ts'
import type { ObjectiveState } from '../../objectives/objective-state.ts'
import { diagnosisReport } from '../../outputs/diagnosis-report.ts'
import { type GateObjective, type GateView, gateReason } from '../../outputs/gate-view.ts'
import { BadRequest } from '../../platform/http/site-routes.ts'
import { diagnosesOf } from '../diagnoses.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'

/** So that an equally long stretch before is kept as well. */
const longestMs = appCountsKeptMs / 2
/** Clocks of pipelines and of this machine differ. */
const clockSkewMs = 300_000

/** Parameters of the address, as they were written; empty where they were not. */
export interface GateQuestion {
  readonly app: string
  readonly since: string
  readonly objective: string
  readonly minEvents: string
}

/** A duration before `now` or RFC 3339. Epoch ms; NaN for anything else. */
function instantOf(text: string, now: number): number {
  const duration = parseDuration(text)
  return duration === undefined ? parseInstant(text) : now - duration
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function stretchView(
  { good, bad, allowed }: Stretch,
  { from, to }: Stretches['since'],
): GateObjective['since'] {
  return { from: iso(from), to: iso(to), events: good + bad, bad, allowed }
}

/** Undefined where the application has no events. */
function objectiveOf(
  state: ObjectiveState,
  app: string,
  stretches: Stretches,
  minEvents: number,
): GateObjective | undefined {
  const since = stretchOf(state, app, stretches.since.from, stretches.since.to)
  const before = stretchOf(state, app, stretches.before.from, stretches.before.to)
  if (since.good + since.bad + before.good + before.bad === 0) return undefined
  const verdict = judgeChange(since, before, { minEvents, isGuarded: !countsSingleFailure(state) })
  return {
    id: state.objective.id,
    verdict,
    reason: gateReason(verdict, since, before),
    since: stretchView(since, stretches.since),
    before: stretchView(before, stretches.before),
  }
}

/** Minutes are the finest that evidence is kept in. */
function beganSince(diagnosis: Diagnosis, app: string, change: number): boolean {
  const isSure = diagnosis.confidence >= activeConfidence && diagnosis.affected.apps.includes(app)
  return isSure && diagnosis.since >= Math.floor(change / minuteMs) * minuteMs
}

function diagnosisView(diagnosis: Diagnosis): GateView['diagnoses'][number] {
  const { mode, title, since, confidence, affected, evidence, change, runbook } = diagnosisReport(diagnosis)
  const { identities, apps, services, workloads, layers } = affected
  return {
    ...{ mode, title, since, confidence, runbook, change, evidence: [...evidence] },
    affected: {
      ...{ identities: [...identities], apps: [...apps], services: [...services] },
      ...{ workloads: [...workloads], layers: [...layers] },
    },
  }
}

function noDataReason(states: readonly ObjectiveState[], app: string, minEvents: number): string {
  if (!states.some(({ apps }) => apps.has(app)))
    return `no event of an application ${app} is known: its name is what ownership says, and logs may not be here yet`
  return minEvents > 1
    ? `no objective has ${minEvents} events of ${app} since the change`
    : `no event of ${app} since the change: logs may not be here yet`
}

function gateView(
  pipeline: Pipeline,
  states: readonly ObjectiveState[],
  { app }: GateQuestion,
  change: number,
  minEvents: number,
): GateView {
  const until = pipeline.evaluationTime
  const stretches = stretchesAround(change, until ?? change)
  const objectives = states
    .flatMap((state) => objectiveOf(state, app, stretches, minEvents) ?? [])
    .toSorted((a, b) => changeVerdicts.indexOf(a.verdict) - changeVerdicts.indexOf(b.verdict))
  const begun = diagnosesOf(pipeline).filter((diagnosis) => beganSince(diagnosis, app, change))
  const diagnoses = begun.map(diagnosisView)
  const reasons = [
    ...objectives.filter(({ verdict }) => verdict === 'breach').map(({ id, reason }) => `${id}: ${reason}`),
    ...diagnoses.map(({ mode, title, since }) => `${mode}: ${title}, since ${since}`),
  ]
  const isJudged = objectives.some(({ verdict }) => verdict !== 'no-data')
  const keptFrom = Math.max(...states.map(({ apps }) => apps.keptFrom))
  return {
    app,
    since: iso(change),
    dataUntil: isoTime(until) ?? null,
    ...(keptFrom > stretches.before.from && { countedFrom: iso(keptFrom) }),
    verdict: reasons.length > 0 ? 'breach' : isJudged ? 'pass' : 'no-data',
    reasons: reasons.length > 0 || isJudged ? reasons : [noDataReason(states, app, minEvents)],
    objectives,
    diagnoses,
  }
}

/** `now`: epoch ms. */
export function answerGate(pipeline: Pipeline, question: GateQuestion, now: number): GateView | BadRequest {
  const { app, since, objective, minEvents } = question
  if (app === '') return new BadRequest('app is missing: name the application whose change it is')
  const change = instantOf(since, now)
  if (Number.isNaN(change))
    return new BadRequest(`since is "${since}": give a duration such as 10m or an RFC 3339 time`)
  if (change > now + clockSkewMs) return new BadRequest(`since is ${iso(change)}, which is still to come`)
  if (change < now - longestMs)
    return new BadRequest(`since is ${iso(change)}: at most ${formatDuration(longestMs)} ago can be judged`)
  const least = minEvents === '' ? 1 : Number(minEvents)
  if (!Number.isInteger(least) || least < 1)
    return new BadRequest(`minEvents is "${minEvents}": give a whole number from 1`)
  const all = pipeline.engine.states
  const states = objective === '' ? all : all.filter((state) => state.objective.id === objective)
  if (states.length === 0) {
    const allowed = all.map((state) => state.objective.id).join(', ')
    return new BadRequest(`there is no objective ${objective}; there are ${allowed}`)
  }
  return gateView(pipeline, states, question, change, least)
}
