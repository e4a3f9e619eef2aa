/** How much of what an objective counts a `where` selects, as far as the two texts tell. */
import { globMatches, isGlob } from '../../events/glob.ts'
import { type Exclusion, type Objective, type Where, type WhereField, whereFields } from '../objective.ts'

/** `some` also where the texts do not tell. */
export type Coverage = 'all' | 'some' | 'none'

/** Whether every value that `selected` admits is one of `patterns`. */
function admitsOnly(selected: readonly string[], patterns: readonly string[]): boolean {
  return selected.every(
    (each) =>
      patterns.includes(each) || (!isGlob(each) && patterns.some((pattern) => globMatches(pattern, each))),
  )
}

function admitsNone(selected: readonly string[], patterns: readonly string[]): boolean {
  return selected.every((each) => !isGlob(each) && !patterns.some((pattern) => globMatches(pattern, each)))
}

function coverageOf(field: WhereField, patterns: readonly string[], selected: readonly string[]): Coverage {
  if (admitsOnly(selected, patterns)) return 'all'
  // An identity is known by an id and a name: the one may be selected here and the other there.
  return field !== 'identity' && admitsNone(selected, patterns) ? 'none' : 'some'
}

/** @param objective the `where` of the source; @param where of an exclusion, undefined selects everything */
export function coverage(where: Where | undefined, objective: Where): Coverage {
  const fields = whereFields.flatMap((field): readonly Coverage[] => {
    const patterns = where?.[field]
    if (patterns === undefined) return []
    const selected = objective[field]
    return [selected === undefined ? 'some' : coverageOf(field, patterns, selected)]
  })
  if (fields.includes('none')) return 'none'
  return fields.includes('some') ? 'some' : 'all'
}

/** How much an exclusion leaves out of each source of an objective. */
export function coverages(
  exclusion: Exclusion,
  { sli, parts }: Pick<Objective, 'sli' | 'parts'>,
): readonly Coverage[] {
  const sources = sli === undefined ? parts.map((part) => part.sli) : [sli]
  return sources.map((source) => coverage(exclusion.where, source.where))
}

/** The same text for the same selection, in whatever order it was written. */
export function whereKey(where: Where): string {
  const fields = whereFields.flatMap((field) => {
    const values = where[field]
    return values === undefined ? [] : [[field, [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))]]
  })
  return JSON.stringify(fields)
}
