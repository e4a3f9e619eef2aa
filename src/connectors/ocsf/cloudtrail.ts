/** OCSF events that were CloudTrail records: put back into that form, and mapped by its connector. */

import { reject } from '../../events/rejection.ts'
import { awsCloudtrail } from '../aws-cloudtrail/connector.ts'
import type { Mapped } from '../connector.ts'
import { isRejection, type JsonObject } from '../connector.ts'
import { number, object, objects, text } from '../fields.ts'
import { type Head, instantOf, meaningful } from './head.ts'

const missingOperation = reject('missing_field', 'api.operation: expected the name of an API call')
const missingService = reject('missing_field', 'api.service.name: expected one such as sts.amazonaws.com')
const missingUid = reject('missing_field', 'metadata.uid: without it a repeated delivery cannot be told')

export function isCloudTrail(record: JsonObject): boolean {
  const product = text(object(object(record['metadata'])?.['product'])?.['name'])
  return product?.toLowerCase() === 'cloudtrail'
}

function sessionContext(session: JsonObject | undefined): JsonObject {
  const created = instantOf(session?.['created_time'], session?.['created_time_dt'])
  return {
    sessionIssuer: { arn: session?.['issuer'] },
    attributes: { creationDate: created === undefined ? undefined : new Date(created).toISOString() },
  }
}

function userIdentity(record: JsonObject): JsonObject {
  const actor = object(record['actor'])
  const user = object(actor?.['user'])
  const invokedBy = text(actor?.['invoked_by'])
  const written = text(user?.['type'])
  return {
    type: written ?? (invokedBy === undefined ? undefined : 'AWSService'),
    principalId: user?.['uid_alt'],
    arn: user?.['uid'],
    accountId: object(user?.['account'])?.['uid'] ?? user?.['account_uid'],
    accessKeyId: user?.['credential_uid'],
    userName: user?.['name'],
    invokedBy,
    identityProvider: object(actor?.['idp'])?.['name'],
    sessionContext: sessionContext(object(actor?.['session'])),
  }
}

/** A failure that carries no code of its own is still a failure. */
function errorCode(record: JsonObject, response: JsonObject | undefined): string | undefined {
  const written = text(response?.['error'])
  const hasFailed = number(record['status_id']) === 2 || text(record['status']) === 'Failure'
  return written ?? (hasFailed ? (text(record['status_code']) ?? 'Failure') : undefined)
}

function original(record: JsonObject, head: Head): JsonObject {
  const api = object(record['api'])
  const request = object(api?.['request'])
  const response = object(api?.['response'])
  const metadata = object(record['metadata'])
  const cloud = object(record['cloud'])
  const kept = object(record['unmapped'])
  const eventType =
    text(metadata?.['event_code']) ?? text(metadata?.['log_name']) ?? text(kept?.['eventType'])
  return {
    eventID: metadata?.['uid'],
    eventTime: new Date(head.time).toISOString(),
    eventSource: object(api?.['service'])?.['name'],
    eventName: api?.['operation'],
    eventType,
    awsRegion: cloud?.['region'],
    recipientAccountId: text(kept?.['recipientAccountId']) ?? text(object(cloud?.['account'])?.['uid']),
    sharedEventID: kept?.['sharedEventID'],
    requestID: meaningful(request?.['uid']),
    userIdentity: userIdentity(record),
    errorCode: errorCode(record, response),
    errorMessage: response?.['message'] ?? response?.['error_message'],
    requestParameters: object(request?.['data']) ?? kept?.['requestParameters'],
    responseElements: object(response?.['data']) ?? kept?.['responseElements'],
    additionalEventData: kept?.['additionalEventData'],
    resources: objects(record['resources']).map((resource) => ({ ARN: resource['uid'] })),
  }
}

export function mapCloudTrail(record: JsonObject, head: Head): Mapped {
  const api = object(record['api'])
  if (text(api?.['operation']) === undefined) return missingOperation
  if (text(object(api?.['service'])?.['name']) === undefined) return missingService
  if (text(object(record['metadata'])?.['uid']) === undefined) return missingUid
  const mapped = awsCloudtrail.map(original(record, head))
  if (isRejection(mapped)) return mapped
  return mapped.map((event) => ({ ...event, id: ownId(event.id), source: 'ocsf' }))
}

/** The native id, and the suffix of further events, behind our own prefix. */
function ownId(id: string): string {
  return `ocsf:${id.slice(awsCloudtrail.id.length + 1)}`
}
