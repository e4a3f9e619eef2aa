/** AWS: sessions from STS, calls of services and changes of IAM, all in CloudTrail. */
import type { Written } from '../facts.ts'
import { guidOf, guidSeries } from '../random.ts'
import type { Asking, Call, Change, Failure, Instance, Recorder, Refusal, Token } from '../recorder.ts'
import { decisionOf, operator } from '../recorder.ts'
import {
  type ApiUse,
  type Refusal as Denial,
  deliveredRecord,
  federatedRecord,
  iamRecord,
  type Role,
  type Session,
  sessionArn,
  Trail,
  useRecord,
} from '../records/cloudtrail.ts'
import type { WorkloadPlan } from '../scenario.ts'

const accountId = '111122223333'
const region = 'us-east-1'
const cluster = `oidc.eks.${region}.amazonaws.com/id/6F0B1C2D3E4A5968778695A4B3C2D1E0`

const failures: Readonly<Record<Failure, Denial>> = {
  platform_error: { code: 'ServiceUnavailable', message: 'The service is unavailable. Try again later.' },
  throttled: { code: 'ThrottlingException', message: 'Rate exceeded' },
  // STS does not tell a role that is gone from one that may not be assumed.
  identity_not_found: { code: 'AccessDenied', message: 'Not authorized to assume the role' },
  federation_mismatch: {
    code: 'AccessDenied',
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  },
  misconfigured_caller: {
    code: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration',
  },
}

const refusals: Readonly<Record<Exclude<Refusal, 'forbidden'>, Denial>> = {
  expired: { code: 'ExpiredToken', message: 'The provided token has expired.' },
  'unknown-identity': {
    code: 'InvalidClientTokenId',
    message: 'The security token included in the request is invalid',
  },
}

function idOf(prefix: string, guid: string): string {
  return `${prefix}${guid.replaceAll('-', '').toUpperCase().slice(0, 16)}`
}

function roleOf({ name, app, host, isFederated, ttlMs }: WorkloadPlan): Role {
  const subject = `system:serviceaccount:${app}:${name}`
  const service = host === 'function' ? 'lambda' : host === 'vm' ? 'ec2' : 'ecs-tasks'
  return {
    name,
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    id: idOf('AROA', guidOf(`role ${name}`)),
    trust: isFederated
      ? { kind: 'web', provider: cluster, audience: 'sts.amazonaws.com', subject }
      : { kind: 'service', service },
    sessionMs: ttlMs,
  }
}

