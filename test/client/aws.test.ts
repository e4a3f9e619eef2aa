import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import {
  fromContainerMetadata,
  fromHttp,
  fromInstanceMetadata,
  fromNodeProviderChain,
  fromTokenFile,
} from '@aws-sdk/credential-providers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { CollectedTelemetry } from '../support/collected-telemetry.ts'
import { shortDelays } from '../support/short-delays.ts'
import { account, Ec2Metadata, PodIdentityAgent, role, Sts, stsError } from '../support/stand-ins/aws.ts'
import type { Endpoint, StandIn } from '../support/stand-ins/stand-in.ts'
import { StandIn as Server } from '../support/stand-ins/stand-in.ts'
import { canary, jwt } from '../support/stand-ins/tokens.ts'
import { Workspace } from '../support/workspace.ts'

let telemetry: CollectedTelemetry
let identity: IdentityTelemetry
let server: StandIn
let workspace: Workspace

async function serve(endpoint: Endpoint): Promise<void> {
  server = await Server.start(endpoint)
}

beforeEach(() => {
  workspace = new Workspace()
  telemetry = new CollectedTelemetry()
  identity = new IdentityTelemetry()
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', workspace.at('none'))
  vi.stubEnv('AWS_CONFIG_FILE', workspace.at('none'))
})

afterEach(async () => {
  expect(await telemetry.everything()).not.toContain(canary)
  vi.useRealTimers()
  vi.unstubAllEnvs()
  identity[Symbol.dispose]()
  telemetry[Symbol.dispose]()
  workspace[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

async function expectAgreement(failures: number): Promise<void> {
  const requests = await telemetry.total('token_request_total')
  const retries = await telemetry.total('token_retries_total')
  expect(requests + retries).toBe(server.tokens.length)
  expect(await telemetry.total('token_request_failed')).toBe(failures)
}

describe('the metadata service of an instance', () => {
  beforeEach(async () => {
    await serve(new Ec2Metadata())
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', server.url)
  })

  it('gives keys in three calls, and a fetch is one request for a token', async () => {
    const provider = identity.aws(fromInstanceMetadata(), { name: 'fromInstanceMetadata' })
    const keys = await provider()
    expect(keys.expiration).toBeInstanceOf(Date)
    await expectAgreement(0)
    expect(await telemetry.total('metadata_calls_total')).toBe(3)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.provider': 'aws',
      'identity.credential.type': 'fromInstanceMetadata',
      'identity.tenant': account,
      'identity.token.ttl_seconds': expect.closeTo(21_600, -2),
      'identity.outcome': 'success',
    })
    expect(telemetry.attributes('metadataCall').map((call) => call['identity.metadata.endpoint'])).toEqual([
      server.host,
      server.host,
      server.host,
    ])
  })

  it.each([
    ['404', { status: 404 }, 'identity_not_found'],
    ['429', { status: 429 }, 'throttled'],
    ['500', { status: 500 }, 'platform_error'],
    ['no answer', { status: 0 }, 'metadata_unreachable'],
  ])('fails with %s, as often as it was asked', async (_, answer, reason) => {
    server.always = answer
    const provider = identity.aws(fromInstanceMetadata({ maxRetries: 2 }))
    await expect(provider()).rejects.toThrow()
    expect(server.tokens).toHaveLength(3)
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.reason': reason,
      'identity.retries': 2,
    })
  })
})

