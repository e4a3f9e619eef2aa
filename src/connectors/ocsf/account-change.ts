/** Account Change: identities that were created, disabled, deleted, and policies attached to them. */
import type { Actor, AssignmentChange, IdentityChange } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { assignmentOps, identityOps } from './codes.ts'
import { correlationOf, eventOf, serviceOf, useOf } from './event.ts'
import type { Head } from './head.ts'
import { type Failure, isRejected, outcomeOf } from './outcome.ts'
import { actorOf, type Principal, principalOf } from './principal.ts'

const otherActivity = reject('not_relevant', 'a change that OCSF has no name for')
const failed = reject('not_relevant', 'the change did not succeed, and no workload asked for it')
const missingUser = reject('missing_field', 'user: expected whose account was changed (uid or name)')
const platform = reject('not_relevant', 'an account of the system itself, not of a workload')
const person = reject('not_relevant', "a person's account: no machine identity was changed")

function actorFrom(principal: Principal | undefined): Actor {
  if (principal === undefined) return { id: 'unknown', type: 'unknown' }
  const { id, name, type } = principal.identity
  return { id, name: type === 'user' ? undefined : name, type }
}

/** The account as it is after the change, if the record tells; `user` may repeat the actor or the old name. */
function subjectOf(record: JsonObject): Principal | 'platform' | undefined {
  const after = object(record['user_result'])
  const before = object(record['user'])
  const found = after === undefined ? undefined : principalOf(after, record)
  return found ?? (before === undefined ? undefined : principalOf(before, record))
}

function change(
  record: JsonObject,
  head: Head,
  subject: Principal,
  actor: Actor,
): AssignmentChange | IdentityChange | undefined {
  const common = {
    ...eventOf(record, head, subject, undefined),
    correlation: correlationOf(record, undefined),
  }
  const assignmentOp = assignmentOps[head.activity]
  if (assignmentOp !== undefined) {
    const policy = object(record['policy'])
    return {
      ...common,
      kind: 'assignment.change',
      op: assignmentOp,
      principal: subject.identity.id,
      role: text(policy?.['uid']) ?? text(policy?.['name']) ?? 'unknown',
      scope: subject.identity.tenant,
      actor,
    }
  }
  const op = identityOps[head.activity]
  return op === undefined ? undefined : { ...common, kind: 'identity.change', op, actor }
}

/** The call by which it was changed, where a machine made it. */
function uses(record: JsonObject, head: Head, actor: Principal | undefined, failure: Failure | undefined) {
  if (actor === undefined || actor.identity.type === 'user') return []
  const session = object(object(record['actor'])?.['session'])
  const correlation = correlationOf(record, session)
  const position = failure === undefined ? 1 : 0
  return [useOf(record, head, actor, failure, { service: serviceOf(record), correlation, position })]
}

export function mapAccountChange(record: JsonObject, head: Head): Mapped {
  if (assignmentOps[head.activity] === undefined && identityOps[head.activity] === undefined)
    return otherActivity
  const failure = outcomeOf(record)
  if (isRejected(failure)) return failure
  const found = actorOf(record)
  const actor = found === 'platform' ? undefined : found
  const used = uses(record, head, actor, failure)
  if (failure !== undefined) return used.length > 0 ? used : failed
  const subject = subjectOf(record)
  if (subject === undefined) return missingUser
  if (subject === 'platform') return platform
  const changed = change(record, head, subject, actorFrom(actor))
  if (changed === undefined) return otherActivity
  // Rights of people count, their accounts do not.
  if (changed.kind === 'identity.change' && subject.identity.type === 'user') return person
  return [changed, ...used]
}
