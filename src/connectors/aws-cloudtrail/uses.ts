/** API calls by an identity: `token.use`, and `secret.read` where a workload reads a secret. */
import type { CredentialType, Identity, SecretRead, TokenUse } from '../../events/event.ts'
import { parseInstant } from '../../events/time.ts'
import { addressIn } from '../address.ts'
import type { JsonValue } from '../connector.ts'
import { namesCredential } from '../credential-names.ts'
import { object, text } from '../fields.ts'
import { partitionOf, shownResource } from './arns.ts'
import { type Call, correlationOf } from './call.ts'
import { arnInMessage, useVerdict } from './outcome.ts'
import { secretsRead } from './secrets.ts'
import { type Whereabouts, whereaboutsOf } from './whereabouts.ts'

/** Age of the session in seconds; undefined for long-lived keys, which have none, and for clocks that disagree. */
function tokenAge(call: Call): number | undefined {
  const attributes = object(object(call.user['sessionContext'])?.['attributes'])
  const created = text(attributes?.['creationDate'])
  if (created === undefined) return undefined
  const age = (call.time - parseInstant(created)) / 1000
  return age >= 0 ? age : undefined
}

function credentialTypeOf(accessKeyId: string | undefined, where: Whereabouts): CredentialType | undefined {
  if (accessKeyId?.startsWith('AKIA')) return 'access-key'
  if (where.isDelivered) return 'managed'
  if (where.isFederated) return 'federated'
  return accessKeyId?.startsWith('ASIA') ? 'session' : undefined
}

/** People assume roles as well, and where they are is nobody's business. */
function isMachine({ type }: Identity, { workload, isDelivered, isFederated }: Whereabouts): boolean {
  return type !== 'user' && (workload !== undefined || isDelivered === true || isFederated === true)
}

function listed(resources: JsonValue | undefined): string | undefined {
  if (!Array.isArray(resources)) return undefined
  for (const resource of resources) {
    const arn = text(object(resource)?.['ARN'])
    const shown = arn === undefined ? undefined : shownResource(arn)
    if (shown !== undefined) return shown
  }
  return undefined
}

/** What the call was about: listed, or the bucket asked for, or, in a refusal, told by the message. */
function resourceOf(call: Call): string | undefined {
  const found = listed(call.record['resources'])
  if (found !== undefined) return found
  const bucket = text(call.request['bucketName'])
  if (bucket !== undefined) return `arn:${partitionOf(call.region)}:s3:::${bucket}`
  const told = arnInMessage(call.record)
  return told === undefined ? undefined : shownResource(told)
}

export function useId(call: Call, position: number): string {
  return position === 0 ? `aws-cloudtrail:${call.eventId}` : `aws-cloudtrail:${call.eventId}#${position}`
}

/** `position`: which event of the record this is, from 0. */
export function tokenUse(call: Call, caller: Identity, position: number): TokenUse {
  const { decision, failure } = useVerdict(call.record)
  const where = whereaboutsOf(call)
  const accessKeyId = text(call.user['accessKeyId'])
  return {
    kind: 'token.use',
    id: useId(call, position),
    time: call.time,
    provider: 'aws',
    source: 'aws-cloudtrail',
    layer: where.layer,
    identity: caller,
    workload: where.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    correlation: correlationOf(call, accessKeyId),
    service: call.service,
    resource: resourceOf(call),
    decision,
    address: isMachine(caller, where) ? addressIn(call.record['sourceIPAddress']) : undefined,
    tokenAgeSeconds: tokenAge(call),
    credentialType: credentialTypeOf(accessKeyId, where),
  }
}

/** The secrets that the call read, if a workload made it and it succeeded; else none. */
export function secretReads(call: Call, caller: Identity): readonly SecretRead[] {
  const secrets = caller.type === 'role' ? secretsRead(call) : []
  if (secrets.length === 0) return []
  const { layer, workload } = whereaboutsOf(call)
  return secrets.map((secret, index) => ({
    kind: 'secret.read',
    id: useId(call, index),
    time: call.time,
    provider: 'aws',
    source: 'aws-cloudtrail',
    layer,
    identity: caller,
    workload,
    app: '',
    outcome: 'success',
    correlation: correlationOf(call, text(call.user['accessKeyId'])),
    vault: `arn:${partitionOf(call.region)}:${call.service}:${call.region}:${call.account}`,
    secret,
    likelyFallback: namesCredential(secret),
  }))
}
