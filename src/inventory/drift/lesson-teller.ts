/** What the inventory of a run learned from events, as drift asks for it. */
import { isGlob } from '../../events/glob.ts'
import type { Lesson } from '../learned.ts'
import { type HeldGrant, isBoundBy } from './held-grant.ts'
import type { Teller } from './rights-held.ts'
import type { Telling } from './tellings.ts'

type Lessons = ReadonlyMap<string, Pick<Lesson, 'statements'>>

function isNewer(a: Telling, b: Telling | undefined): boolean {
  if (b === undefined || a.time !== b.time) return b === undefined || a.time > b.time
  return a.op === 'removed'
}

function removalsOf(lesson: Pick<Lesson, 'statements'> | undefined): readonly Telling[] {
  return [...(lesson?.statements.values() ?? [])].filter(({ op }) => op === 'removed')
}

/** As of now: make another one when events were learned since. Rights that events alone speak of are not listed by it. */
export function lessonTeller(lessons: Lessons): Teller {
  const patterns = [...lessons].filter(([key]) => isGlob(key) && /(?:Cluster)?RoleBinding\//.test(key))
  const newest = (grant: HeldGrant): Telling | undefined => {
    let found: Telling | undefined = lessons
      .get(grant.principal)
      ?.statements.get(`${grant.role}\n${grant.scope}`)
    const { binding } = grant
    if (binding === undefined) return found
    const ofPatterns = patterns
      .filter(([pattern]) => isBoundBy(grant, pattern))
      .flatMap(([, lesson]) => removalsOf(lesson))
    for (const telling of [...removalsOf(lessons.get(binding)), ...ofPatterns])
      if (isNewer(telling, found)) found = telling
    return found
  }
  return { newest, shownKey: (key) => key, grants: () => [] }
}
