/** What one identity did: tokens that it asked for and used, and how old they were. A few numbers, whatever the traffic. */
import type { IdentityEvent } from '../events/event.ts'

export interface IdentityActivity {
  /** Attempts to get a token, and those that failed. */
  requests: number
  requestFailures: number
  /** Tokens presented to services; those not accepted (401), and calls that were refused (403). */
  uses: number
  unauthenticated: number
  forbidden: number
  /** Of the newest token that it was given, epoch ms; 0 before the first. */
  lastIssued: number
  /** Of the newest use of a token whose age is known: epoch ms (0 before the first), and seconds. */
  lastAged: number
  ageSeconds: number
  /** 0 where it is not known. */
  ttlSeconds: number
}

export function noActivity(): IdentityActivity {
  return {
    ...{ requests: 0, requestFailures: 0, uses: 0, unauthenticated: 0, forbidden: 0 },
    ...{ lastIssued: 0, lastAged: 0, ageSeconds: 0, ttlSeconds: 0 },
  }
}

export function countActivity(activity: IdentityActivity, event: IdentityEvent): void {
  const weight = event.weight ?? 1
  if (event.kind === 'token.request') {
    if (event.isCountedElsewhere === true) return
    activity.requests += weight
    if (event.outcome === 'failure') activity.requestFailures += weight
    else if (event.time > activity.lastIssued) activity.lastIssued = event.time
  } else if (event.kind === 'token.use') {
    activity.uses += weight
    if (event.decision === 'unauthenticated') activity.unauthenticated += weight
    else if (event.decision === 'forbidden') activity.forbidden += weight
    noteAge(activity, event)
  }
}

/** The age of a token at its use, as the record says it or as it became known later. */
export function noteAge(activity: IdentityActivity, event: IdentityEvent): void {
  if (event.kind !== 'token.use' || event.tokenAgeSeconds === undefined) return
  const { time, tokenAgeSeconds, ttlSeconds = 0 } = event
  const { lastAged, ageSeconds } = activity
  // Of two at the same time the older token, whichever record came first.
  if (time < lastAged || (time === lastAged && tokenAgeSeconds < ageSeconds)) return
  const isSame = time === lastAged && tokenAgeSeconds === ageSeconds
  activity.lastAged = time
  activity.ageSeconds = tokenAgeSeconds
  activity.ttlSeconds = isSame ? Math.max(activity.ttlSeconds, ttlSeconds) : ttlSeconds
}

/** Of two descriptions of one identity. */
export function joinedActivity(a: IdentityActivity, b: IdentityActivity): IdentityActivity {
  const { lastAged, ageSeconds, ttlSeconds } =
    b.lastAged > a.lastAged || (b.lastAged === a.lastAged && b.ageSeconds > a.ageSeconds) ? b : a
  return {
    requests: a.requests + b.requests,
    requestFailures: a.requestFailures + b.requestFailures,
    uses: a.uses + b.uses,
    unauthenticated: a.unauthenticated + b.unauthenticated,
    forbidden: a.forbidden + b.forbidden,
    lastIssued: Math.max(a.lastIssued, b.lastIssued),
    ...{ lastAged, ageSeconds, ttlSeconds },
  }
}

/** As it is kept; what a former version kept has fewer numbers. */
export function savedActivity(of: IdentityActivity): readonly number[] {
  return [
    ...[of.requests, of.requestFailures, of.uses, of.unauthenticated, of.forbidden],
    ...[of.lastIssued, of.lastAged, of.ageSeconds, of.ttlSeconds],
  ]
}

export function restoredActivity(saved: readonly number[]): IdentityActivity {
  const [requests = 0, requestFailures = 0, uses = 0, unauthenticated = 0, forbidden = 0, ...times] = saved
  const [lastIssued = 0, lastAged = 0, ageSeconds = 0, ttlSeconds = 0] = times
  return {
    ...{ requests, requestFailures, uses, unauthenticated, forbidden },
    ...{ lastIssued, lastAged, ageSeconds, ttlSeconds },
  }
}
