/** F2: tokens cannot be obtained or renewed, for reasons of the platform. */
import { type Episode, openEpisode, spanMs } from '../episode.ts'
import { keptMinutes, minuteMs, minuteOf } from '../minutes.ts'
import { evidenceOf, ifOpen, type Rule } from '../sign.ts'
import type { Signal } from '../signals.ts'
import type { Subject } from '../subject.ts'

const minFailures = 3
const throttling: readonly Signal[] = ['throttled', 'metadata-throttled']
const lastingMs = 2 * minuteMs

/** A small share has to fail for longer, and to be new. */
const minOfShare = 5
const lastingShareMs = 5 * minuteMs

/**
 * A share too small for any minute to stand out. Requests always fail now and then: it tells only where as many requests
 * before it would have shown three such failures at least, and showed none.
 */
function newShare(
  subject: Subject,
  search: { readonly signals: readonly Signal[] },
  at: number,
): Episode | undefined {
  const episode = openEpisode(subject, { ...search, against: subject.issued }, at)
  if (episode === undefined || episode.failures < minOfShare || spanMs(episode) < lastingShareMs)
    return undefined
  const minute = minuteOf(episode.since)
  const before = subject.issued.sum(minute - keptMinutes, minute - 1)
  const share = episode.failures / (episode.failures + episode.successes)
  return before * share >= 3 ? episode : undefined
}

function confidenceOf(episode: Episode): number {
  const { failures, successes } = episode
  const isTotal = failures >= 3 * successes
  return ifOpen((spanMs(episode) >= lastingMs ? 0.8 : 0.5) + (isTotal ? 0.1 : 0), episode)
}

export const issuerFailing: Rule = (subject, { at }) => {
  const against = subject.issued
  const signals = ['issuer', ...throttling] as const
  const plain = openEpisode(subject, { signals, against, minShare: 0.1 }, at)
  const isPlain = plain !== undefined && plain.failures >= minFailures
  const episode = isPlain ? plain : newShare(subject, { signals }, at)
  if (episode === undefined) return undefined
  const throttled = openEpisode(subject, { signals: throttling, after: episode.since }, at)
  const isThrottled = (throttled?.failures ?? 0) * 2 > episode.failures
  return {
    mode: 'F2',
    title: isThrottled ? 'Token requests are throttled' : 'Token issuance fails on the side of the platform',
    confidence: isPlain ? confidenceOf(episode) : ifOpen(0.6, episode),
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
