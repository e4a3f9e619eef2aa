/** Far more tokens are issued than in the hour before, since they live shorter than before. */
import type { Background, Cause } from '../background.ts'
import type { Change } from '../changes.ts'
import type { Lifetime } from '../lifetimes.ts'
import { minuteMs } from '../minutes.ts'
import { namedChange } from '../sign.ts'
import type { Subject } from '../subject.ts'
import { type Finding, found } from './finding.ts'

const hourMinutes = 60
/** Less is no rate yet, and the first minutes after a deployment are no ordinary ones. */
const minMinutes = 15
const minTokens = 10
const minFactor = 2
/** Shorter by less explains no jump. */
const shorter = 0.75
/** Tokens of the former kind may still be issued while instances are exchanged. */
const overlapMinutes = 10

interface Shortening {
  readonly former: Lifetime
  readonly now: Lifetime
}

/** One lifetime ended where a shorter one began. Two that go on side by side are tokens for different things. */
function shorteningOf({ lifetimes }: Subject): Shortening | undefined {
  if (lifetimes.size < 2) return undefined
  const [now, ...others] = lifetimes.all().toSorted((a, b) => b.first - a.first)
  if (now === undefined) return undefined
  const former = others.find(
    ({ ttlSeconds, last }) => now.ttlSeconds <= shorter * ttlSeconds && last <= now.first + overlapMinutes,
  )
  return former && { former, now }
}

function ttlText(seconds: number): string {
  return seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`
}

const isOfIdentity = ({ op }: Change): boolean => op === 'updated' || op === 'changed'

interface Jump {
  readonly before: number
  readonly after: number
  readonly minutes: number
}

function jumpAt({ issued }: Subject, from: number, to: number): Jump | undefined {
  const end = Math.min(to, from + hourMinutes - 1)
  const minutes = end - from + 1
  const before = issued.sum(from - hourMinutes, from - 1)
  const after = issued.sum(from, end)
  const isJump = before > 0 && after >= minTokens && after * hourMinutes >= minFactor * before * minutes
  return minutes >= minMinutes && isJump ? { before, after, minutes } : undefined
}

function findingOf(
  { id, app }: Subject,
  { former, now }: Shortening,
  { before, after, minutes }: Jump,
  cause: Cause | undefined,
): Finding {
  const since = now.first * minuteMs
  const rate = Math.round((after * hourMinutes) / minutes)
  return found({
    finding: 'issuance-jump',
    confidence: cause?.isCertain === true ? 0.9 : 0.8,
    since,
    affected: { identities: [id], apps: [app], services: [], workloads: [], layers: [] },
    evidence: [
      { what: `tokens live ${ttlText(now.ttlSeconds)}, before ${ttlText(former.ttlSeconds)}`, time: since },
      { what: `${rate} tokens an hour, ${before} in the hour before`, time: since + minutes * minuteMs },
    ],
    change: cause && namedChange(cause),
  })
}

export function issuanceJump(subject: Subject, background: Background): Finding | undefined {
  const shortening = shorteningOf(subject)
  if (shortening === undefined) return undefined
  const { first } = shortening.now
  // The minute under way is not over.
  const jump = jumpAt(subject, first, Math.floor(background.at / minuteMs) - 1)
  return (
    jump && findingOf(subject, shortening, jump, background.causeOf(subject, first * minuteMs, isOfIdentity))
  )
}
