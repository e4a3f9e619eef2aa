/** Findings that stand in the failures of one identity: a wrong audience, a metadata endpoint that throttles, a static credential. */
import type { Background } from '../background.ts'
import { type Episode, type EpisodeSearch, openEpisode } from '../episode.ts'
import { minuteMs } from '../minutes.ts'
import { evidenceOf } from '../sign.ts'
import type { Subject } from '../subject.ts'
import { advice, type Finding, type FoundParts, found } from './finding.ts'

const minFailures = 3
const hourMs = 60 * minuteMs

function partsOf(subject: Subject, episode: Episode): Pick<FoundParts, 'since' | 'affected'> {
  const { since, targets, workloads, layers } = episode
  return {
    since,
    affected: { identities: [subject.id], apps: [subject.app], services: targets, workloads, layers },
  }
}

function lastingEpisode(subject: Subject, search: EpisodeSearch, at: number): Episode | undefined {
  const episode = openEpisode(subject, { maxPauseMinutes: 60, ...search }, at)
  return episode !== undefined && episode.failures >= minFailures ? episode : undefined
}

export function wrongAudience(subject: Subject, { at }: Background): Finding | undefined {
  const episode = lastingEpisode(subject, { signals: ['audience'] }, at)
  return (
    episode &&
    found({
      finding: 'wrong-audience',
      confidence: episode.last - episode.since >= minuteMs ? 0.8 : 0.6,
      ...partsOf(subject, episode),
      evidence: evidenceOf(episode, `token of a wrong audience for ${episode.targets.join(', ')}`),
    })
  )
}

export function throttledMetadata(subject: Subject, { at }: Background): Finding | undefined {
  const episode = lastingEpisode(subject, { signals: ['metadata-throttled'], against: subject.metadata }, at)
  return (
    episode &&
    found({
      finding: 'throttled-metadata',
      confidence: 0.8,
      ...partsOf(subject, episode),
      evidence: evidenceOf(episode, 'call that the metadata endpoint throttled'),
    })
  )
}

/** A static credential is no failure, and one use is enough: it is told while it goes on, and an hour after. */
export function staticCredential(subject: Subject, { at }: Background): Finding | undefined {
  const episode = openEpisode(subject, { signals: ['static-credential'], maxPauseMinutes: 60 }, at)
  if (episode === undefined) return undefined
  const { since, last, failures, firstId, layers } = episode
  const isBuild = layers.includes('cicd')
  const what = isBuild ? 'use of a static key by a build agent' : 'use of a static credential'
  return found({
    finding: 'static-credential',
    title: isBuild ? 'A build agent uses a static key' : advice['static-credential'].title,
    confidence: last - since >= hourMs || failures >= minFailures ? 0.9 : 0.7,
    ...partsOf(subject, episode),
    evidence: [
      { what: `first ${what}`, time: since, eventId: firstId },
      { what: `${failures} in all`, time: last },
    ],
  })
}
