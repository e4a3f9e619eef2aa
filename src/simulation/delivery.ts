/** When records arrive: as late as each log usually is, sometimes much later, sometimes twice, and not while a log is silent. */
import type { Effects } from './effects.ts'
import type { Written } from './facts.ts'
import { type Random, seededRandom } from './random.ts'
import type { DeliveryPlan, LogId } from './scenario.ts'

/** Ms from the event to its arrival, at least and at most. */
export const usualDelay: Readonly<Record<LogId, readonly [least: number, most: number]>> = {
  'azure-entra': [120_000, 360_000],
  'azure-keyvault': [60_000, 300_000],
  'azure-activity': [60_000, 300_000],
  'aws-cloudtrail': [180_000, 480_000],
  'gcp-audit': [1000, 10_000],
  'kubernetes-audit': [0, 1500],
  'access-log': [0, 2000],
  otlp: [1000, 10_000],
}

const repeatedWithinMs = 600_000

export interface Arrivals {
  /** Epoch ms; none for a record that is lost. */
  readonly at: readonly number[]
  readonly isLate: boolean
}

export class Delivery {
  readonly #plan: DeliveryPlan
  readonly #effects: Effects
  readonly #random: Random

  constructor(plan: DeliveryPlan, effects: Effects, seed: string) {
    this.#plan = plan
    this.#effects = effects
    this.#random = seededRandom(`${seed} delivery`)
  }

  arrivals({ log, time }: Written): Arrivals {
    const random = this.#random
    const { isDelayed, lateShare, lateMs, duplicateShare } = this.#plan
    const silence = this.#effects.silence(log, time)
    if (silence !== undefined && !silence.isHeldBack) return { at: [], isLate: false }
    const [least, most] = isDelayed ? usualDelay[log] : [0, 0]
    const isLate = lateShare > 0 && random.chance(lateShare)
    const lag = least + random.below(most - least + 1) + (isLate ? random.below(lateMs) : 0)
    const at = Math.max(time + lag, silence?.to ?? 0)
    const isRepeated = duplicateShare > 0 && random.chance(duplicateShare)
    return { at: isRepeated ? [at, at + random.below(repeatedWithinMs)] : [at], isLate }
  }
}
