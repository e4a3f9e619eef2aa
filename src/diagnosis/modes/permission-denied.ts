/** F3: a service refuses what it allowed before, or was never meant to allow. */
import type { Cause } from '../background.ts'
import type { Change } from '../changes.ts'
import { type Episode, openEpisode, spanMs } from '../episode.ts'
import { keptMinutes, minuteMs, minuteOf } from '../minutes.ts'
import { evidenceOf, ifOpen, namedChange, type Rule } from '../sign.ts'
import type { Subject } from '../subject.ts'

const minFailures = 3
/** With a change that explains them. */
const minExplained = 2
const minShare = 0.2
/** Refused for so long, it is how things are. */
const standingMs = 2.5 * 3_600_000

const isRemoval = ({ op, role }: Change): boolean =>
  op === 'removed' || (op === 'changed' && role !== 'trust-policy')

function confidenceOf(episode: Episode, cause: Cause | undefined): number {
  if (cause?.change.op === 'removed') return cause.isCertain ? 0.95 : 0.75
  if (cause !== undefined) return 0.75
  if (spanMs(episode) >= standingMs) return 0.3
  return spanMs(episode) >= minuteMs ? 0.65 : 0.5
}

function wasAllowed({ allowed }: Subject, { since }: Episode): boolean {
  const minute = minuteOf(since)
  return allowed.sum(minute - keptMinutes, minute - 1) > 0
}

export const permissionDenied: Rule = (subject, background) => {
  const search = { signals: ['forbidden', 'denied'], against: subject.allowed } as const
  const all = openEpisode(subject, search, background.at)
  if (all === undefined) return undefined
  const cause = background.causeOf(subject, all.last, isRemoval)
  const { at } = background
  const episode =
    cause === undefined
      ? openEpisode(subject, { ...search, minShare }, at)
      : openEpisode(subject, { ...search, after: cause.change.time - minuteMs }, at)
  if (episode === undefined) return undefined
  if (episode.failures < (cause === undefined ? minFailures : minExplained)) return undefined
  const why = wasAllowed(subject, episode)
    ? 'no removal of a right was seen'
    : 'no call of it was allowed before'
  return {
    mode: 'F3',
    title: cause === undefined ? 'Permission denied' : 'Permission denied after a right was taken away',
    confidence: ifOpen(confidenceOf(episode, cause), episode),
    subject,
    episode,
    evidence: [
      ...evidenceOf(episode, `refused call to ${episode.targets.join(', ')}`),
      ...(cause === undefined ? [{ what: why, time: episode.since }] : []),
    ],
    change: cause && namedChange(cause),
    cause: cause?.change.eventId ?? subject.app,
    explains: ['forbidden', 'denied'],
  }
}
