/** One CloudTrail record as a call: the fields that every event of it needs, read once. */
import type { Correlation } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'

export interface Call {
  readonly record: JsonObject
  readonly user: JsonObject
  /** `requestParameters` and `responseElements`: empty where the record has none. */
  readonly request: JsonObject
  readonly response: JsonObject
  readonly eventId: string
  readonly time: number
  /** `sts`, `s3`: the event source without its domain. */
  readonly service: string
  readonly name: string
  readonly region: string
  /** The account whose trail the record is in. */
  readonly account: string
}

const empty: JsonObject = {}
const domain = '.amazonaws.com'

/** `ec2` of `ec2.amazonaws.com`, for event sources and service principals. */
export function serviceName(host: string): string {
  const at = host.indexOf(domain)
  return at < 0 ? host : host.slice(0, at)
}

export function readCall(record: JsonObject): Call | Rejection {
  const eventTime = text(record['eventTime'])
  if (eventTime === undefined)
    return reject('missing_field', 'eventTime is missing: expected an RFC 3339 time')
  const time = parseInstant(eventTime)
  if (Number.isNaN(time)) return reject('invalid_field', 'eventTime is not an RFC 3339 time')
  const eventId = text(record['eventID'])
  if (eventId === undefined)
    return reject('missing_field', 'eventID is missing: without it a repeated delivery cannot be told')
  const source = text(record['eventSource'])
  if (source === undefined)
    return reject('missing_field', 'eventSource is missing: expected a service such as sts.amazonaws.com')
  const name = text(record['eventName'])
  if (name === undefined)
    return reject('missing_field', 'eventName is missing: expected the name of an API call')
  return {
    record,
    user: object(record['userIdentity']) ?? empty,
    request: object(record['requestParameters']) ?? empty,
    response: object(record['responseElements']) ?? empty,
    eventId,
    time,
    service: serviceName(source),
    name,
    region: text(record['awsRegion']) ?? '',
    account: text(record['recipientAccountId']) ?? '',
  }
}

export function isCall(value: Call | Rejection): value is Call {
  return 'record' in value
}

/** Ids that join an issuance to its uses: only keys of temporary credentials are issued by a call. */
export function correlationOf(call: Call, accessKeyId: string | undefined): Correlation | undefined {
  const tokenId = accessKeyId?.startsWith('ASIA') ? accessKeyId : undefined
  const requestId = text(call.record['requestID'])
  return tokenId === undefined && requestId === undefined ? undefined : { tokenId, requestId }
}