describe('the pod identity agent', () => {
  beforeEach(async () => {
    await serve(new PodIdentityAgent())
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${server.url}/v1/credentials`)
    const token = workspace.write('token', jwt({ sub: 'system:serviceaccount:shop:checkout' }))
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', token)
  })

  it('is found by the default chain, which remembers its keys', async () => {
    const provider = identity.aws(fromNodeProviderChain(), { name: 'fromNodeProviderChain' })
    await provider()
    await provider()
    await expectAgreement(0)
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.credential.type': 'fromNodeProviderChain',
        'identity.credential.member': 'fromHttp',
        'identity.cache_hit': false,
        'identity.fallback': false,
      }),
      expect.objectContaining({ 'identity.credential.member': 'fromHttp', 'identity.cache_hit': true }),
    ])
    expect(await telemetry.total('metadata_calls_total')).toBe(server.served.length)
  })

  it('is refreshed in time by a client that remembers its keys', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const provider = identity.aws(fromHttp())
    const s3 = new S3Client({
      credentials: provider,
      region: 'eu-central-1',
      endpoint: server.url,
      forcePathStyle: true,
      maxAttempts: 1,
    })
    const head = () => s3.send(new HeadBucketCommand({ Bucket: 'orders' })).catch(() => undefined)
    await head()
    await head()
    expect(server.tokens).toHaveLength(1)
    vi.setSystemTime(Date.now() + 21_500_000)
    await head()
    expect(server.tokens).toHaveLength(2)
    await expectAgreement(0)
    expect(telemetry.attributes('fetch').map((fetch) => fetch['identity.refresh'])).toEqual([
      'none',
      'before_expiry',
    ])
  })

  it('that refuses is said to', async () => {
    server.always = { status: 403, body: 'Access denied' }
    const provider = identity.aws(fromHttp({ maxRetries: 0 }))
    await expect(provider()).rejects.toThrow()
    await expectAgreement(1)
  })

  it('is repeated by the older provider as well', async () => {
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'x')
    server.next.push({ status: 500 })
    await identity.aws(fromContainerMetadata({ maxRetries: 1 }))()
    await expectAgreement(0)
    expect(await telemetry.total('token_retries_total')).toBe(1)
  })
})

describe('the Security Token Service', () => {
  beforeEach(async () => {
    await serve(new Sts())
  })

  const keys = { accessKeyId: `AKIA${canary}`, secretAccessKey: canary }
  const newClient = (maxAttempts = 1) =>
    identity.awsClient(new STSClient({ endpoint: server.url, credentials: keys, maxAttempts }))
  const assume = (client: STSClient) =>
    client.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 's' }))

  it('gives keys for a role, by middleware of its client', async () => {
    await assume(newClient())
    await expectAgreement(0)
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.id': role,
        'identity.type': 'role',
        'identity.tenant': account,
        'identity.token.ttl_seconds': expect.closeTo(3600, -2),
      }),
    ])
    expect(telemetry.attributes('use')).toEqual([])
  })

  it.each([
    [403, 'AccessDenied', 'permission_denied'],
    [400, 'ExpiredTokenException', 'credential_expired'],
    [403, 'InvalidClientTokenId', 'credential_invalid'],
    [400, 'MalformedPolicyDocument', 'misconfigured_caller'],
  ])('fails with %i %s once, for the reason that the code stands for', async (status, code, reason) => {
    server.always = stsError(status, code, `key ${canary} is not good`)
    await expect(assume(newClient(3))).rejects.toThrow(canary)
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.reason': reason,
      'error.type': code,
      'identity.id': role,
      'identity.retries': 0,
    })
  })

  it.each([
    [500, 'InternalFailure', 'platform_error'],
    [400, 'Throttling', 'throttled'],
  ])('is asked again after %i %s', async (status, code, reason) => {
    using _delays = shortDelays()
    server.always = stsError(status, code, 'later')
    await expect(assume(newClient(3))).rejects.toThrow()
    expect(server.tokens).toHaveLength(3)
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.reason': reason,
      'identity.retries': 2,
    })
  })

  it('takes a service account token from a file, for the role of the environment', async () => {
    const file = workspace.write('token', jwt({ sub: 'system:serviceaccount:shop:checkout' }))
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file)
    vi.stubEnv('AWS_ROLE_ARN', role)
    const provider = identity.aws(fromTokenFile({ clientConfig: { endpoint: server.url, maxAttempts: 1 } }))
    await provider()
    server.always = stsError(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
    await expect(provider()).rejects.toThrow()
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.id': role,
        'identity.credential.member': 'fromTokenFile',
      }),
      expect.objectContaining({ 'identity.id': role, 'identity.reason': 'federation_mismatch' }),
    ])
  })

  it('marks calls that use keys with their age, and those that are refused', async () => {
    const { Credentials } = await assume(newClient())
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    const client = identity.awsClient(new STSClient({ endpoint: server.url, credentials, maxAttempts: 1 }))
    await client.send(new GetCallerIdentityCommand({}))
    await server[Symbol.asyncDispose]()
    await serve({ isToken: () => true, answer: () => stsError(403, 'ExpiredToken', 'expired') })
    const refused = identity.awsClient(new STSClient({ endpoint: server.url, credentials, maxAttempts: 1 }))
    await expect(refused.send(new GetCallerIdentityCommand({}))).rejects.toThrow()
    expect(telemetry.attributes('use')).toEqual([
      expect.objectContaining({
        'identity.target.service': 'STS',
        'identity.id': role,
        'identity.token.age_seconds': 0,
        'http.response.status_code': 200,
      }),
      expect.objectContaining({ 'identity.outcome': 'failure', 'http.response.status_code': 403 }),
    ])
    expect(await telemetry.total('token_uses_total')).toBe(2)
    expect(await telemetry.total('token_uses_refused')).toBe(1)
  })
})
