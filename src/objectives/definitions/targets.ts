/** Targets in exact decimals, and whether alerts can fire for them at all. */
import { type AlertWindow, alertPlan } from '../alert-windows.ts'
import { formatDuration } from '../duration.ts'
import type { AlertTierId, Target, TimeWindow } from '../objective.ts'
import { complement, type Decimal, formatDecimal, shift } from './decimal.ts'
import type { Location, Reporter } from './problem.ts'

export function toTarget(ratio: Decimal): Target {
  return {
    percent: formatDecimal(shift(ratio, 2)),
    ratio: formatDecimal(ratio),
    budget: formatDecimal(complement(ratio)),
  }
}

/** The factor as a fraction of whole numbers: alert-windows.ts derives it from the same three. */
function factorFraction(window: AlertWindow, periodMs: number): readonly [over: bigint, under: bigint] {
  return [BigInt(window.budgetPercent) * BigInt(periodMs), BigInt(window.longMs) * 100n]
}

/** With every event bad the burn rate is 1 / budget; the tier fires only above its factor. */
function canFire(ratio: Decimal, window: AlertWindow, periodMs: number): boolean {
  const budget = complement(ratio)
  const [over, under] = factorFraction(window, periodMs)
  return budget.digits * over < under * 10n ** BigInt(budget.scale)
}

/** The lowest target, in hundredths of a percent, for which the tier can fire. */
function lowestPercent(window: AlertWindow, periodMs: number): string {
  const [over, under] = factorFraction(window, periodMs)
  const hundredths = ((over - under) * 10_000n) / over + 1n
  return formatDecimal({ digits: hundredths, scale: 2 })
}

/** Up to three decimals, for people. */
function round(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}

/** Refuses a target for which one of the alert tiers can never fire: it would look guarded and would not be. */
export function checkTarget(
  ratio: Decimal,
  window: TimeWindow,
  tiers: readonly AlertTierId[] | undefined,
  at: Location,
  reporter: Reporter,
): void {
  const { windows } = alertPlan(window.durationMs, tiers)
  const silent = windows.filter((each) => !canFire(ratio, each, window.durationMs))
  const [worst] = silent.toSorted((a, b) => b.factor - a.factor)
  if (!worst) return
  const { percent, budget } = toTarget(ratio)
  const silentIds = silent.map((each) => each.id)
  const left = windows.map((each) => each.id).filter((id) => !silentIds.includes(id))
  const pair = `${formatDuration(worst.longMs)}/${formatDuration(worst.shortMs)}`
  reporter.error(
    at,
    `a target of ${percent} % is too low for alert tier ${worst.id}: it fires above a burn rate of ` +
      `${round(worst.factor)} (${pair} over ${window.text}), and with every event bad the burn rate is only ` +
      `${round(1 / Number(budget))}. The lowest target allowed here is ${lowestPercent(worst, window.durationMs)} %; or leave ` +
      `${silentIds.join(', ')} out by the annotation identity-slo.dev/alert-tiers: ${left.join(',') || 'none'}`,
  )
}
