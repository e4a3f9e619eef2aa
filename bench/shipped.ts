/** A replay of the shipped objectives, as a user's first one is. */
import { attributionOf, defaultPseudonymKey } from '../src/app/attribution.ts'
import type { ReplayOptions } from '../src/app/commands/replay.ts'
import { requireDefinitions } from '../src/app/definition-files.ts'

/** @param stateFolder where counts are kept; undefined: in memory only */
export function shippedReplay(stateFolder?: string): ReplayOptions {
  const { objectives } = requireDefinitions([new URL('../slo-definitions', import.meta.url).pathname])
  return {
    output: 'json',
    objectives,
    attribution: attributionOf([], defaultPseudonymKey),
    at: undefined,
    dedupeBytes: 64 * 1024 * 1024,
    futureToleranceMs: 0,
    stateFolder,
  }
}

/** No record is ahead of it. */
export function endOfTime(): number {
  return Number.POSITIVE_INFINITY
}
