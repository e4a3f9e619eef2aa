/** Whom a change is about: the identity that the request, or where it names nobody the response, shows. */
import type { Identity } from '../../events/event.ts'
import type { JsonValue } from '../connector.ts'
import { object, text } from '../fields.ts'
import { accountOf, partitionOf } from './arns.ts'
import type { Call } from './call.ts'
import { personIdentity, roleIdentity } from './callers.ts'
import type { Subject } from './change-table.ts'

function iamArn(call: Call, resource: string): string {
  return `arn:${partitionOf(call.region)}:iam::${call.account}:${resource}`
}

function namedIn(value: JsonValue | undefined, key: string): string | undefined {
  return text(object(value)?.[key])
}

/** Requests name the role without its path; only the answer to its creation has the whole ARN. */
function roleOf(call: Call): Identity | undefined {
  const arn = namedIn(call.response['role'], 'arn')
  if (arn !== undefined) return roleIdentity(arn)
  const name = text(call.request['roleName'])
  return name === undefined ? undefined : roleIdentity(iamArn(call, `role/${name}`), false)
}

/** Users change their own keys and passwords without naming themselves. */
function userOf(call: Call, caller: Identity | undefined): Identity | undefined {
  const arn = namedIn(call.response['user'], 'arn')
  if (arn !== undefined) return personIdentity(arn, accountOf(arn))
  const name = text(call.request['userName']) ?? namedIn(call.response['accessKey'], 'userName')
  if (name !== undefined) return personIdentity(iamArn(call, `user/${name}`), call.account)
  return caller?.type === 'user' ? caller : undefined
}

function serviceAccountOf(call: Call): Identity | undefined {
  const association = object(call.response['association'])
  const namespace = text(association?.['namespace'])
  const name = text(association?.['serviceAccount'])
  if (namespace === undefined || name === undefined) return undefined
  const id = `system:serviceaccount:${namespace}:${name}`
  return { id, name, type: 'service-account', tenant: call.account, namespace }
}

function byArn(call: Call, arn: string | undefined, type: Identity['type']): Identity | undefined {
  if (arn === undefined) return undefined
  const isArn = arn.startsWith('arn:')
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  return { id: arn, name: isArn ? name : undefined, type, tenant: isArn ? accountOf(arn) : call.account }
}

export function subjectOf(call: Call, subject: Subject, caller: Identity | undefined): Identity | undefined {
  const { request, response } = call
  switch (subject) {
    case 'role':
      return roleOf(call)
    case 'user':
      return userOf(call, caller)
    case 'group': {
      const name = text(request['groupName'])
      return byArn(call, name === undefined ? undefined : iamArn(call, `group/${name}`), 'unknown')
    }
    case 'policy':
      return byArn(call, text(request['policyArn']), 'unknown')
    case 'target':
      return byArn(call, text(request['targetId']), 'unknown')
    case 'service-account':
      return serviceAccountOf(call)
    case 'oidc-provider': {
      const arn = text(request['openIDConnectProviderArn']) ?? text(response['openIDConnectProviderArn'])
      return byArn(call, arn, 'federated')
    }
    case 'saml-provider':
      return byArn(call, text(request['sAMLProviderArn']) ?? text(response['sAMLProviderArn']), 'federated')
    case 'trust-anchor':
      return byArn(call, namedIn(response['trustAnchor'], 'trustAnchorArn'), 'federated')
  }
}
