/** F4: the identity was deleted or disabled, or there is none of its name. */
import type { Change } from '../changes.ts'
import { openEpisode } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf, ifOpen, namedChange, type Rule } from '../sign.ts'
import type { Signal } from '../signals.ts'

const minFailures = 3
const minExplained = 2

/** Not every issuer says that an identity is gone: some say that it may not, or is not trusted. */
const afterDeletion: readonly Signal[] = [
  'missing',
  'denied',
  'trust',
  'audience',
  'unauthenticated',
  'forbidden',
]

const isDeletion = ({ op }: Change): boolean => op === 'deleted' || op === 'disabled'
const isAboutExistence = (change: Change): boolean =>
  isDeletion(change) || change.op === 'created' || change.op === 'enabled'

export const identityDeleted: Rule = (subject, background) => {
  const { at } = background
  const trouble = openEpisode(subject, { signals: afterDeletion }, at)
  if (trouble === undefined) return undefined
  const newest = background.causeOf(subject, trouble.last, isAboutExistence)
  const cause = newest !== undefined && isDeletion(newest.change) ? newest : undefined
  const missing = cause === undefined ? openEpisode(subject, { signals: ['missing'] }, at) : undefined
  const episode =
    cause === undefined
      ? missing
      : openEpisode(subject, { signals: afterDeletion, after: cause.change.time - minuteMs }, at)
  if (episode === undefined) return undefined
  if (episode.failures < (cause === undefined ? minFailures : minExplained)) return undefined
  const wasThere = subject.first < episode.since - minuteMs
  const unexplained = wasThere ? 0.7 : 0.35
  const confidence = cause === undefined ? unexplained : cause.isCertain ? 0.97 : 0.8
  return {
    mode: 'F4',
    title: cause === undefined ? 'The identity does not exist' : 'The identity was deleted or disabled',
    confidence: ifOpen(confidence, episode),
    subject,
    episode,
    evidence: evidenceOf(episode, 'failure of an identity that is gone'),
    change: cause && namedChange(cause),
    cause: cause?.change.eventId ?? subject.id,
    explains: cause === undefined ? ['missing'] : afterDeletion,
  }
}
