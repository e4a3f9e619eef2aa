/** Exclusions for tests, with the times in which they are in force written out. */
import type { Exclusion, Schedule, Where } from '../../src/objectives/objective.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

function listed(spans: readonly Span[]): Schedule {
  return { spans: (after, before) => spans.filter(({ from, to }) => to > after && from < before) }
}

export function anExclusion(spans: readonly Span[], where?: Where, name = 'database-patch'): Exclusion {
  return { name, reason: 'patching', schedule: listed(spans), where, definedAt: 'exclusions.yaml:2' }
}
