/** What one rule finds about one identity: diagnoses are made of these. */
import type { Background, Cause } from './background.ts'
import { nameOfChange } from './changes.ts'
import type { EvidenceItem, FailureMode, NamedChange } from './diagnosis.ts'
import type { Episode } from './episode.ts'
import type { Signal } from './signals.ts'
import type { Subject } from './subject.ts'

export interface Sign {
  readonly mode: FailureMode
  readonly title: string
  readonly confidence: number
  readonly subject: Subject
  readonly episode: Omit<Episode, 'firstId' | 'hasHealed' | 'successes'>
  readonly evidence: readonly EvidenceItem[]
  readonly change: NamedChange | undefined
  /** Signs of one mode and cause are one diagnosis. */
  readonly cause: string
  /** What it explains: a less certain sign of the same identity about the same is dropped. */
  readonly explains: readonly Signal[]
}

/** Undefined where the mode does not show. */
export type Rule = (subject: Subject, background: Background) => Sign | undefined

/** `12 failures in 4 min, 3 successes` */
function countsText({ failures, successes, since, last }: Episode): string {
  const minutes = Math.max(1, Math.round((last - since) / 60_000))
  return `${failures} failures in ${minutes} min, ${successes} successes`
}

/** The evidence every sign has: the first failure, and how many. */
export function evidenceOf(episode: Episode, what: string): readonly EvidenceItem[] {
  return [
    { what: `first ${what}`, time: episode.since, eventId: episode.firstId },
    { what: countsText(episode), time: episode.last },
  ]
}

export function namedChange({ change }: Cause): NamedChange {
  return nameOfChange(change)
}

/** What is over is of little concern, however certain. */
export function ifOpen(confidence: number, { hasHealed }: Pick<Episode, 'hasHealed'>): number {
  return hasHealed ? confidence * 0.4 : confidence
}
