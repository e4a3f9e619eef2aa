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
  /** Share of the period's budget that is spent in the long window when the tier fires, percent. */
  readonly budgetPercent: number
}

export interface AlertWindow extends AlertTier {
  /** Burn rate above which both windows must be. */
  readonly factor: number
}

/** Google SRE workbook, with sloth's fourth tier. */
export const alertTiers: readonly AlertTier[] = [
  { id: 'page-quick', severity: 'page', longMs: HOUR, shortMs: 5 * MINUTE, budgetPercent: 2 },
  { id: 'page-slow', severity: 'page', longMs: 6 * HOUR, shortMs: 30 * MINUTE, budgetPercent: 5 },
  { id: 'ticket-quick', severity: 'ticket', longMs: DAY, shortMs: 2 * HOUR, budgetPercent: 10 },
  { id: 'ticket-slow', severity: 'ticket', longMs: 3 * DAY, shortMs: 6 * HOUR, budgetPercent: 10 },
]

export interface AlertPlan {
  readonly windows: readonly AlertWindow[]
  /** What was scaled or dropped for this period, and why: shown by `validate`. */
  readonly notes: readonly string[]
}

function factorOf(tier: AlertTier, periodMs: number): number {
  // Whole numbers up to the last division: 2 % of 30 d over 1 h is 14.4, not 14.399999999999999.
  return (tier.budgetPercent * periodMs) / (tier.longMs * 100)
}

/**
 * The tiers for a period. A factor under 1 would page for spending less than the budget, so the tier's windows
 * are halved until it is at least 1; a tier that would then be no longer than the one before it is dropped.
 * `chosen`: an objective's own `alertTiers`; the others are left out without a note.
 */
export function alertPlan(periodMs: number, chosen?: readonly AlertTierId[]): AlertPlan {
  const windows: AlertWindow[] = []
  const notes: string[] = []
  for (const tier of alertTiers) {
    if (chosen && !chosen.includes(tier.id)) continue
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
  const plan = alertPlan(objective.window.durationMs, objective.alertTiers)
  const standard = alertTiers.flatMap((tier) => [tier.longMs, tier.shortMs])
  const own = plan.windows.flatMap((window) => [window.longMs, window.shortMs])
  return [...new Set([...standard, ...own])].sort((a, b) => a - b)
}