/** What is called, by the name that scenarios have for the service. */
function useOf({ service, app }: WorkloadPlan, resource: string): ApiUse {
  const bucket = `acme-${app}`
  const arn = (kind: string, path: string): string => `arn:aws:${kind}:${region}:${accountId}:${path}`
  switch (service) {
    case 'storage':
      return {
        source: 's3',
        name: 'GetObject',
        readOnly: true,
        isData: true,
        request: { bucketName: `${bucket}-${resource}`, key: 'orders/part-0.parquet' },
        resource: { type: 'AWS::S3::Bucket', arn: `arn:aws:s3:::${bucket}-${resource}` },
      }
    case 'database': {
      const table = { type: 'AWS::DynamoDB::Table', arn: arn('dynamodb', `table/${app}-${resource}`) }
      const request = { tableName: `${app}-${resource}` }
      return { source: 'dynamodb', name: 'GetItem', readOnly: true, isData: true, request, resource: table }
    }
    case 'queue': {
      const request = { queueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${app}-${resource}` }
      return { source: 'sqs', name: 'GetQueueAttributes', readOnly: true, request }
    }
    default: {
      const key = { type: 'AWS::KMS::Key', arn: arn('kms', `key/${guidOf(`key ${app} ${resource}`)}`) }
      const request = { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
      return { source: 'kms', name: 'Decrypt', readOnly: true, request, resource: key }
    }
  }
}

/** CloudTrail has a resolution of one second. */
function whole(time: number): number {
  return time - (time % 1000)
}

const admin: Role = {
  name: 'AWSReservedSSO_PlatformAdmin_4b7f2c19d0e3a586',
  arn: `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_PlatformAdmin_4b7f2c19d0e3a586`,
  id: idOf('AROA', guidOf('role admin')),
  trust: { kind: 'role', from: 'sso' },
  sessionMs: 3_600_000,
}

function trustPolicy({ app, name }: WorkloadPlan, isRight: boolean): string {
  const subject = `system:serviceaccount:${app}:${name}${isRight ? '' : '-old'}`
  const Condition = { StringEquals: { [`${cluster}:sub`]: subject } }
  const Principal = { Federated: `arn:aws:iam::${accountId}:oidc-provider/${cluster}` }
  const statement = { Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

interface IamCall {
  readonly name: string
  readonly request: Readonly<Record<string, unknown>>
}

function iamCall({ workload, kind }: Change): IamCall {
  const policyArn = `arn:aws:iam::${accountId}:policy/${workload.app}-${workload.service}`
  switch (kind) {
    case 'revoke':
      return { name: 'DetachRolePolicy', request: { policyArn } }
    case 'grant':
      return { name: 'AttachRolePolicy', request: { policyArn } }
    case 'delete':
      return { name: 'DeleteRole', request: {} }
    case 'restore':
      return { name: 'CreateRole', request: { path: '/' } }
    case 'break-trust':
    case 'mend-trust': {
      const policyDocument = trustPolicy(workload, kind === 'mend-trust')
      return { name: 'UpdateAssumeRolePolicy', request: { policyDocument } }
    }
  }
}

function sessionOf({ workload, name: machine }: Instance, token: Token): Session {
  const names = { vm: machine, function: workload.name, container: `${workload.name}-session` }
  return {
    role: roleOf(workload),
    name: names[workload.host],
    accessKeyId: token.id,
    created: token.issuedAt,
  }
}

export class AwsRecorder implements Recorder {
  readonly #trail: Trail
  readonly #key: () => string

  constructor(seed: string) {
    this.#trail = new Trail(accountId, region, `${seed} cloudtrail`)
    this.#key = guidSeries(`${seed} access key`)
  }

  identitiesOf(workload: WorkloadPlan): readonly [string] {
    return [roleOf(workload).arn]
  }

  issue({ instance, time }: Asking): Token {
    const endsAt = whole(time) + instance.workload.ttlMs
    return { id: idOf('ASIA', this.#key()), issuedAt: time, endsAt }
  }

  asked({ instance, time, failure }: Asking, token: Token | undefined): Written {
    const session = sessionOf(instance, token ?? { id: '', issuedAt: time, endsAt: time })
    const refusal = failure && failures[failure]
    const { trust, arn } = session.role
    const isWeb = trust.kind === 'web'
    const service = trust.kind === 'service' ? trust.service : 'ec2'
    const text = isWeb
      ? federatedRecord(this.#trail, session, trust, refusal)
      : deliveredRecord(this.#trail, session, service, refusal)
    const fact = {
      of: 'request',
      vantage: 'issuer',
      isGranted: token !== undefined,
      // Only machines have names of their own in the log.
      holder: !isWeb && instance.workload.host === 'vm' ? `${arn} ${instance.name}` : arn,
      tokenId: token?.id,
      endsAt: token?.endsAt,
    } as const
    return { log: 'aws-cloudtrail', time: whole(time), text, facts: [fact] }
  }

  called(call: Call): Written {
    return this.#used(call, useOf(call.instance.workload, call.resource), [])
  }

  secretRead(call: Call): Written {
    const { app } = call.instance.workload
    const secretId = `arn:aws:secretsmanager:${region}:${accountId}:secret:${app}/aws-access-key-a1B2c3`
    const use = { source: 'secretsmanager', name: 'GetSecretValue', readOnly: true, request: { secretId } }
    return this.#used(call, use, [{ of: 'secret', isGood: false }])
  }

  changed(change: Change): readonly Written[] {
    const { workload, time } = change
    const { name, request } = iamCall(change)
    const created = time - 1_200_000
    const session = { role: admin, name: operator.upn, accessKeyId: idOf('ASIA', this.#key()), created }
    const text = iamRecord(this.#trail, session, time, name, { roleName: workload.name, ...request })
    return [{ log: 'aws-cloudtrail', time: whole(time), text, facts: [{ of: 'change', isGood: true }] }]
  }

  #used({ instance, token, time, refusal }: Call, use: ApiUse, secrets: Written['facts']): Written {
    const session = sessionOf(instance, token)
    const denial = refusal && this.#denial(refusal, session, use)
    const text = useRecord(this.#trail, session, use, time, denial)
    const fact = {
      of: 'use',
      decision: decisionOf(refusal),
      isExpired: refusal === 'expired',
      access: `${session.role.arn} ${use.source}`,
      tokenId: token.id,
      ageMs: whole(time) - whole(token.issuedAt),
    } as const
    return { log: 'aws-cloudtrail', time: whole(time), text, facts: [...secrets, fact] }
  }

  #denial(refusal: Refusal, session: Session, use: ApiUse): Denial {
    if (refusal !== 'forbidden') return refusals[refusal]
    const action = `${use.source}:${use.name}`
    const on = use.resource === undefined ? '' : ` on resource: ${use.resource.arn}`
    const who = sessionArn(this.#trail, session.role, session.name)
    const message = `User: ${who} is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`
    return { code: 'AccessDenied', message }
  }
}
