/** Where an Entra record keeps its fields: the three forms in which the same logs are delivered. */
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'

export type Category =
  | 'SignInLogs'
  | 'NonInteractiveUserSignInLogs'
  | 'ServicePrincipalSignInLogs'
  | 'MicrosoftServicePrincipalSignInLogs'
  | 'ManagedIdentitySignInLogs'
  | 'AuditLogs'
  | 'MicrosoftGraphActivityLogs'

/** Diagnostic settings name a category, Log Analytics a table. */
const categories: ReadonlyMap<string, Category> = new Map<string, Category>([
  ['SignInLogs', 'SignInLogs'],
  ['NonInteractiveUserSignInLogs', 'NonInteractiveUserSignInLogs'],
  ['ServicePrincipalSignInLogs', 'ServicePrincipalSignInLogs'],
  ['MicrosoftServicePrincipalSignInLogs', 'MicrosoftServicePrincipalSignInLogs'],
  ['ManagedIdentitySignInLogs', 'ManagedIdentitySignInLogs'],
  ['AuditLogs', 'AuditLogs'],
  ['MicrosoftGraphActivityLogs', 'MicrosoftGraphActivityLogs'],
])

const tables: ReadonlyMap<string, Category> = new Map<string, Category>([
  ['SigninLogs', 'SignInLogs'],
  ['AADNonInteractiveUserSignInLogs', 'NonInteractiveUserSignInLogs'],
  ['AADServicePrincipalSignInLogs', 'ServicePrincipalSignInLogs'],
  ['AADFirstPartyToFirstPartySignInLogs', 'MicrosoftServicePrincipalSignInLogs'],
  ['AADManagedIdentitySignInLogs', 'ManagedIdentitySignInLogs'],
  ['AuditLogs', 'AuditLogs'],
])

/** `signInEventTypes` of Microsoft Graph. */
const eventTypes: ReadonlyMap<string, Category> = new Map<string, Category>([
  ['interactiveUser', 'SignInLogs'],
  ['nonInteractiveUser', 'NonInteractiveUserSignInLogs'],
  ['servicePrincipal', 'ServicePrincipalSignInLogs'],
  ['managedIdentity', 'ManagedIdentitySignInLogs'],
])

/** Diagnostic records put everything below `properties`; the other forms have it at the top. */
export function detailsOf(record: JsonObject): JsonObject {
  return object(record['properties']) ?? record
}

function isDirectoryResource(resourceId: string | undefined): boolean {
  return resourceId?.toLowerCase().endsWith('/providers/microsoft.aadiam') === true
}

function isGraphSignIn(record: JsonObject): boolean {
  return (
    text(record['createdDateTime']) !== undefined && object(record['status'])?.['errorCode'] !== undefined
  )
}

function isGraphAudit(record: JsonObject): boolean {
  return text(record['activityDateTime']) !== undefined && text(record['activityDisplayName']) !== undefined
}

function graphCategory(record: JsonObject): Category {
  const named = record['signInEventTypes']
  if (Array.isArray(named)) {
    for (const name of named) {
      const category = typeof name === 'string' ? eventTypes.get(name) : undefined
      if (category !== undefined) return category
    }
  }
  if (text(record['userId']) !== undefined)
    return record['isInteractive'] === false ? 'NonInteractiveUserSignInLogs' : 'SignInLogs'
  const managed = text(object(record['managedServiceIdentity'])?.['msiType'])
  return managed === undefined || managed === 'none'
    ? 'ServicePrincipalSignInLogs'
    : 'ManagedIdentitySignInLogs'
}

/** `undefined` for a directory log that holds nothing of what is read here. */
export function categoryOf(record: JsonObject): Category | undefined {
  const named = categories.get(text(record['category']) ?? '') ?? tables.get(text(record['type']) ?? '')
  if (named !== undefined) return named
  // A table of Log Analytics, or a collector, may put the activity's own category in place of `AuditLogs`.
  if (isGraphAudit(detailsOf(record))) return 'AuditLogs'
  return isGraphSignIn(record) ? graphCategory(record) : undefined
}

export function isEntra(record: JsonObject): boolean {
  const category = categories.get(text(record['category']) ?? '')
  // Services of Azure have logs called AuditLogs as well.
  if (category !== undefined && category !== 'AuditLogs') return true
  if (isDirectoryResource(text(record['resourceId']))) return true
  const details = detailsOf(record)
  if (isGraphAudit(details)) return true
  return details === record && (tables.has(text(record['type']) ?? '') || isGraphSignIn(record))
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
