/** Who a call was made by: the role, person or service behind `userIdentity`. */
import type { Actor, Identity } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import { accountOf, isRoleArn, parseSessionArn, partitionOf, sessionArn } from './arns.ts'
import { type Call, serviceName } from './call.ts'

/** A role by its ARN; `path` where the ARN shows one, which those made from a role's name alone do not. */
export function roleIdentity(arn: string, showsPath = true): Identity {
  const path = arn.indexOf(':role/') + ':role'.length
  const name = arn.lastIndexOf('/') + 1
  return {
    id: arn,
    name: arn.slice(name),
    type: 'role',
    tenant: accountOf(arn),
    path: showsPath ? arn.slice(path, name) : undefined,
  }
}

export function personIdentity(id: string, tenant: string): Identity {
  return { id, type: 'user', tenant }
}

/** Roles of IAM Identity Center: their sessions are people's. */
function isPeoplesRole(roleArn: string): boolean {
  return roleArn.includes(':role/aws-reserved/sso.') || roleArn.includes('/AWSReservedSSO_')
}

/** Who holds a session of the role: the role, or the person whose session it is. */
export function sessionIdentity(roleArn: string, session: string, showsPath = true): Identity {
  if (!isPeoplesRole(roleArn)) return roleIdentity(roleArn, showsPath)
  return personIdentity(sessionArn(roleArn, session), accountOf(roleArn))
}

function assumedRole(user: JsonObject): Identity | undefined {
  const arn = text(user['arn'])
  const parsed = arn === undefined ? undefined : parseSessionArn(arn)
  const issuer = text(object(object(user['sessionContext'])?.['sessionIssuer'])?.['arn'])
  if (issuer !== undefined && isRoleArn(issuer)) return sessionIdentity(issuer, parsed?.session ?? '')
  if (parsed !== undefined) return sessionIdentity(parsed.roleArn, parsed.session, false)
  return arn !== undefined && isRoleArn(arn) ? roleIdentity(arn) : undefined
}

/** Another account's principal is shown by its unique id alone (`AROA…:session`, `AIDA…`). */
function foreignPrincipal(user: JsonObject): Identity | undefined {
  const principal = text(user['principalId'])
  if (principal === undefined) return undefined
  const tenant = text(user['accountId']) ?? ''
  const colon = principal.indexOf(':')
  const id = colon < 0 ? principal : principal.slice(0, colon)
  if (id.startsWith('AROA')) return { id, type: 'role', tenant }
  return id.startsWith('AIDA') ? personIdentity(id, tenant) : { id, type: 'unknown', tenant }
}

function person(call: Call, type: string): Identity | undefined {
  const { user } = call
  const arn = text(user['arn'])
  const tenant = text(user['accountId']) ?? (arn === undefined ? call.account : accountOf(arn))
  const named = text(user['userName'])
  const byName =
    named === undefined || tenant === ''
      ? named
      : `arn:${partitionOf(call.region)}:iam::${tenant}:user/${named}`
  const root = type === 'Root' ? `arn:${partitionOf(call.region)}:iam::${tenant}:root` : undefined
  const id =
    arn ?? text(object(user['onBehalfOf'])?.['userId']) ?? root ?? text(user['principalId']) ?? byName
  return id === undefined ? undefined : personIdentity(id, tenant)
}

function byType(call: Call, type: string): Identity | undefined {
  switch (type) {
    case 'AssumedRole':
    case 'Role':
      return assumedRole(call.user)
    case 'AWSAccount':
      return foreignPrincipal(call.user)
    case 'AWSService': {
      const id = text(call.user['invokedBy'])
      return id === undefined ? undefined : { id, type: 'service-principal', tenant: '' }
    }
    default:
      // IAMUser, Root, FederatedUser, IdentityCenterUser, SAMLUser, WebIdentityUser, Directory, Unknown.
      return person(call, type)
  }
}

/** The caller; a rejection where the record says too little of it. */
export function callerOf(call: Call): Identity | Rejection {
  const type = text(call.user['type'])
  if (type === undefined)
    return reject('missing_field', 'userIdentity.type is missing: expected one such as AssumedRole')
  const identity = byType(call, type)
  if (identity !== undefined) return identity
  return reject(
    'missing_field',
    'userIdentity names nobody: expected sessionContext.sessionIssuer.arn, arn, principalId or invokedBy',
  )
}

export function isIdentity(value: Identity | Rejection): value is Identity {
  return 'tenant' in value
}

/** Roles that AWS services act under by themselves; nobody else can assume them. */
export function isServiceLinked(identity: Identity): boolean {
  return identity.path?.startsWith('/aws-service-role/') ?? false
}

export function actorOf(caller: Identity): Actor {
  return { id: caller.id, name: caller.name, type: caller.type }
}

/** The AWS service that calls for itself (`ec2`); undefined for everybody else's calls. */
export function callingService(call: Call): string | undefined {
  const service = text(call.user['type']) === 'AWSService' ? text(call.user['invokedBy']) : undefined
  return service === undefined ? undefined : serviceName(service)
}
