/** Microsoft Entra records as diagnostic settings write them: sign-ins of service principals, and audit logs. */
import { toTicks } from '../instant-text.ts'
import { guidOf, guidSeries } from '../random.ts'

/** A service principal, by the credential that it signs in with. */
export interface AzureIdentity {
  readonly name: string
  readonly kind: 'userAssigned' | 'systemAssigned' | 'federated' | 'certificate' | 'secret'
  readonly objectId: string
  readonly appId: string
  /** ARM id: of the identity itself, or of the resource that it is a part of. */
  readonly resourceId: string
}

/** What a token is for. */
export interface Audience {
  readonly name: string
  readonly appId: string
}

/** AADSTS codes and the texts that go with them. */
const failures: ReadonlyMap<number, string> = new Map([
  [90033, 'A transient error has occurred. Please try again.'],
  [90055, 'The tenant is throttled because of incoming requests.'],
  [500011, 'The resource principal was not found in the tenant.'],
  [700016, 'The application was not found in the directory of the tenant.'],
  [700213, 'No matching federated identity record was found for the presented assertion subject.'],
  [501051, 'Application is not assigned to a role for the application.'],
  [7000222, 'The provided client secret keys for the app are expired.'],
])

const noPlace = {
  city: '',
  state: '',
  countryOrRegion: '',
  geoCoordinates: { latitude: 0, longitude: 0 },
}

/** What the record says of the credential, by kind of identity. */
function credential(identity: AzureIdentity): Record<string, unknown> {
  const key = guidOf(`key ${identity.name}`)
  if (identity.kind === 'federated')
    return { federatedCredentialId: key, clientCredentialType: 'federatedIdentityCredential' }
  if (identity.kind === 'certificate')
    return { servicePrincipalCredentialKeyId: key, clientCredentialType: 'clientAssertion' }
  if (identity.kind === 'secret')
    return { servicePrincipalCredentialKeyId: key, clientCredentialType: 'clientSecret' }
  return {
    managedServiceIdentity: { msiType: identity.kind, associatedResourceId: identity.resourceId },
  }
}

/** The sign-in logs of a tenant, and the ids of their records, in series. */
export class SignInLog {
  readonly tenantId: string
  readonly request: () => string
  readonly correlation: () => string

  constructor(tenantId: string, series = 'sign-in') {
    this.tenantId = tenantId
    this.request = guidSeries(series)
    this.correlation = guidSeries(`${series} correlation`)
  }
}

export interface SignIn {
  readonly identity: AzureIdentity
  readonly audience: Audience
  readonly time: number
  /** When Entra wrote the record: often minutes after the sign-in. */
  readonly emitted: number
  /** 0 is success. */
  readonly errorCode: number
}

