/** TokenRequest (`create serviceaccounts/token`): the API server issues a token to a service account. */
import type { TokenRequest, Workload } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import { number, object, text, texts } from '../fields.ts'
import type { Call } from './call.ts'
import { issuanceFailure } from './outcome.ts'
import { identityOf, jtiOf, serviceAccountId } from './subject.ts'

const nodePrefix = 'system:node:'

export function isIssuance(call: Call): boolean {
  return call.subresource === 'token' && call.resource === 'serviceaccounts' && call.verb === 'create'
}

/** The pod that the token is bound to where the body is logged, else the node whose kubelet asked. */
function workloadOf(call: Call): Workload | undefined {
  const bound = object(object(call.asked?.['spec'])?.['boundObjectRef'])
  const name = text(bound?.['name'])
  if (bound?.['kind'] === 'Pod' && name !== undefined)
    return { kind: 'pod', name: `${call.namespace ?? ''}/${name}` }
  if (!call.user.startsWith(nodePrefix)) return undefined
  return { kind: 'vm', name: call.user.slice(nodePrefix.length) }
}

function expiryOf(call: Call): number | undefined {
  const written = text(object(call.answered?.['status'])?.['expirationTimestamp'])
  const expiry = written === undefined ? Number.NaN : parseInstant(written)
  return Number.isNaN(expiry) ? undefined : expiry
}

/** The identity is the service account that gets the token; `user` only asked for it. */
export function mapIssuance(call: Call): TokenRequest | Rejection {
  if (call.dryRun) return reject('not_relevant', 'a dry run: no token is issued')
  if (call.namespace === undefined || call.name === undefined)
    return reject('missing_field', 'objectRef.namespace or .name is missing: expected the service account')
  if (call.status === undefined)
    return reject(
      'missing_field',
      'responseStatus.code is missing: expected the HTTP code of the TokenRequest',
    )
  const failure = issuanceFailure(call)
  const asked = object(call.asked?.['spec'])
  // Where the server trims the lifetime to its maximum, its answer has what was granted.
  const granted = object(call.answered?.['spec'])?.['expirationSeconds'] ?? asked?.['expirationSeconds']
  const jti = jtiOf(text(call.annotations?.['authentication.kubernetes.io/issued-credential-id']))
  return {
    kind: 'token.request',
    id: call.id,
    time: call.ended,
    provider: 'kubernetes',
    source: 'kubernetes-audit',
    layer: 'container',
    identity: identityOf(serviceAccountId(call.namespace, call.name), call.cluster),
    workload: workloadOf(call),
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    correlation: jti === undefined ? undefined : { tokenId: jti },
    vantage: 'issuer',
    audience: texts(asked?.['audiences']).join(' '),
    latencyMs: call.latencyMs,
    ttlSeconds: failure === undefined ? number(granted) : undefined,
    expiresAt: failure === undefined ? expiryOf(call) : undefined,
    credentialType: call.user.startsWith(nodePrefix) ? 'managed' : undefined,
  }
}
