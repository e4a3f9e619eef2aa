/** F1: workloads cannot reach the local metadata endpoint or agent. */
import { openEpisode, spanMs } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf, ifOpen, type Rule } from '../sign.ts'

const minFailures = 3
const hourMs = 60 * minuteMs

export const metadataUnreachable: Rule = (subject, background) => {
  const { at } = background
  const search = { signals: ['metadata'], against: subject.metadata, minShare: 0.1 } as const
  const episode = openEpisode(subject, search, at)
  if (episode === undefined || episode.failures < minFailures) return undefined
  const { since, last, workloads } = episode
  const minutes = Math.max(1, spanMs(episode) / minuteMs)
  const rate = background.issued(subject, since, last) / minutes
  const before = background.issued(subject, since - hourMs, since - minuteMs) / 60
  // The issuer never sees what does not get past the node.
  const hasFewer = before > 0 && rate < before / 2
  const isLasting = spanMs(episode) >= minuteMs
  const places = workloads.length > 0 ? ` on ${workloads.join(', ')}` : ''
  return {
    mode: 'F1',
    title: 'The metadata endpoint is unreachable',
    confidence: ifOpen((isLasting ? 0.85 : 0.75) + (hasFewer ? 0.1 : 0), episode),
    subject,
    episode,
    evidence: [
      ...evidenceOf(episode, `unanswered call to the metadata endpoint${places}`),
      ...(hasFewer
        ? [{ what: 'the issuer gives less than half as many tokens as before', time: since }]
        : []),
    ],
    change: undefined,
    cause: subject.provider,
    explains: ['metadata'],
  }
}
