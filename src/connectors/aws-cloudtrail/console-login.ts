/** People signing in to the console: no `errorCode`, the answer is in `responseElements.ConsoleLogin`. */
import { reject } from '../../events/rejection.ts'
import type { Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { accountOf } from './arns.ts'
import type { Call } from './call.ts'
import { callerOf, isIdentity, personIdentity } from './callers.ts'
import { tokenRequest } from './issuance.ts'
import type { Failure } from './outcome.ts'

function loginFailure(call: Call, answer: string): Failure | undefined {
  if (answer === 'Success') return undefined
  const isNobody = text(call.record['errorMessage'])?.startsWith('No username found') ?? false
  return { reason: isNobody ? 'identity_not_found' : 'credential_invalid', fault: 'caller', code: answer }
}

export function mapConsoleLogin(call: Call): Mapped {
  const answer = text(call.response['ConsoleLogin'])
  if (answer === undefined)
    return reject('missing_field', 'responseElements.ConsoleLogin is missing: expected Success or Failure')
  const caller = callerOf(call)
  if (!isIdentity(caller)) return caller
  // Whoever uses a browser is a person, also with a role.
  const arn = text(call.user['arn'])
  const identity = personIdentity(arn ?? caller.id, arn === undefined ? caller.tenant : accountOf(arn))
  const isFederated = text(object(call.record['additionalEventData'])?.['SamlProviderArn']) !== undefined
  const credentialType = isFederated ? 'federated' : 'password'
  return [tokenRequest(call, { identity, layer: 'paas', credentialType }, loginFailure(call, answer))]
}
