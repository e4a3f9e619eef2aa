/** What is read of Microsoft Entra records, in their diagnostic-settings, Log Analytics and Microsoft Graph forms. */
import type { Shape } from '../connector.ts'

const signIn: Shape = {
  id: true,
  createdDateTime: true,
  correlationId: true,
  status: { errorCode: true },
  userId: true,
  userPrincipalName: true,
  appId: true,
  servicePrincipalId: true,
  servicePrincipalName: true,
  servicePrincipalCredentialKeyId: true,
  servicePrincipalCredentialThumbprint: true,
  clientCredentialType: true,
  federatedCredentialId: true,
  managedIdentityType: true,
  associatedResourceId: true,
  managedServiceIdentity: { msiType: true, associatedResourceId: true, federatedTokenIssuer: true },
  resourceDisplayName: true,
  resourceId: true,
  isInteractive: true,
  uniqueTokenIdentifier: true,
}

const audit: Shape = {
  activityDateTime: true,
  activityDisplayName: true,
  result: true,
  initiatedBy: {
    user: { id: true, userPrincipalName: true },
    app: { servicePrincipalId: true, appId: true, displayName: true },
  },
  targetResources: {
    id: true,
    type: true,
    displayName: true,
    modifiedProperties: { displayName: true, oldValue: true, newValue: true },
  },
}

export const reads: Shape = {
  time: true,
  timeGenerated: true,
  category: true,
  /** Log Analytics: the name of the table. */
  type: true,
  tenantId: true,
  aadTenantId: true,
  resultType: true,
  /** Log Analytics: what `resourceId` is in the other forms. */
  resourceIdentity: true,
  signInEventTypes: true,
  ...signIn,
  ...audit,
  properties: { ...signIn, ...audit },
}
