/** Tokens and keys presented to GitHub: API requests, which have a status, and Git over HTTP and SSH. */
import type { Identity, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import type { Mapped } from '../connector.ts'
import { number, text } from '../fields.ts'
import { type CallOutcome, callOutcome } from '../http-outcome.ts'
import { callerOf, credentialTypeOf, repositoryWorkload, tokenIdOf } from './callers.ts'
import type { Entry } from './entry.ts'

const noStatus = reject('missing_field', 'status_code is missing: expected the HTTP status of the request')
const anonymous = reject('not_relevant', 'a request without a credential that needed none')

const nobody: Identity = { id: 'unknown', type: 'unknown', tenant: '' }
const throttled: CallOutcome = { outcome: 'failure', decision: 'allowed', reason: 'throttled' }

const gitActions: ReadonlySet<string> = new Set(['git.clone', 'git.fetch', 'git.push'])

export function isUse(action: string): boolean {
  return action === 'api.request' || gitActions.has(action)
}

export function useOf(entry: Entry, identity: Identity, id: string): TokenUse {
  const isWorkflow = identity.type === 'federated'
  return {
    kind: 'token.use',
    id,
    time: entry.time,
    provider: 'github',
    source: 'github-audit',
    layer: 'cicd',
    identity,
    workload: isWorkflow ? repositoryWorkload(entry.repository) : undefined,
    app: '',
    outcome: 'success',
    correlation: { tokenId: tokenIdOf(entry), requestId: text(entry.record['request_id']) },
    service: 'github',
    resource: entry.repository,
    decision: 'allowed',
    credentialType: credentialTypeOf(entry, identity),
  }
}

/** GitHub answers 403 to who has used up a rate limit, too. */
function outcomeOf(entry: Entry, status: number): CallOutcome {
  const isUsedUp = status === 403 && number(entry.record['rate_limit_remaining']) === 0
  return isUsedUp ? throttled : callOutcome(status)
}

function mapRequest(entry: Entry): Mapped {
  const httpStatus = number(entry.record['status_code'])
  if (httpStatus === undefined) return noStatus
  const { outcome, decision, reason } = outcomeOf(entry, httpStatus)
  const caller = callerOf(entry)
  if (caller === undefined && outcome === 'success') return anonymous
  return [
    {
      ...useOf(entry, caller ?? { ...nobody, tenant: entry.tenant }, entry.id),
      outcome,
      reason,
      fault: reason && faultOf[reason],
      code: reason && String(httpStatus),
      service: 'github-api',
      // The pattern of the path: the path itself names people.
      resource: text(entry.record['route']),
      httpStatus,
      decision,
    },
  ]
}

export function mapUse(entry: Entry, action: string): Mapped {
  if (action === 'api.request') return mapRequest(entry)
  const caller = callerOf(entry)
  return caller === undefined ? anonymous : [{ ...useOf(entry, caller, entry.id), service: 'github-git' }]
}
