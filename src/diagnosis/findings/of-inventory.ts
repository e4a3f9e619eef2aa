/** Mistakes that lists of rights show: identities that nobody needs, and identities that several share. */
import type { Finding as Leftover, FindingKind as LeftoverKind } from '../../inventory/hygiene.ts'
import type { Survey } from '../../inventory/survey.ts'
import { type Finding, found, nobody } from './finding.ts'

const orphaned: ReadonlySet<LeftoverKind> = new Set<LeftoverKind>([
  'deleted-but-assigned',
  'disabled-but-assigned',
  'assigned-to-nobody',
  'never-used',
])

function ofLeftover({ kind, identity, message }: Leftover, at: number): Finding {
  return found({
    finding: 'orphaned-identity',
    confidence: kind === 'never-used' ? 0.7 : 0.9,
    since: at,
    affected: { ...nobody, identities: [identity] },
    evidence: [{ what: message, time: at }],
  })
}

/** As of the last look at everybody: when it began, no list says. */
export function ofSurvey({ at, findings, shared }: Survey): readonly Finding[] {
  const sharing = shared.map(({ identity, workloads, repositories }) =>
    found({
      finding: 'shared-identity',
      confidence: 0.7,
      since: at,
      affected: {
        ...nobody,
        identities: [identity],
        workloads: [...workloads, ...repositories].slice(0, 20),
      },
      evidence: [{ what: `used by ${workloads.length + repositories.length} unrelated workloads`, time: at }],
    }),
  )
  return [...findings.filter(({ kind }) => orphaned.has(kind)).map((one) => ofLeftover(one, at)), ...sharing]
}
