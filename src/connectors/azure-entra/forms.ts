/** Where an Entra record keeps its fields: the three forms in which the same logs are delivered. */
import { detailsOf } from '../azure-directory.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'

export type Category =
  | 'SignInLogs'
  | 'NonInteractiveUserSignInLogs'
  | 'ServicePrincipalSignInLogs'
  | 'MicrosoftServicePrincipalSignInLogs'
  | 'ManagedIdentitySignInLogs'
  | 'AuditLogs'

/** Diagnostic settings name a category, Log Analytics a table. */
const categories: ReadonlyMap<string, Category> = new Map<string, Category>([
  ['SignInLogs', 'SignInLogs'],
  ['NonInteractiveUserSignInLogs', 'NonInteractiveUserSignInLogs'],
  ['ServicePrincipalSignInLogs', 'ServicePrincipalSignInLogs'],
  ['MicrosoftServicePrincipalSignInLogs', 'MicrosoftServicePrincipalSignInLogs'],
  ['ManagedIdentitySignInLogs', 'ManagedIdentitySignInLogs'],
  ['AuditLogs', 'AuditLogs'],
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
  // What was done with tokens at Microsoft Graph is a log of its own, with a connector of its own.
  if (record['category'] === 'MicrosoftGraphActivityLogs') return false
  if (isDirectoryResource(text(record['resourceId']))) return true
  const details = detailsOf(record)
  if (isGraphAudit(details)) return true
  return details === record && (tables.has(text(record['type']) ?? '') || isGraphSignIn(record))
}
