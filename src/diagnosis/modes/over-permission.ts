/** F5: an identity reaches far more than it ever did. */
import type { Change } from '../changes.ts'
import { minuteMs, minuteOf } from '../minutes.ts'
import { namedChange, type Rule } from '../sign.ts'

/** What was first used within it is new. */
const recentMinutes = 45
/** An identity that is not known for so long has no history. */
const minHistoryMs = 15 * minuteMs
const minNew = 20
const minFactor = 3

const isWidening = ({ op, role }: Change): boolean =>
  op === 'credential-added' || (role !== 'trust-policy' && (op === 'granted' || op === 'changed'))

export const overPermission: Rule = (subject, background) => {
  const { at } = background
  if (subject.resources.size < minNew) return undefined
  const recent = minuteOf(at) - recentMinutes
  const fresh = [...subject.resources.values()].filter((first) => first > recent).sort((a, b) => a - b)
  const known = subject.resources.size - fresh.length
  const since = (fresh[0] ?? 0) * minuteMs
  const hasHistory = known > 0 && subject.first <= recent * minuteMs - minHistoryMs
  if (!hasHistory || fresh.length < minNew || fresh.length < minFactor * known) return undefined
  const last = Math.min((fresh.at(-1) ?? 0) * minuteMs + minuteMs, at)
  const cause = background.causeOf(subject, last, isWidening)
  const what = `${fresh.length} resources used for the first time, ${known} known before`
  return {
    mode: 'F5',
    title: 'An identity reaches far more than before',
    confidence: cause === undefined ? 0.6 : cause.isCertain ? 0.9 : 0.75,
    subject,
    episode: { since, last, failures: 0, workloads: [], targets: [], issuers: [], layers: [] },
    evidence: [{ what, time: since }],
    change: cause && namedChange(cause),
    cause: subject.id,
    explains: [],
  }
}
