/** Which fields of a CloudTrail record are read; session tokens, secret keys, tags of people and policy texts never are. */
import type { Shape } from '../connector.ts'

const credentials: Shape = { accessKeyId: true, expiration: true }
const assumedRoleUser: Shape = { arn: true }

const userIdentity: Shape = {
  type: true,
  principalId: true,
  arn: true,
  accountId: true,
  accessKeyId: true,
  userName: true,
  invokedBy: true,
  identityProvider: true,
  onBehalfOf: { userId: true },
  inScopeOf: { issuerType: true, credentialsIssuedTo: true },
  sessionContext: {
    sessionIssuer: { arn: true },
    attributes: { creationDate: true },
    webIdFederationData: { federatedProvider: true },
    ec2RoleDelivery: true,
  },
}

const requestParameters: Shape = {
  roleArn: true,
  roleSessionName: true,
  durationSeconds: true,
  principalArn: true,
  tags: { key: true, value: true },
  clusterName: true,
  roleName: true,
  userName: true,
  groupName: true,
  instanceProfileName: true,
  policyArn: true,
  policyName: true,
  policyId: true,
  targetId: true,
  permissionsBoundary: true,
  setAsDefault: true,
  status: true,
  openIDConnectProviderArn: true,
  sAMLProviderArn: true,
  trustAnchorId: true,
  associationId: true,
  bucketName: true,
  secretId: true,
  name: true,
  names: true,
  path: true,
  withDecryption: true,
}

const responseElements: Shape = {
  ConsoleLogin: true,
  credentials,
  assumedRoleUser,
  federatedUser: { arn: true },
  credentialSet: { credentials, assumedRoleUser, roleArn: true },
  subjectFromWebIdentityToken: true,
  provider: true,
  expiresIn: true,
  role: { arn: true, roleName: true },
  user: { arn: true, userName: true },
  accessKey: { userName: true },
  openIDConnectProviderArn: true,
  sAMLProviderArn: true,
  trustAnchor: { trustAnchorArn: true },
  association: { clusterName: true, namespace: true, serviceAccount: true, roleArn: true },
}

export const reads: Shape = {
  eventTime: true,
  eventID: true,
  sharedEventID: true,
  requestID: true,
  eventSource: true,
  eventName: true,
  eventType: true,
  awsRegion: true,
  recipientAccountId: true,
  userAgent: true,
  sourceIPAddress: true,
  errorCode: true,
  errorMessage: true,
  userIdentity,
  requestParameters,
  responseElements,
  additionalEventData: { SamlProviderArn: true },
  resources: { ARN: true },
  // A digest file: hashes of log files, no events.
  digestStartTime: true,
  digestS3Bucket: true,
}
