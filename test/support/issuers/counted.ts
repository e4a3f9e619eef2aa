/** What a running instance says it has counted, beside what the ground truth makes it: by its metrics and its status. */
import type { Instance, Status } from '../instance.ts'
import type { Essence } from './truth.ts'

export interface Counted {
  readonly requests: number
  /** By reason. */
  readonly failures: Readonly<Record<string, number>>
  readonly uses: number
  readonly refused401: number
  readonly refused403: number
  /** Refused by a policy or for want of a right. */
  readonly denials: number
  /** Assignments, by operation. */
  readonly changes: Readonly<Record<string, number>>
  readonly issuance: Verdicts
  readonly auth: Verdicts
}

interface Verdicts {
  readonly good: number
  readonly bad: number
  readonly excluded: number
}

function tallied(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys.toSorted()) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** People are excluded; a refusal is bad, whatever its reason. */
function judged(events: readonly Essence[], isBad: (event: Essence) => boolean): Verdicts {
  const machines = events.filter(({ type }) => type !== 'user')
  const bad = machines.filter(isBad).length
  return { good: machines.length - bad, bad, excluded: events.length - machines.length }
}

function isDenial({ reason }: Essence): boolean {
  return reason === 'permission_denied' || reason === 'policy_denied'
}

/** The definitions of the indicators once more, said without the code that is under test. */
export function countedBy(events: readonly Essence[]): Counted {
  const requests = events.filter(({ kind }) => kind === 'token.request')
  const uses = events.filter(({ kind }) => kind === 'token.use')
  const changes = events.filter(({ kind }) => kind === 'assignment.change')
  return {
    requests: requests.length,
    failures: tallied(requests.flatMap(({ reason }) => reason ?? [])),
    uses: uses.length,
    refused401: uses.filter(({ decision }) => decision === 'unauthenticated').length,
    refused403: uses.filter(({ decision }) => decision === 'forbidden').length,
    denials: events.filter(isDenial).length,
    changes: tallied(changes.flatMap(({ op }) => op ?? [])),
    issuance: judged(requests, ({ outcome }) => outcome === 'failure'),
    auth: judged(uses, ({ decision }) => decision !== 'allowed'),
  }
}

function verdictsOf({ indicators }: Status, id: string): Verdicts {
  const found = indicators.find((indicator) => indicator.id === id)
  return { good: found?.good ?? 0, bad: found?.bad ?? 0, excluded: found?.excluded ?? 0 }
}

export async function countedIn(instance: Instance): Promise<Counted> {
  const metrics = await instance.metrics()
  const status = await instance.status()
  const by = (family: string, label: string): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const { labels, value } of metrics.select(family))
      counts[labels[label] ?? ''] = (counts[labels[label] ?? ''] ?? 0) + value
    return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
  return {
    requests: metrics.sum('identity_token_requests_total'),
    failures: by('identity_token_request_failures_total', 'reason'),
    uses: metrics.sum('identity_service_auth_total'),
    refused401: metrics.sum('identity_service_auth_failures_total', { status: '401' }),
    refused403: metrics.sum('identity_service_auth_failures_total', { status: '403' }),
    denials: metrics.sum('identity_permission_violations_total'),
    changes: by('identity_assignment_changes_total', 'op'),
    issuance: verdictsOf(status, 'token-issuance'),
    auth: verdictsOf(status, 'service-auth'),
  }
}
