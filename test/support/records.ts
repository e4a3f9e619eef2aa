/** Records of our own on the providers' shapes, for tests of what happens behind the connectors. */

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

/** 2026-03-02T09:00:00Z: a Monday. */
export const morning = Date.UTC(2026, 2, 2, 9)

function instant(time: number): string {
  return new Date(time).toISOString()
}

export interface Issuance {
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  readonly namespace?: string
  readonly account?: string
  /** HTTP. */
  readonly code?: number
  readonly latencyMs?: number
}

/** Kubernetes: a service account was given a token, or refused one. */
export function tokenRequest(issuance: Issuance): Readonly<Record<string, unknown>> {
  const { id, time, namespace = 'shop', account = 'checkout', code = 201, latencyMs = 5 } = issuance
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    verb: 'create',
    user: { username: 'system:node:node-a1', groups: ['system:nodes'] },
    objectRef: {
      resource: 'serviceaccounts',
      namespace,
      name: account,
      apiVersion: 'v1',
      subresource: 'token',
    },
    responseStatus: { code },
    requestReceivedTimestamp: instant(time - latencyMs),
    stageTimestamp: instant(time),
  }
}

export interface Call {
  readonly id: string
  readonly time: number
  readonly namespace?: string
  readonly account?: string
  /** Another user than a service account. */
  readonly username?: string
  /** HTTP. */
  readonly code?: number
}

/** Kubernetes: a service account (or somebody else) listed pods, or was refused. */
export function apiCall(call: Call): Readonly<Record<string, unknown>> {
  const { id, time, namespace = 'shop', account = 'checkout', code = 200 } = call
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/pods`,
    verb: 'list',
    user: { username: call.username ?? `system:serviceaccount:${namespace}:${account}` },
    objectRef: { resource: 'pods', namespace, apiVersion: 'v1' },
    responseStatus: { code },
    requestReceivedTimestamp: instant(time),
    stageTimestamp: instant(time),
  }
}

/** AKS: the same event as Azure delivers it, which is where the cluster's name stands. */
export function onCluster(
  cluster: string,
  event: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    category: 'kube-audit',
    resourceId: `/SUBSCRIPTIONS/2F6B1C04/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/${cluster.toUpperCase()}`,
    time: event['stageTimestamp'],
    properties: { log: event },
  }
}

/** CloudTrail: a role was assumed, or could not be. */
export function roleAssumed(assumption: {
  readonly id: string
  readonly time: number
  readonly role?: string
  readonly errorCode?: string
}): Readonly<Record<string, unknown>> {
  const { id, time, role = 'acme-checkout', errorCode } = assumption
  const roleArn = `arn:aws:iam::111122223333:role/payments/${role}`
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    eventTime: instant(time).replace(/\.\d+Z$/, 'Z'),
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'eu-west-1',
    requestParameters: { roleArn, roleSessionName: 'i-0123456789abcdef0' },
    ...(errorCode === undefined
      ? {
          responseElements: {
            credentials: { accessKeyId: 'ASIAEXAMPLE000000001', sessionToken: 'FwoGZXIvYXdzEXAMPLE' },
          },
        }
      : { errorCode, errorMessage: 'refused' }),
    requestID: `request-${id}`,
    eventID: id,
    eventType: 'AwsApiCall',
    recipientAccountId: '111122223333',
    resources: [{ accountId: '111122223333', type: 'AWS::IAM::Role', ARN: roleArn }],
  }
}

/** Entra: a managed identity was given a token, or refused one. */
export function managedIdentitySignIn(signIn: {
  readonly id: string
  readonly time: number
  readonly name?: string
  readonly errorCode?: number
}): Readonly<Record<string, unknown>> {
  const { id, time, name = 'acme-checkout', errorCode = 0 } = signIn
  return {
    time: instant(time),
    resourceId: '/tenants/7c1d9e52-3a40-4b8f-9d16-5e0a2f4c8b71/providers/Microsoft.aadiam',
    operationName: 'Sign-in activity',
    category: 'ManagedIdentitySignInLogs',
    tenantId: '7c1d9e52-3a40-4b8f-9d16-5e0a2f4c8b71',
    resultType: String(errorCode),
    properties: {
      id,
      createdDateTime: instant(time),
      status: { errorCode },
      resourceDisplayName: 'Azure Key Vault',
      servicePrincipalName: name,
      servicePrincipalId: 'b64e0f3a-5d28-4c19-8f77-0a9d31c2e585',
      managedIdentityType: 'systemAssigned',
    },
  }
}

/** Understood, and of no interest: an intermediate stage. */
export function stageBefore(id: string, time: number): Readonly<Record<string, unknown>> {
  return { ...apiCall({ id, time }), stage: 'RequestReceived' }
}
