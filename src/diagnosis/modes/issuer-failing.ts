/** F2: tokens cannot be obtained or renewed, for reasons of the platform. */
import { type Episode, openEpisode, spanMs } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf, ifOpen, type Rule } from '../sign.ts'
import type { Signal } from '../signals.ts'

const minFailures = 3
const throttling: readonly Signal[] = ['throttled', 'metadata-throttled']
const lastingMs = 2 * minuteMs

function confidenceOf(episode: Episode): number {
  const { failures, successes } = episode
  const isTotal = failures >= 3 * successes
  return ifOpen((spanMs(episode) >= lastingMs ? 0.8 : 0.5) + (isTotal ? 0.1 : 0), episode)
}

export const issuerFailing: Rule = (subject, { at }) => {
  const against = subject.issued
  const search = { signals: ['issuer', ...throttling], against, minShare: 0.1 } as const
  const episode = openEpisode(subject, search, at)
  if (episode === undefined || episode.failures < minFailures) return undefined
  const throttled = openEpisode(subject, { signals: throttling, against, minShare: 0.1 }, at)
  const isThrottled = (throttled?.failures ?? 0) * 2 > episode.failures
  return {
    mode: 'F2',
    title: isThrottled ? 'Token requests are throttled' : 'Token issuance fails on the side of the platform',
    confidence: confidenceOf(episode),
    subject,
    episode,
    evidence: evidenceOf(
      episode,
      isThrottled ? 'throttled token request' : 'token request that the platform failed',
    ),
    change: undefined,
    cause: subject.provider,
    explains: ['issuer', ...throttling],
  }
}
