/** Credentials asked for with another issuer's assertion, or for a person that another system knows. */
import type { Identity } from '../../events/event.ts'
import type { Rejection } from '../../events/rejection.ts'
import { type FederatedSubject, federatedSubject } from '../federated-subject.ts'
import { object, text } from '../fields.ts'
import { partitionOf } from './arns.ts'
import type { Call } from './call.ts'
import { personIdentity, roleIdentity } from './callers.ts'
import {
  type Grant,
  grantToCaller,
  isGrant,
  requestedIdentity,
  requestedRole,
  unknownIdentity,
} from './grant.ts'
import { issuerName } from './issuer-name.ts'
import { arnInMessage } from './outcome.ts'

/** The asserted subject stands for a role that the record does not name, where it is a machine's. */
function subjectIdentity(call: Call, asserted: FederatedSubject): Identity {
  if (asserted.subject === '') return unknownIdentity(call)
  const { subject, namespace, repository } = asserted
  return { id: subject, type: 'federated', tenant: call.account, namespace, repository }
}

export function assumeRoleWithWebIdentity(call: Call): Grant {
  const issuer = issuerName(text(call.user['identityProvider']) ?? text(call.response['provider']) ?? '')
  const subject = text(call.user['userName']) ?? text(call.response['subjectFromWebIdentityToken']) ?? ''
  const asserted = federatedSubject(issuer, subject)
  const { namespace, repository, layer, workload } = asserted
  const role = requestedRole(call)
  const identity =
    role === undefined ? subjectIdentity(call, asserted) : { ...roleIdentity(role), namespace, repository }
  return {
    identity,
    layer,
    workload,
    credentialType: 'federated',
    federation: { issuer, subject: asserted.subject },
  }
}

/** SAML subjects are people's names, so that none is shown. */
export function assumeRoleWithSaml(call: Call): Grant {
  const issuer = text(call.request['principalArn']) ?? text(call.user['identityProvider']) ?? ''
  return {
    identity: requestedIdentity(call),
    layer: 'federation',
    credentialType: 'federated',
    federation: { issuer, subject: '' },
  }
}

/** The name of a federated user is whatever the broker chose: often a person's. */
export function getFederationToken(call: Call): Grant | Rejection {
  const caller = grantToCaller(call)
  if (!isGrant(caller)) return caller
  const { tenant } = caller.identity
  const name = text(call.request['name'])
  const asked =
    name === undefined ? undefined : `arn:${partitionOf(call.region)}:sts::${tenant}:federated-user/${name}`
  const given = text(object(call.response['federatedUser'])?.['arn'])
  const id = given ?? asked ?? arnInMessage(call.record)
  return id === undefined ? caller : { ...caller, identity: personIdentity(id, tenant) }
}
