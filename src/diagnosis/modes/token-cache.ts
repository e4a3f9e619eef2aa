/** F6: a client goes on with a token that has expired. */
import { openEpisode, spanMs } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf, ifOpen, type Rule } from '../sign.ts'

const minFailures = 3
/** A rotation is over sooner: each client is refused once, and has a new token then. */
const lastingMs = 2 * minuteMs
/** More refusals than clients have by then, and no new token: they do not renew, however short it is yet. */
const minUnanswered = 10

export const tokenCache: Rule = (subject, background) => {
  const { at } = background
  const search = { signals: ['expired'], against: subject.allowed } as const
  const episode = openEpisode(subject, search, at)
  if (episode === undefined || episode.failures < minFailures) return undefined
  const renewals = background.issued(subject, episode.since - minuteMs, episode.last + minuteMs)
  const isRenewing = renewals * 2 >= episode.failures
  const isLasting = spanMs(episode) >= lastingMs
  const isUnanswered = renewals === 0 && episode.failures >= minUnanswered
  const confidence = isRenewing ? 0.25 : isLasting ? 0.85 : isUnanswered ? 0.6 : 0.4
  return {
    mode: 'F6',
    title: 'A client uses expired tokens',
    confidence: ifOpen(confidence, episode),
    subject,
    episode,
    evidence: [
      ...evidenceOf(episode, `use of an expired token for ${episode.targets.join(', ')}`),
      { what: `${renewals} tokens issued meanwhile`, time: episode.last },
    ],
    change: undefined,
    cause: subject.app,
    explains: ['expired'],
  }
}