export function signInRecord(log: SignInLog, signIn: SignIn): string {
  const { tenantId } = log
  const { identity, audience, time, emitted, errorCode } = signIn
  const id = log.request()
  const correlation = log.correlation()
  const isManaged = identity.kind === 'userAssigned' || identity.kind === 'systemAssigned'
  const ipAddress = isManaged ? '' : '192.0.2.80'
  const reason = failures.get(errorCode)
  return JSON.stringify({
    time: `${toTicks(emitted)}Z`,
    resourceId: `/tenants/${tenantId}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    operationVersion: '1.0',
    category: isManaged ? 'ManagedIdentitySignInLogs' : 'ServicePrincipalSignInLogs',
    tenantId,
    resultType: String(errorCode),
    resultSignature: 'None',
    ...(reason && { resultDescription: reason }),
    durationMs: 0,
    ...(isManaged ? {} : { callerIpAddress: ipAddress }),
    correlationId: correlation,
    Level: 4,
    properties: {
      id,
      createdDateTime: `${toTicks(time)}+00:00`,
      userId: null,
      appId: identity.appId,
      ipAddress,
      status: reason ? { errorCode, failureReason: reason } : { errorCode },
      location: noPlace,
      correlationId: correlation,
      conditionalAccessStatus: 'notApplied',
      appliedConditionalAccessPolicies: [],
      isInteractive: false,
      tokenIssuerType: 'AzureAD',
      processingTimeInMilliseconds: 0,
      riskDetail: 'none',
      riskLevelAggregated: 'low',
      riskLevelDuringSignIn: 'low',
      riskState: 'none',
      resourceDisplayName: audience.name,
      resourceId: audience.appId,
      servicePrincipalName: identity.name,
      servicePrincipalId: identity.objectId,
      flaggedForReview: false,
      isTenantRestricted: false,
      crossTenantAccessType: 'none',
      ...credential(identity),
      ...(reason ? {} : { uniqueTokenIdentifier: btoa(id) }),
      incomingTokenType: 'none',
      authenticationProtocol: 'none',
    },
  })
}

export interface Person {
  readonly id: string
  readonly upn: string
  readonly ip: string
}

export interface AppRoleChange {
  readonly tenantId: string
  readonly time: number
  readonly isRemoval: boolean
  readonly by: Person
  /** Who gains or loses the role. */
  readonly holder: AzureIdentity
  /** The application that defines the role. */
  readonly application: string
  readonly role: string
}

/** Values in modified properties are JSON inside a string. */
function modified(displayName: string, value: string, isRemoval: boolean): Record<string, unknown> {
  const written = JSON.stringify(value)
  return isRemoval
    ? { displayName, oldValue: written, newValue: null }
    : { displayName, oldValue: null, newValue: written }
}

export function appRoleRecord(change: AppRoleChange): string {
  const { tenantId, time, isRemoval, by, holder, application, role } = change
  const name = isRemoval
    ? 'Remove app role assignment from service principal'
    : 'Add app role assignment to service principal'
  const correlation = guidOf(`app role ${time}`)
  const property = (displayName: string, value: string): Record<string, unknown> =>
    modified(displayName, value, isRemoval)
  return JSON.stringify({
    time: `${toTicks(time)}Z`,
    resourceId: `/tenants/${tenantId}/providers/Microsoft.aadiam`,
    operationName: name,
    operationVersion: '1.0',
    category: 'AuditLogs',
    tenantId,
    resultSignature: 'None',
    durationMs: 0,
    callerIpAddress: by.ip,
    correlationId: correlation,
    Level: 4,
    properties: {
      id: `Directory_${correlation}_${guidOf('directory').slice(0, 5).toUpperCase()}_${time % 100_000_000}`,
      category: 'ApplicationManagement',
      correlationId: correlation,
      result: 'success',
      resultReason: '',
      activityDisplayName: name,
      activityDateTime: `${toTicks(time)}+00:00`,
      loggedByService: 'Core Directory',
      operationType: isRemoval ? 'Unassign' : 'Assign',
      userAgent: null,
      initiatedBy: {
        user: { id: by.id, displayName: null, userPrincipalName: by.upn, ipAddress: by.ip, roles: [] },
      },
      targetResources: [
        {
          id: guidOf(`object ${application}`),
          displayName: application,
          type: 'ServicePrincipal',
          modifiedProperties: [
            property('AppRole.Id', guidOf(`role ${role}`)),
            property('AppRole.Value', role),
            property('AppRole.DisplayName', role),
            property('ServicePrincipal.ObjectID', holder.objectId),
            property('ServicePrincipal.DisplayName', holder.name),
            property('ServicePrincipal.AppId', holder.appId),
            property('ServicePrincipal.Name', holder.appId),
          ],
          administrativeUnits: [],
        },
      ],
      additionalDetails: [{ key: 'AppId', value: guidOf(`application ${application}`) }],
    },
  })
}

export interface DirectoryChange {
  readonly tenantId: string
  readonly id: string
  readonly time: number
  readonly by: Person
  readonly target: AzureIdentity
  readonly activity: 'Remove service principal' | 'Add service principal' | 'Update application'
  /** JSON of the property's values before and after. */
  readonly modified?: { readonly name: string; readonly before: unknown; readonly after: unknown }
}

const operationTypes = {
  'Remove service principal': 'Delete',
  'Add service principal': 'Add',
  'Update application': 'Update',
} as const

/** A service principal or application was made, changed or removed. */
export function directoryRecord(change: DirectoryChange): string {
  const { tenantId, id, time, by, target, activity, modified: property } = change
  const isApplication = activity === 'Update application'
  const modifiedProperties = property && [
    {
      displayName: property.name,
      oldValue: JSON.stringify(property.before),
      newValue: JSON.stringify(property.after),
    },
  ]
  return JSON.stringify({
    time: `${toTicks(time)}Z`,
    resourceId: `/tenants/${tenantId}/providers/Microsoft.aadiam`,
    operationName: activity,
    operationVersion: '1.0',
    category: 'AuditLogs',
    tenantId,
    resultSignature: 'None',
    durationMs: 0,
    callerIpAddress: by.ip,
    correlationId: id,
    Level: 4,
    properties: {
      id: `Directory_${id}`,
      category: 'ApplicationManagement',
      correlationId: id,
      result: 'success',
      resultReason: '',
      activityDisplayName: activity,
      activityDateTime: `${toTicks(time)}+00:00`,
      loggedByService: 'Core Directory',
      operationType: operationTypes[activity],
      userAgent: null,
      initiatedBy: {
        user: { id: by.id, displayName: null, userPrincipalName: by.upn, ipAddress: by.ip, roles: [] },
      },
      targetResources: [
        {
          id: target.objectId,
          displayName: target.name,
          type: isApplication ? 'Application' : 'ServicePrincipal',
          modifiedProperties: modifiedProperties ?? [],
          administrativeUnits: [],
        },
      ],
      additionalDetails: [{ key: 'AppId', value: target.appId }],
    },
  })
}
