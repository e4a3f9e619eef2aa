/** Targets in exact decimals, and whether alerts can fire for them at all. */
import { type AlertWindow, alertPlan, factorFraction, type TierChoice } from '../alert-windows.ts'
import { formatDuration } from '../duration.ts'
import type { CompositePart, Target, TimeWindow } from '../objective.ts'
import { complement, type Decimal, formatDecimal, shift } from './decimal.ts'
import type { Location, Reporter } from './problem.ts'

export function toTarget(ratio: Decimal): Target {
  return {
    percent: formatDecimal(shift(ratio, 2)),
    ratio: formatDecimal(ratio),
    budget: formatDecimal(complement(ratio)),
  }
}

function exactFactor(window: AlertWindow, periodMs: number): readonly [over: bigint, under: bigint] {
  const { over, under } = factorFraction(window, periodMs)
  return [BigInt(over), BigInt(under)]
}

/** With every event bad the burn rate is 1 / budget; the tier fires only above its factor. */
function canFire(ratio: Decimal, window: AlertWindow, periodMs: number): boolean {
  const budget = complement(ratio)
  const [over, under] = exactFactor(window, periodMs)
  return budget.digits * over < under * 10n ** BigInt(budget.scale)
}

/** The lowest target, in hundredths of a percent, for which the tier can fire. */
function lowestPercent(window: AlertWindow, periodMs: number): string {
  const [over, under] = exactFactor(window, periodMs)
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
  choice: TierChoice,
  at: Location,
  reporter: Reporter,
): void {
  const { windows } = alertPlan(window.durationMs, choice)
  const silent = windows.filter((each) => !canFire(ratio, each, window.durationMs))
  const worst = highestFactor(silent)
  if (!worst) return
  const { percent, budget } = toTarget(ratio)
  const lowest = `The lowest target allowed here is ${lowestPercent(worst, window.durationMs)} %`
  reporter.error(
    at,
    `a target of ${percent} % is too low for alert tier ${worst.id}: ${whyNever(worst, 1 / Number(budget), window)}. ` +
      `${lowest}; or ${withoutTiers(windows, silent)}`,
  )
}

/** The same for a composite of occurrences, which burns as the weighted mean of its parts. */
export function checkCompositeTargets(
  parts: readonly Pick<CompositePart, 'target' | 'weight'>[],
  window: TimeWindow,
  choice: TierChoice,
  at: Location,
  reporter: Reporter,
): void {
  const weights = parts.reduce((sum, part) => sum + part.weight, 0)
  const maxBurn = parts.reduce((sum, part) => sum + part.weight / Number(part.target.budget), 0) / weights
  const { windows } = alertPlan(window.durationMs, choice)
  const silent = windows.filter((each) => maxBurn <= each.factor)
  const worst = highestFactor(silent)
  if (!worst) return
  reporter.error(
    at,
    `the targets of this composite are too low for alert tier ${worst.id}: ${whyNever(worst, maxBurn, window)}. ` +
      `Raise them, or ${withoutTiers(windows, silent)}`,
  )
}

function highestFactor(windows: readonly AlertWindow[]): AlertWindow | undefined {
  return windows.toSorted((a, b) => b.factor - a.factor)[0]
}

function whyNever(tier: AlertWindow, maxBurn: number, window: TimeWindow): string {
  const pair = `${formatDuration(tier.longMs)}/${formatDuration(tier.shortMs)} over ${window.text}`
  return `it fires above a burn rate of ${round(tier.factor)} (${pair}), and with every event bad the burn rate is only ${round(maxBurn)}`
}

function withoutTiers(windows: readonly AlertWindow[], silent: readonly AlertWindow[]): string {
  const left = windows.filter((each) => !silent.includes(each)).map((each) => each.id)
  const names = silent.map((each) => each.id).join(', ')
  return `leave ${names} out by the annotation identity-slo.dev/alert-tiers: ${left.join(',') || 'none'}`
}
