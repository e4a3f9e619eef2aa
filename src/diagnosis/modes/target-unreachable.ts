/** Network, not identity: the token was given and accepted, and the target does not answer. */
import { openEpisode, spanMs } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf, ifOpen, type Rule } from '../sign.ts'
import type { Signal } from '../signals.ts'

const minFailures = 3
const identityTrouble: readonly Signal[] = [
  'metadata',
  'issuer',
  'throttled',
  'metadata-throttled',
  'missing',
  'trust',
  'audience',
  'denied',
  'unauthenticated',
]

export const targetUnreachable: Rule = (subject, { at }) => {
  const search = { signals: ['unreachable'], against: subject.allowed, minShare: 0.1 } as const
  const episode = openEpisode(subject, search, at)
  if (episode === undefined || episode.failures < minFailures) return undefined
  const trouble = openEpisode(subject, { signals: identityTrouble, after: episode.since }, at)
  const isIdentityFine = trouble === undefined || trouble.failures * 10 < episode.failures
  return {
    mode: 'network',
    title: 'Network, not identity: tokens are accepted, the target is unreachable',
    confidence: ifOpen(isIdentityFine ? (spanMs(episode) >= minuteMs ? 0.85 : 0.6) : 0.4, episode),
    subject,
    episode,
    evidence: [
      ...evidenceOf(episode, `accepted call that did not reach ${episode.targets.join(', ')}`),
      ...(isIdentityFine ? [{ what: 'no failure of the identity meanwhile', time: episode.last }] : []),
    ],
    change: undefined,
    cause: episode.targets.join(','),
    explains: ['unreachable'],
  }
}
