/** CloudTrail records in the key order that AWS writes. */
import { toCredentialExpiry, toSeconds } from '../instant-text.ts'
import { guidSeries } from '../random.ts'

/** Who gets a role's credentials, and how. */
export type Trust =
  | { readonly kind: 'service'; readonly service: 'lambda' | 'ec2' | 'ecs-tasks' | 'glue' }
  | { readonly kind: 'web'; readonly provider: string; readonly audience: string; readonly subject: string }
  | { readonly kind: 'role'; readonly from: string }

/** What sessions of a role call. */
export interface ApiUse {
  readonly source: string
  readonly name: string
  readonly readOnly: boolean
  readonly request: Readonly<Record<string, unknown>> | null
  readonly resource?: { readonly type: string; readonly arn: string }
  /** A data event: what is done with the content of a resource. */
  readonly isData?: boolean
}

export interface Role {
  readonly name: string
  readonly arn: string
  /** `AROA…` */
  readonly id: string
  readonly trust: Trust
  readonly sessionMs: number
}

/** The trail of an account in a region, and the ids of its records, in series. */
export class Trail {
  readonly accountId: string
  readonly region: string
  readonly event: () => string
  readonly request: () => string
  readonly shared: () => string

  constructor(accountId: string, region: string, series = 'cloudtrail') {
    this.accountId = accountId
    this.region = region
    this.event = guidSeries(`${series} event`)
    this.request = guidSeries(`${series} request`)
    this.shared = guidSeries(`${series} shared event`)
  }
}

/** Stands where AWS writes the session token: no credential, and none may leave the engine. */
const sessionToken =
  'IQoJb3JpZ2luX2VjEDEMOxxxxxxxxxxNOTACREDENTIALxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=='

export interface Session {
  readonly role: Role
  readonly name: string
  readonly accessKeyId: string
  readonly created: number
}

/** Error code and text of a refusal. */
export interface Refusal {
  readonly code: string
  readonly message: string
}

type Fields = Readonly<Record<string, unknown>>

export function sessionArn(trail: Trail, role: Role, name: string): string {
  return `arn:aws:sts::${trail.accountId}:assumed-role/${role.name}/${name}`
}

/** `userIdentity` of a call that is made with a session. */
function assumedRole(trail: Trail, session: Session): Fields {
  const { accountId, region } = trail
  const { role, name, accessKeyId, created } = session
  const isLambda = role.trust.kind === 'service' && role.trust.service === 'lambda'
  const functionArn = `arn:aws:lambda:${region}:${accountId}:function:${role.name}`
  return {
    type: 'AssumedRole',
    principalId: `${role.id}:${name}`,
    arn: sessionArn(trail, role, name),
    accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: role.arn,
        accountId,
        userName: role.name,
      },
      attributes: { creationDate: toSeconds(created), mfaAuthenticated: 'false' },
    },
    ...(isLambda && {
      inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: functionArn },
    }),
  }
}

function tls(service: string, region: string): Fields {
  return {
    tlsVersion: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    clientProvidedHostHeader: `${service}.${region}.amazonaws.com`,
  }
}

interface Call {
  readonly time: number
  readonly user: Fields
  readonly service: string
  readonly name: string
  readonly from: string
  readonly userAgent: string
  readonly refusal?: Refusal | undefined
  readonly request: unknown
  readonly response: unknown
  readonly readOnly: boolean
  readonly resources?: readonly Fields[] | undefined
  readonly isData?: boolean | undefined
  /** AWS's own call: seen from both sides, and made over no connection of the caller's. */
  readonly isInternal?: boolean
}

function record(trail: Trail, call: Call): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: call.user,
    eventTime: toSeconds(call.time),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.name,
    awsRegion: trail.region,
    sourceIPAddress: call.from,
    userAgent: call.userAgent,
    ...(call.refusal && { errorCode: call.refusal.code, errorMessage: call.refusal.message }),
    requestParameters: call.request,
    responseElements: call.refusal ? null : call.response,
    requestID: trail.request(),
    eventID: trail.event(),
    readOnly: call.readOnly,
    ...(call.resources && !call.refusal && { resources: call.resources }),
    eventType: 'AwsApiCall',
    managementEvent: call.isData !== true,
    recipientAccountId: trail.accountId,
    ...(call.isInternal && { sharedEventID: trail.shared() }),
    eventCategory: call.isData === true ? 'Data' : 'Management',
    ...(call.isInternal ? {} : { tlsDetails: tls(call.service, trail.region) }),
  })
}

function issued(trail: Trail, session: Session): Fields {
  const { role, name, accessKeyId, created } = session
  return {
    credentials: { accessKeyId, sessionToken, expiration: toCredentialExpiry(created + role.sessionMs) },
    assumedRoleUser: { assumedRoleId: `${role.id}:${name}`, arn: sessionArn(trail, role, name) },
  }
}

