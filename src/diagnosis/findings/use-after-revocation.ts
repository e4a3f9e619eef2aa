/** Access that goes on after it was revoked, because a token from before still lives, and for how long. */
import type { Background } from '../background.ts'
import type { Change } from '../changes.ts'
import type { EvidenceItem } from '../diagnosis.ts'
import { minuteMs, minuteOf } from '../minutes.ts'
import { namedChange } from '../sign.ts'
import type { Subject } from '../subject.ts'
import type { Cohort } from '../token-cohorts.ts'
import { type Finding, found } from './finding.ts'

/** Deletions need a moment to reach everybody, removed rights up to ten minutes. */
const deletionSlackMs = 2 * minuteMs
const removalSlackMs = 10 * minuteMs
const refusals = ['forbidden', 'denied', 'unauthenticated'] as const

interface Outlived {
  /** The last use that was let in, epoch ms, to the minute. */
  readonly last: number
  readonly lastId?: string | undefined
  /** When the last of the old tokens ends, where a record says. */
  readonly endsAt?: number | undefined
  readonly services: readonly string[]
  readonly confidence: number
}

function isRestoredBy(change: Change, later: Change): boolean {
  if (later.time < change.time || later.eventId === change.eventId) return false
  if (change.op === 'removed')
    return later.op === 'granted' && later.role === change.role && later.scope === change.scope
  return later.op === 'created' || later.op === 'enabled'
}

/** By lifetimes, tokens from before the change end no later than this. */
function endByLifetimes({ lifetimes }: Subject, change: Change): number | undefined {
  const ends = lifetimes
    .all()
    .filter(({ first }) => first * minuteMs < change.time)
    .map(({ last, ttlSeconds }) => Math.min(change.time, (last + 1) * minuteMs) + ttlSeconds * 1000)
  return ends.length === 0 ? undefined : Math.max(...ends)
}

/** Nobody is there any more: whatever is let in, is let in with an old token. */
function afterDeletion(subject: Subject, change: Change, until: number): Outlived | undefined {
  const from = change.time + deletionSlackMs
  const last = subject.allowed.newestIn(minuteOf(from) + 1, minuteOf(until))
  if (last === undefined) return undefined
  const old = subject.cohorts.all().filter(({ issuedFrom }) => issuedFrom < change.time)
  const used = old.filter(({ lastMinute }) => lastMinute === last)
  const ends = old.flatMap(({ expiresAt }) => expiresAt ?? [])
  return {
    last: last * minuteMs,
    lastId: used[0]?.lastId,
    endsAt: ends.length > 0 ? Math.max(...ends) : endByLifetimes(subject, change),
    services: [...new Set(used.map(({ service }) => service))],
    confidence: 0.95,
  }
}

function names(scope: string, service: string): boolean {
  const spelled = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return spelled(service).length > 2 && spelled(scope).includes(spelled(service))
}

function isRefusedAfter({ traces }: Subject, service: string, time: number): boolean {
  return refusals.some((signal) =>
    [...(traces.get(signal)?.minutes.values() ?? [])].some(
      ({ last, targets }) => last > time && targets.includes(service),
    ),
  )
}

/**
 * Rights live on in tokens that carry them. Whoever is let in with a newer token as well holds another right to the
 * same, and most removals are of no concern to most services: a newer token has to be refused there, or the scope name it.
 */
function afterRemoval(subject: Subject, change: Change, until: number): Outlived | undefined {
  const all = subject.cohorts.all()
  const isRetained = (service: string): boolean =>
    all.some((one) => one.service === service && one.issuedTo > change.time)
  const outlives = ({ issuedTo, lastMinute, service }: Readonly<Cohort>): boolean =>
    issuedTo < change.time &&
    lastMinute * minuteMs > change.time + removalSlackMs &&
    lastMinute * minuteMs <= until &&
    !isRetained(service) &&
    (names(change.scope, service) || isRefusedAfter(subject, service, change.time))
  const old = all.filter(outlives).sort((a, b) => b.lastMinute - a.lastMinute)
  const [newest] = old
  if (newest === undefined) return undefined
  const ends = old.flatMap(({ expiresAt }) => expiresAt ?? [])
  return {
    last: newest.lastMinute * minuteMs,
    lastId: newest.lastId,
    endsAt: ends.length > 0 ? Math.max(...ends) : endByLifetimes(subject, change),
    services: [...new Set(old.map(({ service }) => service))],
    confidence: isRefusedAfter(subject, newest.service, change.time) ? 0.9 : 0.7,
  }
}

function minutesText(ms: number): string {
  return `${Math.round(ms / minuteMs)} min`
}

function evidenceOf({ last, lastId, endsAt }: Outlived, change: Change, at: number): readonly EvidenceItem[] {
  const items: EvidenceItem[] = [
    { what: `still let in ${minutesText(last - change.time)} after the change`, time: last, eventId: lastId },
  ]
  if (endsAt === undefined) return items
  const left = endsAt - at
  const what =
    left > 0
      ? `tokens from before the change live for up to ${minutesText(left)} more`
      : 'tokens from before the change have ended'
  return [...items, { what, time: endsAt }]
}

function findingOf(subject: Subject, change: Change, background: Background): Finding | undefined {
  const restored = background.changesAbout(subject).find((later) => isRestoredBy(change, later))
  const until = Math.min(background.at, restored?.time ?? background.at)
  const outlived = (change.op === 'removed' ? afterRemoval : afterDeletion)(subject, change, until)
  if (outlived === undefined) return undefined
  return found({
    finding: 'use-after-revocation',
    confidence: outlived.confidence,
    since: change.time,
    affected: {
      identities: [subject.id],
      apps: [subject.app],
      services: outlived.services,
      workloads: [],
      layers: [],
    },
    evidence: evidenceOf(outlived, change, background.at),
    change: namedChange({ change, isCertain: true }),
  })
}

const isRevocation = ({ op, isSilent }: Change): boolean =>
  isSilent !== true && (op === 'deleted' || op === 'disabled' || op === 'removed')

/** The newest revocation of each identity that was outlived. */
export function useAfterRevocation(background: Background): readonly Finding[] {
  const findings = new Map<Subject, Finding>()
  for (const { change, subject } of background.revoked(isRevocation)) {
    if (findings.has(subject)) continue
    const finding = findingOf(subject, change, background)
    if (finding !== undefined) findings.set(subject, finding)
  }
  return [...findings.values()]
}
