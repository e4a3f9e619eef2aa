/** CloudTrail events: workloads of clusters that assume roles by web identity, and what they do with the session. */
import { type Fact, type Failure, type IdentityRecord, plainIssuance } from './fact.ts'
import type { Random } from './random.ts'

const account = '111122223333'
const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71'

const roles = [
  { path: '/payments/', name: 'acme-checkout', namespace: 'shop', workload: 'checkout' },
  { path: '/payments/', name: 'acme-ledger', namespace: 'billing', workload: 'ledger' },
  { path: '/data/', name: 'globex-indexer', namespace: 'search', workload: 'indexer' },
  { path: '/data/', name: 'globex-export', namespace: 'reports', workload: 'export' },
] as const

type Role = (typeof roles)[number]

const issuanceFailures: readonly [Failure, ...Failure[]] = [
  { code: 'AccessDenied', reason: 'federation_mismatch', fault: 'caller' },
  { code: 'InvalidIdentityToken', reason: 'federation_mismatch', fault: 'caller' },
  { code: 'ExpiredTokenException', reason: 'credential_expired', fault: 'caller' },
  { code: 'Throttling', reason: 'throttled', fault: 'platform' },
]

/** CloudTrail writes whole seconds. */
function second(time: number): number {
  return Math.floor(time / 1000) * 1000
}

function arnOf({ path, name }: Role): string {
  return `arn:aws:iam::${account}:role${path}${name}`
}

function identityFacts(role: Role) {
  return {
    source: 'aws-cloudtrail',
    provider: 'aws',
    layer: 'container',
    identity: arnOf(role),
    identityType: 'role',
  } as const
}

function common(random: Random, time: number, failure: Failure | undefined, rest: object) {
  return {
    eventVersion: '1.11',
    eventTime: new Date(second(time)).toISOString().replace('.000Z', 'Z'),
    awsRegion: 'eu-west-1',
    sourceIPAddress: `192.0.2.${random.below(200)}`,
    userAgent: 'aws-sdk-go-v2/1.30',
    ...rest,
    ...(failure === undefined ? {} : { errorCode: failure.code, errorMessage: 'The request was refused.' }),
    requestID: random.uuid(),
    eventID: random.uuid(),
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    eventCategory: 'Management',
  }
}

export function assumeRoleWithWebIdentity(
  random: Random,
  time: number,
  failureShare: number,
): IdentityRecord {
  const role = random.pick(roles)
  const failure = random.chance(failureShare) ? random.pick(issuanceFailures) : undefined
  const subject = `system:serviceaccount:${role.namespace}:${role.workload}`
  const fact: Fact = {
    ...plainIssuance,
    ...identityFacts(role),
    time: second(time),
    app: role.namespace,
    workload: `service ${role.namespace}/${role.workload}`,
    failure,
  }
  const session = `session-${random.hex(8)}`
  const json = common(random, time, failure, {
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `arn:aws:iam::${account}:oidc-provider/${issuer}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: `arn:aws:iam::${account}:oidc-provider/${issuer}`,
    },
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRoleWithWebIdentity',
    requestParameters: { roleArn: arnOf(role), roleSessionName: session },
    responseElements:
      failure === undefined
        ? {
            credentials: { accessKeyId: `ASIA${random.hex(16).toUpperCase()}` },
            subjectFromWebIdentityToken: subject,
            provider: `arn:aws:iam::${account}:oidc-provider/${issuer}`,
          }
        : null,
  })
  return { fact, json }
}

type UseOutcome = { readonly failure?: Failure; readonly refused?: Fact['refused'] }

const denied: UseOutcome = {
  failure: { code: 'AccessDenied', reason: 'permission_denied', fault: 'policy' },
  refused: 403,
}
const expired: UseOutcome = {
  failure: { code: 'ExpiredToken', reason: 'token_expired', fault: 'caller' },
  refused: 401,
}

function use(
  random: Random,
  time: number,
  role: Role,
  service: string,
  { failure, refused }: UseOutcome,
): IdentityRecord {
  const session = `session-${random.hex(8)}`
  const fact: Fact = {
    ...identityFacts(role),
    kind: 'use',
    time: second(time),
    app: role.path.slice(1, -1),
    workload: undefined,
    failure,
    latencyMs: undefined,
    service,
    refused,
  }
  const json = common(random, time, failure, {
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE${role.name.length}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${session}`,
      accountId: account,
      accessKeyId: `ASIA${random.hex(16).toUpperCase()}`,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: arnOf(role), accountId: account, userName: role.name },
        webIdFederationData: { federatedProvider: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        attributes: {
          creationDate: new Date(second(time) - 600_000).toISOString(),
          mfaAuthenticated: 'false',
        },
      },
    },
    eventSource: `${service}.amazonaws.com`,
    eventName: service === 's3' ? 'ListObjects' : 'ReceiveMessage',
    requestParameters: service === 's3' ? { bucketName: 'acme-invoices' } : null,
    responseElements: null,
  })
  return { fact, json }
}

const services: readonly [string, ...string[]] = ['s3', 'sqs']

/**
 * Calls with the session: mostly one that is let in. Or a refusal; or a 401 for an expired session with the success
 * of a new one `0` to `45` s later, which excuses it within the grace.
 */
export function roleUses(random: Random, time: number): readonly IdentityRecord[] {
  const role = random.pick(roles)
  const service = random.pick(services)
  if (random.chance(0.08)) return [use(random, time, role, service, denied)]
  if (!random.chance(0.15)) return [use(random, time, role, service, {})]
  const refusal = use(random, time, role, service, expired)
  if (random.chance(0.2)) return [refusal]
  return [refusal, use(random, time + random.below(46) * 1000, role, service, {})]
}