function roleResource(trail: Trail, role: Role): readonly Fields[] {
  return [{ accountId: trail.accountId, type: 'AWS::IAM::Role', ARN: role.arn }]
}

/** An AWS service gets credentials of the role for a workload. */
export function deliveredRecord(trail: Trail, session: Session, service: string, refusal?: Refusal): string {
  const { role, name, created } = session
  const host = `${service}.amazonaws.com`
  return record(trail, {
    time: created,
    user: { type: 'AWSService', invokedBy: host },
    service: 'sts',
    name: 'AssumeRole',
    from: host,
    userAgent: host,
    refusal,
    request: { roleArn: role.arn, roleSessionName: name },
    response: { credentials: issued(trail, session)['credentials'] },
    readOnly: true,
    resources: roleResource(trail, role),
    isInternal: true,
  })
}

/** A session of another role assumes this one; refused, the record names the role in the message only. */
export function chainedRecord(trail: Trail, session: Session, caller: Session, refusal?: Refusal): string {
  const { role, name, created } = session
  return record(trail, {
    time: created,
    user: assumedRole(trail, caller),
    service: 'sts',
    name: 'AssumeRole',
    from: '192.0.2.130',
    userAgent: 'aws-sdk-java/2.28.1 ua/2.0 os/Linux#5.10 lang/java#21.0.4 exec-env/AWS_Lambda_java21',
    refusal,
    request: refusal ? null : { roleArn: role.arn, roleSessionName: name, durationSeconds: 3600 },
    response: issued(trail, session),
    readOnly: true,
    resources: roleResource(trail, role),
  })
}

/** A workload exchanges its OpenID Connect token. */
export function federatedRecord(
  trail: Trail,
  session: Session,
  trust: Extract<Role['trust'], { kind: 'web' }>,
  refusal?: Refusal,
): string {
  const { role, name, created } = session
  const provider = `arn:aws:iam::${trail.accountId}:oidc-provider/${trust.provider}`
  const isPipeline = trust.subject.startsWith('repo:')
  return record(trail, {
    time: created,
    user: {
      type: 'WebIdentityUser',
      principalId: `${provider}:${trust.audience}:${trust.subject}`,
      userName: trust.subject,
      identityProvider: provider,
    },
    service: 'sts',
    name: 'AssumeRoleWithWebIdentity',
    from: isPipeline ? '198.51.100.140' : '192.0.2.21',
    userAgent: isPipeline
      ? 'aws-sdk-js/3.654.0 configure-aws-credentials-for-github-actions'
      : 'aws-sdk-go-v2/1.30.5 os/linux lang/go#1.23.1 md/GOOS#linux md/GOARCH#amd64',
    refusal,
    request: { roleArn: role.arn, roleSessionName: name },
    response: {
      subjectFromWebIdentityToken: trust.subject,
      ...issued(trail, session),
      provider,
      audience: trust.audience,
    },
    readOnly: true,
    resources: roleResource(trail, role),
  })
}

export function useRecord(
  trail: Trail,
  session: Session,
  use: ApiUse,
  time: number,
  refusal?: Refusal,
): string {
  const { resource } = use
  return record(trail, {
    time,
    user: assumedRole(trail, session),
    service: use.source,
    name: use.name,
    from: '192.0.2.131',
    userAgent: 'aws-sdk-go-v2/1.30.5 os/linux lang/go#1.23.1 md/GOOS#linux md/GOARCH#amd64',
    refusal,
    request: refusal ? null : use.request,
    response: null,
    readOnly: use.readOnly,
    isData: use.isData,
    resources: resource && [{ accountId: trail.accountId, type: resource.type, ARN: resource.arn }],
  })
}

/** CloudTrail checks the bucket that it writes to: a service about its own business. */
export function serviceRecord(trail: Trail, time: number): string {
  return record(trail, {
    time,
    user: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
    service: 's3',
    name: 'GetBucketAcl',
    from: 'cloudtrail.amazonaws.com',
    userAgent: 'cloudtrail.amazonaws.com',
    request: { bucketName: 'acme-audit-trail', Host: 'acme-audit-trail.s3.amazonaws.com', acl: '' },
    response: null,
    readOnly: true,
    resources: [
      { accountId: trail.accountId, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::acme-audit-trail' },
    ],
    isInternal: true,
  })
}

/** A change of a role's rights or trust, by a session. */
export function iamRecord(
  trail: Trail,
  session: Session,
  time: number,
  name: string,
  request: Fields,
): string {
  return record(trail, {
    time,
    user: assumedRole(trail, session),
    service: 'iam',
    name,
    from: '198.51.100.41',
    userAgent: 'aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0',
    request,
    response: null,
    readOnly: false,
  })
}
