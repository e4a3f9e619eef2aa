/** An objective's revision: changes with everything that decides what is counted, and with nothing else. */
import type { Objective, SliSource } from '../objective.ts'

const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** FNV-1a, 64 bit, of the UTF-8 text, as 16 hex digits. */
export function fnv1a64(text: string): string {
  let hash = OFFSET
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}

/** Fields and values sorted: writing them in another order counts the same events. */
function canonicalSource(sli: SliSource, rotationGraceMs: number): unknown {
  const where = Object.entries(sli.where)
    .map(([field, values]) => [field, values?.toSorted()])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return [
    sli.indicator,
    where,
    sli.faults?.toSorted() ?? null,
    sli.thresholdMs ?? null,
    sli.includesPeople ?? false,
    sli.indicator === 'service-auth' ? rotationGraceMs : 0,
    ...(sli.vantage === undefined ? [] : [sli.vantage]),
    // Only where it is said: objectives that know nothing of it keep their revision.
    ...(sli.maxResources === undefined ? [] : [sli.maxResources]),
  ]
}

/** Where a slice is worth the mean of its parts, their weights are in what is counted, up to a common factor. */
function countedWeights({ parts, budgeting }: Pick<Objective, 'parts' | 'budgeting'>): readonly number[] {
  if (parts.length === 0 || budgeting.method !== 'RatioTimeslices') return []
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  return parts.map(({ weight }) => Number((weight / total).toPrecision(12)))
}

/**
 * Sources, time slices and window. Not the target, alerts, exclusions or texts, nor other weights: they are applied to
 * counts that stay what they were, so that changing them keeps the history.
 */
export function revisionOf(
  objective: Pick<Objective, 'sli' | 'parts' | 'budgeting' | 'window' | 'rotationGraceMs'>,
): string {
  const { sli, parts, budgeting, window, rotationGraceMs } = objective
  const sources = [
    ...(sli ? [canonicalSource(sli, rotationGraceMs)] : []),
    ...parts.map((part) => [part.name, canonicalSource(part.sli, rotationGraceMs)]),
  ]
  const slices =
    budgeting.method === 'Timeslices'
      ? [budgeting.sliceMs, budgeting.sliceTarget]
      : [budgeting.method === 'RatioTimeslices' ? budgeting.sliceMs : 0, ...countedWeights(objective)]
  const period =
    window.kind === 'calendar'
      ? [window.count, window.unit, window.startTime, window.timeZone]
      : [window.durationMs]
  return fnv1a64(JSON.stringify([sources, budgeting.method, slices, window.kind, period]))
}
