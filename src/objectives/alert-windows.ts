/** Multi-window multi-burn-rate tiers as data; factors are derived, never typed in. */
import { formatDuration } from './duration.ts'
import type { AlertTierId, Objective } from './objective.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface AlertTier {
  readonly id: AlertTierId
  readonly severity: 'page' | 'ticket'
  readonly longMs: number
  readonly shortMs: number
  /** Share of the period's budget that is spent in the long window when the tier fires, percent; one decimal at most. */
  readonly budgetPercent: number
  /** Whether only critical objectives have it; others by naming it. */
  readonly isForCritical?: boolean
}

export interface AlertWindow extends AlertTier {
  /** Burn rate above which both windows must be. */
  readonly factor: number
}

/**
 * Google SRE workbook, with sloth's fourth tier. Before them the sustained error rate of critical objectives: what page-slow
 * would say after hours, within a quarter of an hour.
 */
export const alertTiers: readonly AlertTier[] = [
  {
    id: 'page-sustained',
    severity: 'page',
    longMs: 15 * MINUTE,
    shortMs: 5 * MINUTE,
    budgetPercent: 0.2,
    isForCritical: true,
  },
  { id: 'page-quick', severity: 'page', longMs: HOUR, shortMs: 5 * MINUTE, budgetPercent: 2 },
  { id: 'page-slow', severity: 'page', longMs: 6 * HOUR, shortMs: 30 * MINUTE, budgetPercent: 5 },
  { id: 'ticket-quick', severity: 'ticket', longMs: DAY, shortMs: 2 * HOUR, budgetPercent: 10 },
  { id: 'ticket-slow', severity: 'ticket', longMs: 3 * DAY, shortMs: 6 * HOUR, budgetPercent: 10 },
]

/** For so long a page goes on after its windows are clear again: what comes back by then is the same page. */
export const keepFiringMs = 10 * MINUTE

/** Whether anything of it may wake somebody. Naming tickets only says no; naming no tier at all leaves the half budget. */
export function canPage({ alertTiers: named = [] }: TierChoice): boolean {
  const pages = alertTiers.filter(({ severity }) => severity === 'page').map(({ id }) => id)
  return named.length === 0 || pages.some((id) => named.includes(id))
}

export interface AlertPlan {
  readonly windows: readonly AlertWindow[]
  /** What was scaled or dropped for this period, and why: shown by `validate`. */
  readonly notes: readonly string[]
}

/**
 * The factor as a fraction of whole numbers, so that 2 % of 30 d over 1 h is 14.4 and not 14.399999999999999: for who
 * compares or spells it exactly.
 */
export function factorFraction(
  { budgetPercent, longMs }: Pick<AlertTier, 'budgetPercent' | 'longMs'>,
  periodMs: number,
): { readonly over: number; readonly under: number } {
  return { over: Math.round(budgetPercent * 10) * periodMs, under: longMs * 1000 }
}

function factorOf(tier: AlertTier, periodMs: number): number {
  const { over, under } = factorFraction(tier, periodMs)
  return over / under
}

/** What decides which tiers an objective has. */
export interface TierChoice {
  readonly alertTiers?: readonly AlertTierId[] | undefined
  readonly severityClass?: Objective['severityClass'] | undefined
  readonly budgeting?: { readonly method: Objective['budgeting']['method'] }
}

function isWanted({ id, isForCritical }: AlertTier, choice: TierChoice): boolean {
  if (choice.alertTiers) return choice.alertTiers.includes(id)
  // A quarter of an hour has few slices: their burn rate says little.
  const countsEvents = (choice.budgeting?.method ?? 'Occurrences') === 'Occurrences'
  return isForCritical !== true || (choice.severityClass === 'critical' && countsEvents)
}

/**
 * The tiers for a period. A factor under 1 would page for spending less than the budget, so the tier's windows
 * are halved until it is at least 1; a tier that would then be no longer than the one before it is dropped.
 * `choice`: an objective's own; the others are left out without a note.
 */
export function alertPlan(periodMs: number, choice: TierChoice = {}): AlertPlan {
  const windows: AlertWindow[] = []
  const notes: string[] = []
  for (const tier of alertTiers) {
    if (!isWanted(tier, choice)) continue
    let scaled = tier
    while (factorOf(scaled, periodMs) < 1 && scaled.shortMs % (2 * MINUTE) === 0) {
      scaled = { ...scaled, longMs: scaled.longMs / 2, shortMs: scaled.shortMs / 2 }
    }
    const factor = factorOf(scaled, periodMs)
    const before = windows.at(-1)
    const period = formatDuration(periodMs)
    if (factor < 1 || (before && scaled.longMs <= before.longMs)) {
      const why =
        factor < 1
          ? 'its factor would be under 1'
          : 'its windows would be no longer than those of the tier before it'
      notes.push(`tier ${tier.id} is dropped: over ${period} ${why}`)
      continue
    }
    if (scaled !== tier) {
      const scaledText = `${formatDuration(scaled.longMs)}/${formatDuration(scaled.shortMs)}`
      notes.push(`tier ${tier.id} is scaled to ${scaledText}: over ${period} its factor would be under 1`)
    }
    windows.push({ ...scaled, factor })
  }
  return { windows, notes }
}

/** All window lengths whose burn rate an objective needs, ascending, ms. */
export function burnWindowsMs(objective: Objective): readonly number[] {
  const plan = alertPlan(objective.window.durationMs, objective)
  const standard = alertTiers
    .filter(({ isForCritical }) => isForCritical !== true)
    .flatMap((tier) => [tier.longMs, tier.shortMs])
  const own = plan.windows.flatMap((window) => [window.longMs, window.shortMs])
  return [...new Set([...standard, ...own])].sort((a, b) => a - b)
}
