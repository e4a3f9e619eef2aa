/** Where the workload behind a call runs, as far as the record shows it. */
import type { Layer, Workload } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { issuerLayer } from '../federated-subject.ts'
import { object, text } from '../fields.ts'
import type { Call } from './call.ts'
import { issuerName } from './issuer-name.ts'
import { scopeIssuers } from './service-principals.ts'

export interface Whereabouts {
  readonly layer: Layer
  readonly workload?: Workload | undefined
  /** AWS delivered the credentials to the workload itself. */
  readonly isDelivered?: boolean | undefined
  readonly isFederated?: boolean | undefined
}

/** `i-` and hexadecimal digits, and nothing that a person could be called. */
function isInstanceId(value: string): boolean {
  if (!value.startsWith('i-') || (value.length !== 19 && value.length !== 10)) return false
  for (let i = 2; i < value.length; i++) {
    const code = value.charCodeAt(i) | 0x20
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}

function inScope(user: JsonObject): Whereabouts | undefined {
  const scope = object(user['inScopeOf'])
  const issuer = scopeIssuers.get(text(scope?.['issuerType']) ?? '')
  if (issuer === undefined) return undefined
  const issuedTo = text(scope?.['credentialsIssuedTo'])
  const kind = issuer.sessionNames
  if (issuedTo === undefined || kind === undefined) return { layer: issuer.layer, isDelivered: true }
  const name = issuedTo.slice(Math.max(issuedTo.lastIndexOf(':'), issuedTo.lastIndexOf('/')) + 1)
  return { layer: issuer.layer, workload: { kind, name }, isDelivered: true }
}

function byUserAgent(userAgent: string | undefined): Whereabouts {
  if (userAgent?.includes('exec-env/')) {
    if (userAgent.includes('exec-env/AWS_Lambda')) return { layer: 'serverless' }
    if (userAgent.includes('exec-env/AWS_ECS')) return { layer: 'container' }
  }
  return { layer: 'paas' }
}

/** Where the caller's workload runs, as far as the record shows it; `paas` where it does not. */
export function whereaboutsOf(call: Call): Whereabouts {
  const { user } = call
  const scoped = inScope(user)
  if (scoped !== undefined) return scoped
  const context = object(user['sessionContext'])
  const principal = text(user['principalId']) ?? ''
  const session = principal.slice(principal.indexOf(':') + 1)
  if (isInstanceId(session))
    return { layer: 'vm', workload: { kind: 'vm', name: session }, isDelivered: true }
  if (context?.['ec2RoleDelivery'] !== undefined) return { layer: 'vm', isDelivered: true }
  const provider = text(object(context?.['webIdFederationData'])?.['federatedProvider'])
  if (provider !== undefined) return { layer: issuerLayer(issuerName(provider)), isFederated: true }
  return byUserAgent(text(call.record['userAgent']))
}
