/** From evidence to ranked diagnoses: every rule looks at every troubled identity, and what has one cause is one diagnosis. */
import { Background } from './background.ts'
import { type Affected, activeConfidence, type Diagnosis, type EvidenceItem, runbooks } from './diagnosis.ts'
import { pauseMinutes } from './episode.ts'
import type { EvidenceBook } from './evidence-book.ts'
import { kinName } from './kinship.ts'
import { minuteMs } from './minutes.ts'
import { federationMismatch } from './modes/federation-mismatch.ts'
import { identityDeleted } from './modes/identity-deleted.ts'
import { issuerFailing } from './modes/issuer-failing.ts'
import { metadataUnreachable } from './modes/metadata-unreachable.ts'
import { overPermission } from './modes/over-permission.ts'
import { permissionDenied } from './modes/permission-denied.ts'
import { targetUnreachable } from './modes/target-unreachable.ts'
import { tokenCache } from './modes/token-cache.ts'
import type { Rule, Sign } from './sign.ts'
import type { Subject } from './subject.ts'

const rulesOfFailures: readonly Rule[] = [
  metadataUnreachable,
  issuerFailing,
  permissionDenied,
  identityDeleted,
  tokenCache,
  federationMismatch,
  targetUnreachable,
]

const maxTroubled = 500
const maxDiagnoses = 20
const maxIdentities = 50
const maxNames = 20
const maxEvidence = 6
/** Each further identity that is hit in the same way makes a cause more likely, up to here. */
const perIdentity = 0.03
const most = 0.99

function troubledSince(at: number): number {
  return at - (pauseMinutes + 1) * minuteMs
}

/**
 * Those that the rules look at, those in trouble lately first: the work is bounded, for it is done between records. A
 * fault that troubles more identities than that shows in those that are looked at as well.
 */
function lookedAt(book: EvidenceBook, since: number): readonly Subject[] {
  const troubled: Subject[] = []
  const quiet: Subject[] = []
  for (const subject of book.subjects()) (subject.newestSignal >= since ? troubled : quiet).push(subject)
  if (troubled.length > maxTroubled)
    troubled.sort((a, b) => b.newestSignal - a.newestSignal || (a.id < b.id ? -1 : 1))
  return [...troubled.slice(0, maxTroubled), ...quiet]
}

function signsOf(subject: Subject, background: Background): readonly Sign[] {
  const found = (
    subject.newestSignal >= troubledSince(background.at)
      ? [...rulesOfFailures, overPermission]
      : [overPermission]
  )
    .flatMap((rule) => rule(subject, background) ?? [])
    .sort((a, b) => b.confidence - a.confidence || (a.mode < b.mode ? -1 : 1))
  return found.filter(
    ({ explains }, i) =>
      !found.slice(0, i).some((better) => better.explains.some((signal) => explains.includes(signal))),
  )
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

function unique<Text extends string>(
  signs: readonly Sign[],
  of: (sign: Sign) => readonly Text[],
): readonly Text[] {
  return [...new Set(signs.flatMap(of))].sort(byText).slice(0, maxNames)
}

function affectedBy(signs: readonly Sign[]): Affected {
  return {
    identities: [...new Set(signs.map(({ subject }) => subject.id))].slice(0, maxIdentities),
    apps: unique(signs, ({ subject }) => [subject.app]),
    services: unique(signs, ({ episode }) => episode.targets),
    workloads: unique(signs, ({ episode }) => episode.workloads),
    layers: unique(signs, ({ episode }) => episode.layers),
  }
}

function byTime(a: EvidenceItem, b: EvidenceItem): number {
  return a.time - b.time || (a.what < b.what ? -1 : 1)
}

/** `signs`: of one mode and cause. */
function diagnosisOf(signs: readonly Sign[]): Diagnosis | undefined {
  const ordered = signs.toSorted(
    (a, b) =>
      b.confidence - a.confidence ||
      b.episode.failures - a.episode.failures ||
      (a.subject.id < b.subject.id ? -1 : 1),
  )
  const surest = ordered[0]
  if (surest === undefined) return undefined
  const { mode, title, confidence, change } = surest
  const further = confidence >= activeConfidence ? perIdentity * (ordered.length - 1) : 0
  return {
    mode,
    title,
    confidence: Number(Math.min(Math.max(most, confidence), confidence + further).toFixed(2)),
    since: Math.min(...ordered.map(({ episode }) => episode.since)),
    failures: ordered.reduce((sum, { episode }) => sum + episode.failures, 0),
    affected: affectedBy(ordered),
    evidence: ordered
      .flatMap(({ evidence }) => evidence)
      .slice(0, maxEvidence)
      .sort(byTime),
    change,
    runbook: runbooks[mode],
  }
}

/**
 * What the evidence points to, the surest first; an empty list where nothing is amiss.
 * @param at epoch ms: the end of the evidence that counts
 */
export function diagnose(book: EvidenceBook, at: number): readonly Diagnosis[] {
  const background = new Background(book, at)
  const groups = new Map<string, Sign[]>()
  for (const subject of lookedAt(book, troubledSince(at)))
    for (const sign of signsOf(subject, background)) {
      const key = `${sign.mode} ${sign.cause}`
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [sign])
      else group.push(sign)
    }
  return [...groups]
    .flatMap(([key, signs]) => {
      const diagnosis = diagnosisOf(signs)
      return diagnosis === undefined ? [] : [{ key, diagnosis }]
    })
    .sort(
      ({ key: a, diagnosis: x }, { key: b, diagnosis: y }) =>
        y.confidence - x.confidence || y.failures - x.failures || (a < b ? -1 : 1),
    )
    .slice(0, maxDiagnoses)
    .map(({ diagnosis }) => diagnosis)
}

/** The surest one about any of these identities, if it is sure enough to tell. */
export function diagnosisOfAny(
  diagnoses: readonly Diagnosis[],
  identities: readonly string[],
): Diagnosis | undefined {
  const names = new Set(identities.map(kinName))
  return diagnoses.find(
    ({ confidence, affected }) =>
      confidence >= activeConfidence && affected.identities.some((id) => names.has(kinName(id))),
  )
}
