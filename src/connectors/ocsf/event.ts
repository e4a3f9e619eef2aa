/** The parts that events of all classes share. */
import type { Correlation, Provider, TokenUse } from '../../events/event.ts'
import { shownResource } from '../aws-cloudtrail/arns.ts'
import type { JsonObject } from '../connector.ts'
import { object, objects, text } from '../fields.ts'
import { providersByProduct } from './codes.ts'
import { type Head, meaningful } from './head.ts'
import { decisionOf, type Failure, httpStatusOf } from './outcome.ts'
import type { Principal } from './principal.ts'

function providerOf(record: JsonObject): Provider {
  const product = object(object(record['metadata'])?.['product'])
  const cloud = text(object(record['cloud'])?.['provider']) ?? ''
  const named = `${text(product?.['vendor_name'])} ${text(product?.['name'])} ${cloud}`.toLowerCase()
  for (const [part, provider] of providersByProduct) if (named.includes(part)) return provider
  return 'other'
}

export function eventOf(record: JsonObject, head: Head, principal: Principal, failure: Failure | undefined) {
  return {
    id: head.id,
    time: head.time,
    provider: providerOf(record),
    source: 'ocsf',
    layer: principal.layer,
    identity: principal.identity,
    workload: principal.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
  } as const
}

/** The id of a session joins its start to its uses; a person's is left out. */
export function correlationOf(record: JsonObject, session: JsonObject | undefined): Correlation | undefined {
  const tokenId = meaningful(session?.['uid'])
  const operationId = text(object(record['metadata'])?.['correlation_uid'])
  const requestId = meaningful(object(object(record['api'])?.['request'])?.['uid'])
  if (tokenId === undefined && operationId === undefined && requestId === undefined) return undefined
  return { tokenId, operationId, requestId }
}

/** The service as the source names it, else the product whose log it is. */
export function serviceOf(record: JsonObject): string {
  const api = text(object(object(record['api'])?.['service'])?.['name'])
  const named = api ?? text(object(record['service'])?.['name'])
  return named ?? text(object(object(record['metadata'])?.['product'])?.['name']) ?? 'unknown'
}

/** Only ARNs are sure to name no person; even of those, some do. */
export function resourceOf(record: JsonObject): string | undefined {
  for (const resource of objects(record['resources'])) {
    const shown = shownResource(text(resource['uid']) ?? '')
    if (shown !== undefined) return shown
  }
  return undefined
}

interface Use {
  readonly service: string
  readonly resource?: string | undefined
  readonly correlation: Correlation | undefined
  /** Which event of the record this is, from 0. */
  readonly position?: number
}

export function useOf(
  record: JsonObject,
  head: Head,
  principal: Principal,
  failure: Failure | undefined,
  use: Use,
): TokenUse {
  const position = use.position ?? 0
  return {
    ...eventOf(record, head, principal, failure),
    kind: 'token.use',
    id: position === 0 ? head.id : `${head.id}#${position}`,
    correlation: use.correlation,
    service: use.service,
    resource: use.resource,
    httpStatus: httpStatusOf(record),
    decision: decisionOf(failure),
  }
}
