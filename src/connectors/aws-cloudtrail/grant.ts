/** What a call for credentials grants, to whom: the parts that all kinds of issuance share. */
import type { CredentialType, Identity, Layer, TokenRequest, Workload } from '../../events/event.ts'
import type { Rejection } from '../../events/rejection.ts'
import { objects, text } from '../fields.ts'
import { isRoleArn } from './arns.ts'
import type { Call } from './call.ts'
import { callerOf, isIdentity, sessionIdentity } from './callers.ts'
import { arnInMessage, type Failure } from './outcome.ts'
import { whereaboutsOf } from './whereabouts.ts'

export interface Grant {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
  readonly credentialType?: CredentialType | undefined
  readonly credentialId?: string | undefined
  readonly federation?: TokenRequest['federation']
}

/** One kind of issuance. A rejection says why its record does not count. */
export type Issuer = (call: Call, failure: Failure | undefined) => Grant | Rejection

export function isGrant(value: Grant | Rejection): value is Grant {
  return 'identity' in value
}

/** The role that was asked for: a refused AssumeRole has no `requestParameters`, and names it in its message only. */
export function requestedRole(call: Call): string | undefined {
  const asked = text(call.request['roleArn'])
  if (asked !== undefined && isRoleArn(asked)) return asked
  for (const resource of objects(call.record['resources'])) {
    const arn = text(resource['ARN'])
    if (arn !== undefined && isRoleArn(arn)) return arn
  }
  const told = arnInMessage(call.record)
  return told !== undefined && isRoleArn(told) ? told : undefined
}

export function unknownIdentity(call: Call): Identity {
  return { id: 'unknown', type: 'unknown', tenant: call.account }
}

/** Who is to hold the session that was asked for. */
export function requestedIdentity(call: Call): Identity {
  const role = requestedRole(call)
  if (role === undefined) return unknownIdentity(call)
  return sessionIdentity(role, text(call.request['roleSessionName']) ?? '')
}

/** Which key signed the call for credentials: key ids are no secrets. */
export function callersCredential(call: Call): Pick<Grant, 'credentialType' | 'credentialId'> {
  const credentialId = text(call.user['accessKeyId'])
  if (credentialId?.startsWith('AKIA')) return { credentialType: 'access-key', credentialId }
  return credentialId?.startsWith('ASIA') ? { credentialType: 'session', credentialId } : {}
}

/** Credentials for the caller itself. */
export function grantToCaller(call: Call): Grant | Rejection {
  const identity = callerOf(call)
  if (!isIdentity(identity)) return identity
  const { layer, workload } = whereaboutsOf(call)
  return { identity, layer, workload, ...callersCredential(call) }
}
