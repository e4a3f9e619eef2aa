/** Where records of an Entra tenant's logs keep their fields, their time and the tenant. */
import { parseInstant } from '../events/time.ts'
import type { JsonObject } from './connector.ts'
import { object, text } from './fields.ts'

/** Diagnostic records put everything below `properties`; the other forms have it at the top. */
export function detailsOf(record: JsonObject): JsonObject {
  return object(record['properties']) ?? record
}

/** The Entra tenant. `TenantId` of a Log Analytics row is the workspace, not the tenant. */
export function tenantOf(record: JsonObject): string {
  const own = object(record['properties']) === undefined ? record['aadTenantId'] : record['tenantId']
  return text(own) ?? tenantOfResource(text(record['resourceId']) ?? '')
}

function tenantOfResource(resourceId: string): string {
  const prefix = '/tenants/'
  if (!resourceId.toLowerCase().startsWith(prefix)) return ''
  const end = resourceId.indexOf('/', prefix.length)
  return resourceId.slice(prefix.length, end < 0 ? undefined : end)
}

/**
 * Epoch ms of what happened: the activity's own time; only without one the time of emission, which is minutes later.
 * `undefined`: no time at all. NaN: a time that cannot be read.
 */
export function timeOf(record: JsonObject, own: string | undefined): number | undefined {
  const written = own ?? text(record['timeGenerated']) ?? text(record['time'])
  return written === undefined ? undefined : parseInstant(written)
}
