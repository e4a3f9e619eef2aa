/** Changes of rights that neither the baseline nor their actor accounts for. */
import type { Background } from '../background.ts'
import type { Change } from '../changes.ts'
import type { EvidenceBook } from '../evidence-book.ts'
import { namedChange } from '../sign.ts'
import { type Finding, found, nobody } from './finding.ts'

const recentMs = 86_400_000

function findingOf(actor: string, changes: readonly Change[]): Finding | undefined {
  const [newest] = changes
  const oldest = changes.at(-1)
  if (newest === undefined || oldest === undefined) return undefined
  return found({
    finding: 'unapproved-change',
    confidence: 0.9,
    since: oldest.time,
    affected: {
      ...nobody,
      identities: [...new Set(changes.flatMap(({ about }) => about[0] ?? []))].slice(0, 50),
    },
    evidence: changes.slice(0, 6).map((change) => {
      const { what, time, eventId } = namedChange({ change, isCertain: true })
      return {
        what: change.isSilent === true ? `${what}: no record tells of it` : `${what}, by ${actor}`,
        time,
        eventId,
      }
    }),
    change: namedChange({ change: newest, isCertain: true }),
  })
}

/** One for each actor: whoever works past the pipeline does it more than once. */
export function unapprovedChanges({ changes }: EvidenceBook, { at }: Background): readonly Finding[] {
  const byActor = new Map<string, Change[]>()
  for (const change of changes.upTo(at)) {
    if (change.isUnexpected !== true || change.time < at - recentMs) continue
    const known = byActor.get(change.actor)
    if (known === undefined) byActor.set(change.actor, [change])
    else known.push(change)
  }
  return [...byActor].flatMap(([actor, all]) => findingOf(actor, all) ?? [])
}
