/** Maintenance windows as exclusions of objectives: what each leaves out there, and what cannot be left out. */
import { coverages, whereKey } from '../../exclusions/coverage.ts'
import type { Exclusion, Objective } from '../../objective.ts'
import type { Location, Reporter } from '../problem.ts'

/** Every further one may double what is counted apart. */
const maxNarrow = 5

/** The objective with the windows that can touch its events. `at`: where it refers to them. */
export function withExclusions(
  objective: Objective,
  windows: readonly Exclusion[],
  at: Location,
  reporter: Reporter,
): Objective {
  const touching = windows.filter((window) => coverages(window, objective).some((each) => each !== 'none'))
  const narrow = touching.filter((window) => coverages(window, objective).some((each) => each !== 'all'))
  const [first] = narrow
  if (first && objective.budgeting.method !== 'Occurrences') {
    const why = `window "${first.name}" (${first.definedAt}) leaves out some of its events only`
    const rule =
      'a time slice can be left out as a whole: drop the where of the window, or use budgetingMethod: Occurrences'
    reporter.error(at, `SLO "${objective.name}" counts time slices, and ${why}; ${rule}`)
  }
  const keys = new Set(narrow.map(({ where }) => whereKey(where ?? {})))
  if (keys.size > maxNarrow) {
    const what = `${keys.size} different where of windows that leave out some events of SLO "${objective.name}"`
    reporter.error(
      at,
      `${what}; at most ${maxNarrow} are allowed: join them as lists of values, or split the SLO`,
    )
  }
  const exclusions = touching.map(({ name, reason, schedule, where, definedAt }) => ({
    name,
    reason,
    schedule,
    where,
    definedAt,
  }))
  return exclusions.length === 0 ? objective : { ...objective, exclusions }
}
