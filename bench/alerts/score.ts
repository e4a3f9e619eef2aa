/** Scores what fired against the truth of a scenario. Pure: the same for the engine and for its baseline. */
import { failureModes } from '../../src/diagnosis/diagnosis.ts'
import { alertTiers } from '../../src/objectives/alert-windows.ts'
import type { AlertTierId } from '../../src/objectives/objective.ts'
import type { FaultTruth, GroundTruth } from '../../src/simulation/ground-truth.ts'
import { type Firing, pagesOf } from './firings.ts'

/** How fast an objective's budget went while a fault lasted. */
export interface Burn {
  readonly objective: string
  readonly isCritical: boolean
  /** Error ratio over budget. */
  readonly rate: number
  readonly periodMs: number
}

/** What diagnosis said without being asked by an alert: for faults that should wake nobody. */
export interface Said {
  /** Epoch ms of arrival. */
  readonly at: number
  readonly mode: string | null
  readonly identities: readonly string[]
}

export interface Evidence {
  readonly firings: readonly Firing[]
  readonly said: readonly Said[]
  /** Whether diagnoses and culprits come with alerts at all. */
  readonly explains: boolean
}

/** `told`: nobody is woken, a diagnosis or a ticket says it. */
export type GoalKind = 'outage' | 'change' | 'burn' | 'table' | 'told'

export interface Goal {
  readonly kind: GoalKind
  readonly withinMs: number
}

export interface FaultScore {
  readonly fault: FaultTruth
  readonly goal: Goal
  /** From the arrival of the first record that shows it; undefined where it was not found. */
  readonly foundMs: number | undefined
  /** From the end of the fault to the end of the last page; undefined without one, Infinity where it never ended. */
  readonly resetMs: number | undefined
  readonly mode: string | null
  readonly isModeRight: boolean | undefined
  readonly isCulpritNamed: boolean | undefined
}

export interface ScenarioScore {
  readonly name: string
  readonly faults: readonly FaultScore[]
  readonly falsePages: number
  /** Pages about a fault that had been paged before. */
  readonly repeats: number
}

const minuteMs = 60_000
const totalMs = 2 * minuteMs
const sustainedMs = 15 * minuteMs
/** What fires so long after a fault may still be about it: its last records are under way. */
const aftermathMs = 15 * minuteMs
const changes: readonly string[] = ['role-revoked', 'identity-deleted', 'trust-mismatch']
const modes: readonly string[] = failureModes
/** The tiers of the table that others have as well. */
const classic: readonly AlertTierId[] = ['page-quick', 'page-slow']

/** When the first record that shows it arrived, in logs or in telemetry; Infinity where none did. */
function firstArrivalOf({ firstArrival, telemetry }: FaultTruth): number {
  const of = (text: string | null): number => (text === null ? Number.POSITIVE_INFINITY : Date.parse(text))
  return Math.min(of(firstArrival), of(telemetry.firstArrival))
}

/** Faults that somebody has to hear of. A silent source is told by a rule over the wall clock, which no rehearsal has. */
function isSought({ mode }: FaultTruth): boolean {
  return mode !== null && mode !== 'silent-source'
}

/** When the table of burn rates pages for failures that go on at this rate. */
function tableMs({ rate, periodMs }: Burn): number {
  const times = alertTiers
    .filter(({ id }) => classic.includes(id))
    .map(({ longMs, budgetPercent }) => {
      const factor = (budgetPercent * periodMs) / (longMs * 100)
      return rate > factor ? (longMs * factor) / rate : Number.POSITIVE_INFINITY
    })
  return Math.min(...times)
}

/** What surrounds a fault. */
export interface Setting {
  /** While it lasted. */
  readonly burns: readonly Burn[]
  /** How much later than its first record others of the same instant may arrive, ms. */
  readonly spreadMs: number
}

export function goalOf({ kind, share, pages, from, to }: FaultTruth, { burns, spreadMs }: Setting): Goal {
  if (!pages) return { kind: 'told', withinMs: Number.POSITIVE_INFINITY }
  if (share >= 1 && changes.includes(kind)) return { kind: 'change', withinMs: totalMs }
  if (share >= 1) return { kind: 'outage', withinMs: totalMs }
  // Nothing has to be found sooner than a total outage.
  const table = Math.max(totalMs, Math.min(...burns.map(tableMs)) + spreadMs + minuteMs)
  const isSustained =
    Date.parse(to) - Date.parse(from) >= sustainedMs &&
    burns.some(({ isCritical, rate }) => isCritical && rate >= 10)
  if (isSustained && table > sustainedMs) return { kind: 'burn', withinMs: sustainedMs }
  return { kind: 'table', withinMs: table }
}

interface Finding {
  readonly at: number
  readonly mode: string | null
  readonly culprits: readonly string[]
}

function findingOf(fault: FaultTruth, { firings, said }: Evidence): Finding | undefined {
  const first = firstArrivalOf(fault)
  const isAbout = (at: number): boolean => at >= first && at <= Date.parse(fault.to) + aftermathMs
  if (fault.pages) {
    const page = firings.find(({ severity, from }) => severity === 'page' && isAbout(from))
    return page && { at: page.from, mode: page.mode, culprits: page.culprits }
  }
  if (fault.mode !== null && modes.includes(fault.mode)) {
    const told = said.find(({ at, mode }) => mode === fault.mode && isAbout(at))
    return told && { at: told.at, mode: told.mode, culprits: told.identities.slice(0, 3) }
  }
  const ticket = firings.find(
    ({ objective, from }) => fault.mode !== null && objective.endsWith(fault.mode) && isAbout(from),
  )
  return ticket && { at: ticket.from, mode: fault.mode, culprits: ticket.culprits }
}

function faultScore(fault: FaultTruth, evidence: Evidence, setting: Setting): FaultScore {
  const finding = findingOf(fault, evidence)
  const first = firstArrivalOf(fault)
  const end = Date.parse(fault.to)
  const pages = evidence.firings.filter(
    ({ severity, from }) => severity === 'page' && from >= first && from <= end + aftermathMs,
  )
  return {
    fault,
    goal: goalOf(fault, setting),
    foundMs: finding && finding.at - first,
    resetMs: pages.length === 0 ? undefined : Math.max(0, ...pages.map(({ to }) => to)) - end,
    mode: finding?.mode ?? null,
    isModeRight: evidence.explains ? finding?.mode === fault.mode : undefined,
    isCulpritNamed: evidence.explains
      ? fault.culprits.some((id) => finding?.culprits.includes(id) ?? false)
      : undefined,
  }
}

export function scoreOf(
  name: string,
  { faults }: Pick<GroundTruth, 'faults'>,
  evidence: Evidence,
  settingOf: (fault: FaultTruth) => Setting,
): ScenarioScore {
  const paging = faults.filter(({ pages }) => pages)
  const told = new Set<FaultTruth>()
  let falsePages = 0
  let repeats = 0
  for (const { from } of pagesOf(evidence.firings)) {
    const about = paging.find(
      (fault) => from >= firstArrivalOf(fault) && from <= Date.parse(fault.to) + aftermathMs,
    )
    if (about === undefined) falsePages++
    else if (told.has(about)) repeats++
    else told.add(about)
  }
  const sought = faults.filter(isSought)
  return {
    name,
    faults: sought.map((fault) => faultScore(fault, evidence, settingOf(fault))),
    falsePages,
    repeats,
  }
}
