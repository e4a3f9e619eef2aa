/** F7: issuer, subject or audience of a token are not what is trusted. */
import type { Change } from '../changes.ts'
import { openEpisode } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf, ifOpen, namedChange, type Rule } from '../sign.ts'

const minFailures = 3
const minExplained = 2
const minShare = 0.1

const isTrustEdit = ({ op, role }: Change): boolean =>
  role === 'trust-policy' || op === 'updated' || op === 'credential-added' || op === 'credential-removed'

/** As changes of a pool's providers name it: without the service that it belongs to. */
function providerName(issuer: string): string {
  return issuer.replace(/^\/\/[^/]+\//, '')
}

export const federationMismatch: Rule = (subject, background) => {
  const { at } = background
  const search = { signals: ['trust', 'audience'], against: subject.issued } as const
  const all = openEpisode(subject, search, at)
  if (all === undefined) return undefined
  const cause = background.causeOf(subject, all.last, isTrustEdit, all.issuers.map(providerName))
  const episode = openEpisode(
    subject,
    cause === undefined ? { ...search, minShare } : { ...search, after: cause.change.time - minuteMs },
    at,
  )
  if (episode === undefined) return undefined
  if (episode.failures < (cause === undefined ? minFailures : minExplained)) return undefined
  const [issuer = ''] = episode.issuers
  const confidence = cause === undefined ? 0.7 : cause.isCertain ? 0.95 : 0.8
  return {
    mode: 'F7',
    title:
      cause === undefined
        ? 'A federated token is not trusted'
        : 'A federated token is not trusted after an edit of trust',
    confidence: ifOpen(confidence, episode),
    subject,
    episode,
    evidence: evidenceOf(episode, `mismatch${issuer === '' ? '' : ` of issuer ${issuer}`}`),
    change: cause && namedChange(cause),
    cause: cause?.change.eventId ?? (issuer === '' ? subject.app : issuer),
    explains: ['trust', 'audience'],
  }
}
