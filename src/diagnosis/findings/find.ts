/** All findings of the evidence: rules over each identity, over its tokens and over changes. */
import { Background } from '../background.ts'
import type { Diagnosis } from '../diagnosis.ts'
import type { EvidenceBook } from '../evidence-book.ts'
import type { Subject } from '../subject.ts'
import { type Finding, type FindingKind, findingKinds } from './finding.ts'
import { issuanceJump } from './issuance-jump.ts'
import { needlessMetadataCalls } from './needless-metadata-calls.ts'
import { unapprovedChanges } from './of-changes.ts'
import { ofDiagnoses } from './of-diagnoses.ts'
import { staticCredential, throttledMetadata, wrongAudience } from './of-traces.ts'
import { sharedTokens } from './shared-token.ts'
import { useAfterRevocation } from './use-after-revocation.ts'

type SubjectRule = (subject: Subject, background: Background) => Finding | undefined

const rulesOfSubjects: readonly SubjectRule[] = [
  issuanceJump,
  wrongAudience,
  throttledMetadata,
  staticCredential,
]

/** Of each kind; the rest shows once these are mended. */
const maxOfKind = 50

function compare(a: Finding, b: Finding): number {
  return (
    findingKinds.indexOf(a.finding) - findingKinds.indexOf(b.finding) ||
    b.confidence - a.confidence ||
    a.since - b.since ||
    (String(a.affected.identities[0]) < String(b.affected.identities[0]) ? -1 : 1)
  )
}

/** In the order of their kinds, the surest first, and no more of a kind than are worth reading. */
export function arranged(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<FindingKind, number>()
  return findings.toSorted(compare).filter(({ finding }) => {
    const count = (seen.get(finding) ?? 0) + 1
    seen.set(finding, count)
    return count <= maxOfKind
  })
}

/**
 * What the evidence shows of common mistakes.
 * @param at epoch ms: the end of the evidence that counts
 */
export function findMistakes(
  book: EvidenceBook,
  diagnoses: readonly Diagnosis[],
  at: number,
): readonly Finding[] {
  const background = new Background(book, at)
  const ofSubjects = [...book.subjects()].flatMap((subject) =>
    rulesOfSubjects.flatMap((rule) => rule(subject, background) ?? []),
  )
  return arranged([
    ...ofSubjects,
    ...useAfterRevocation(background),
    ...sharedTokens(book, background),
    ...needlessMetadataCalls(book, background),
    ...unapprovedChanges(book, background),
    ...ofDiagnoses(diagnoses),
  ])
}
