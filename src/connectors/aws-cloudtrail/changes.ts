/** Calls that change identities and their rights: `assignment.change` and `identity.change`. */
import type { AssignmentChange, Identity, IdentityChange, Layer } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { object, text } from '../fields.ts'
import { type Call, correlationOf } from './call.ts'
import { actorOf } from './callers.ts'
import { type AssignmentRow, type ChangeRow, changeRows, type IdentityRow } from './change-table.ts'
import { hasError } from './outcome.ts'
import { subjectOf } from './subjects.ts'
import { useId } from './uses.ts'

/** The row of a change that was carried out; a refused one is a use of the caller's token only. */
export function changeOf(call: Call): ChangeRow | undefined {
  const row = changeRows.get(call.name)
  if (row === undefined || row.service !== call.service || hasError(call.record)) return undefined
  // A version that is not the default one gives nobody anything.
  const isDormant = call.name === 'CreatePolicyVersion' && String(call.request['setAsDefault']) !== 'true'
  return isDormant ? undefined : row
}

function rightOf(call: Call, row: AssignmentRow): string | undefined {
  if ('fixed' in row.right) return row.right.fixed
  const { field } = row.right
  if (field !== 'roleArn') return text(call.request[field])
  return text(object(call.response['association'])?.['roleArn']) ?? text(call.request['roleArn'])
}

/** IAM rights hold in the account; a service account's in its cluster, a guardrail's where it is attached. */
function scopeOf(call: Call, row: AssignmentRow): string {
  if (row.subject === 'service-account')
    return text(object(call.response['association'])?.['clusterName']) ?? call.account
  return row.subject === 'target' ? (text(call.request['targetId']) ?? call.account) : call.account
}

/** Where the changed identity's workload runs is not in the record, unless its kind tells. */
function layerOf(row: ChangeRow): Layer {
  if (row.subject === 'service-account') return 'container'
  return row.subject.endsWith('-provider') || row.subject === 'trust-anchor' ? 'federation' : 'paas'
}

function assignmentChange(
  call: Call,
  row: AssignmentRow,
  subject: Identity,
  caller: Identity,
): AssignmentChange | Rejection {
  const role = rightOf(call, row)
  if (role === undefined) {
    const field = 'field' in row.right ? row.right.field : ''
    return reject(
      'missing_field',
      `requestParameters.${field} is missing: expected what was granted or removed`,
    )
  }
  return {
    kind: 'assignment.change',
    id: useId(call, 0),
    time: call.time,
    provider: 'aws',
    source: 'aws-cloudtrail',
    layer: layerOf(row),
    identity: subject,
    app: '',
    outcome: 'success',
    correlation: correlationOf(call, text(call.user['accessKeyId'])),
    op: row.op,
    principal: subject.id,
    role,
    scope: scopeOf(call, row),
    actor: actorOf(caller),
  }
}

function identityOp(call: Call, row: IdentityRow): IdentityChange['op'] {
  if (call.name !== 'UpdateAccessKey') return row.op
  return text(call.request['status']) === 'Inactive' ? 'credential-removed' : 'credential-added'
}

function identityChange(call: Call, row: IdentityRow, subject: Identity, caller: Identity): IdentityChange {
  return {
    kind: 'identity.change',
    id: useId(call, 0),
    time: call.time,
    provider: 'aws',
    source: 'aws-cloudtrail',
    layer: layerOf(row),
    identity: subject,
    app: '',
    outcome: 'success',
    correlation: correlationOf(call, text(call.user['accessKeyId'])),
    op: identityOp(call, row),
    actor: actorOf(caller),
  }
}

/** The change that `row` says the call is. */
export function mapChange(
  call: Call,
  row: ChangeRow,
  caller: Identity,
): AssignmentChange | IdentityChange | Rejection {
  const subject = subjectOf(call, row.subject, caller)
  if (subject === undefined)
    return reject(
      'missing_field',
      `the record does not name the ${row.subject} that was changed: expected it in requestParameters or responseElements`,
    )
  return 'right' in row
    ? assignmentChange(call, row, subject, caller)
    : identityChange(call, row, subject, caller)
}
