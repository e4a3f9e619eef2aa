/** API Activity: a call with a token, whoever the service is. */
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { object } from '../fields.ts'
import { correlationOf, resourceOf, serviceOf, useOf } from './event.ts'
import type { Head } from './head.ts'
import { isRejected, outcomeOf } from './outcome.ts'
import { actorOf } from './principal.ts'

const platform = reject('not_relevant', 'a component of the system itself, not a workload')
const missingActor = reject(
  'missing_field',
  'actor: expected who called (user.uid, user.name, app_uid or app_name)',
)

export function mapApiActivity(record: JsonObject, head: Head): Mapped {
  const failure = outcomeOf(record)
  if (isRejected(failure)) return failure
  const principal = actorOf(record)
  if (principal === 'platform') return platform
  if (principal === undefined) return missingActor
  const isMachine = principal.identity.type !== 'user'
  const session = isMachine ? object(object(record['actor'])?.['session']) : undefined
  const correlation = correlationOf(record, session)
  return [
    useOf(record, head, principal, failure, {
      service: serviceOf(record),
      resource: resourceOf(record),
      correlation,
    }),
  ]
}
