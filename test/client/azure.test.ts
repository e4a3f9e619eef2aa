import {
  ChainedTokenCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
} from '@azure/identity'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { CollectedTelemetry } from '../support/collected-telemetry.ts'
import { shortDelays } from '../support/short-delays.ts'
import {
  clientId,
  Entra,
  entraError,
  Imds,
  imdsAnswers,
  objectId,
  tenant,
} from '../support/stand-ins/azure.ts'
import { type Certificate, hasOpenssl, makeCertificate } from '../support/stand-ins/certificate.ts'
import type { StandIn } from '../support/stand-ins/stand-in.ts'
import { canary } from '../support/stand-ins/tokens.ts'

/** Caches and endpoints of the SDK live as long as the process: each test asks for another audience, at one address. */
let tests = 0
let audience = ''
let scope = ''

let telemetry: CollectedTelemetry
let identity: IdentityTelemetry
let imds: Imds
let server: StandIn

beforeAll(async () => {
  imds = new Imds()
  server = await imds.start()
  vi.stubEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', server.url)
  return () => server[Symbol.asyncDispose]()
})

beforeEach(() => {
  telemetry = new CollectedTelemetry()
  identity = new IdentityTelemetry()
  Object.assign(imds.lifetime, { ttl: 86_400, age: 0 })
  server.served.length = 0
  server.always = undefined
  audience = `vault-${++tests}.azure.net`
  scope = `https://${audience}/.default`
})

afterEach(() => {
  vi.useRealTimers()
  identity[Symbol.dispose]()
  telemetry[Symbol.dispose]()
})

/** Everything that was counted agrees with what the stand-in served. */
async function expectAgreement(failures: number): Promise<void> {
  const [requests, retries] = [
    await telemetry.total('token_request_total'),
    await telemetry.total('token_retries_total'),
  ]
  expect(requests + retries).toBe(server.tokens.length)
  expect(await telemetry.total('token_request_failed')).toBe(failures)
  expect(await telemetry.total('metadata_calls_total')).toBe(server.served.length)
  expect(await telemetry.total('metadata_calls_failed')).toBe(
    server.served.filter(({ status }) => status === 0 || status >= 400).length,
  )
}

describe('a managed identity', () => {
  it('is told from its token, and a token from the cache is told from a new one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    imds.lifetime.age = 3600
    const credential = identity.azure(new ManagedIdentityCredential({ clientId }))
    const first = await credential.getToken(scope)
    const second = await credential.getToken(scope)
    expect(second.token).toBe(first.token)
    expect(server.tokens).toHaveLength(1)
    expect(telemetry.attributes('fetch')).toEqual([
      {
        'identity.provider': 'azure',
        'identity.credential.type': 'ManagedIdentityCredential',
        'identity.audience': audience,
        'identity.id': objectId,
        'identity.type': 'user-assigned',
        'identity.tenant': tenant,
        'identity.outcome': 'success',
        'identity.token.ttl_seconds': 86_400,
        'identity.token.age_seconds': 3600,
        'identity.token.expires_at': Math.floor(first.expiresOnTimestamp / 1000),
        'identity.cache_hit': false,
        'identity.refresh': 'none',
        'identity.while_valid': false,
        'identity.retries': 0,
        'identity.fallback': false,
        'identity.cold_start': true,
      },
      expect.objectContaining({ 'identity.cache_hit': true, 'identity.cold_start': false }),
    ])
    expect(await telemetry.total('token_cache_hits_total')).toBe(1)
    expect(await telemetry.total('token_latency_ms')).toBe(1)
    expect(await telemetry.total('token_age_seconds')).toBe(2)
    await expectAgreement(0)
  })

  it('has its metadata calls below its fetch', async () => {
    await identity.azure(new ManagedIdentityCredential({ clientId })).getToken(scope)
    const [call, fetch] = telemetry.spans
    expect(call?.name).toBe('identity.metadata.call')
    expect(call?.attributes).toEqual({
      'identity.provider': 'azure',
      'identity.metadata.endpoint': server.host,
      'identity.outcome': 'success',
      'http.response.status_code': 200,
    })
    expect(call?.parentSpanContext?.spanId).toBe(fetch?.spanContext().spanId)
  })

  it.each([
    ['404 while it is updated', imdsAnswers.updating, 'platform_error'],
    ['410 while it is updated', imdsAnswers.gone, 'platform_error'],
    ['429', imdsAnswers.throttled, 'throttled'],
    ['500', imdsAnswers.broken, 'platform_error'],
    ['no answer', imdsAnswers.dropped, 'metadata_unreachable'],
  ])('is asked for again after %s, and each request is counted', async (_, answer, reason) => {
    using _delays = shortDelays()
    server.next.push(answer, answer)
    const credential = identity.azure(
      new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 2 } }),
    )
    await credential.getToken(scope)
    expect(server.tokens).toHaveLength(3)
    await expectAgreement(0)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.retries': 2,
      'identity.outcome': 'success',
    })
    server.always = answer
    await expect(credential.getToken(`https://storage-${tests}.azure.com/.default`)).rejects.toThrow()
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')[1]).toMatchObject({
      'identity.outcome': 'failure',
      'identity.reason': reason,
      'identity.id': objectId,
    })
  })

  it('that does not exist is not asked for again', async () => {
    server.next.push(imdsAnswers.notFound)
    const credential = identity.azure(new ManagedIdentityCredential({ clientId }))
    await expect(credential.getToken(scope)).rejects.toMatchObject({ name: 'CredentialUnavailableError' })
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.reason': 'identity_not_found',
      'identity.id': clientId,
      'identity.type': 'user-assigned',
    })
  })

  it('is refreshed after its token has expired, and a refresh that fails is one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    imds.lifetime.ttl = 3600
    const credential = identity.azure(
      new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 0 } }),
    )
    await credential.getToken(scope)
    vi.setSystemTime(Date.now() + 3_601_000)
    await credential.getToken(scope)
    // Shortly before its end the SDK asks for a new one.
    vi.setSystemTime(Date.now() + 3_540_000)
    server.next.push(imdsAnswers.notFound)
    await expect(credential.getToken(scope)).rejects.toThrow()
    await credential.getToken(scope)
    expect(
      telemetry
        .attributes('fetch')
        .map((fetch) => [
          fetch['identity.outcome'],
          fetch['identity.refresh'],
          fetch['identity.while_valid'],
        ]),
    ).toEqual([
      ['success', 'none', false],
      ['success', 'after_expiry', false],
      ['failure', 'before_expiry', true],
      ['success', 'before_expiry', true],
    ])
    expect(await telemetry.total('token_refreshes_total')).toBe(3)
    await expectAgreement(1)
  })
})

describe.skipIf(!hasOpenssl)('an application that asks Entra', () => {
  let certificate: Certificate
  let entra: StandIn

  beforeAll(() => {
    certificate = makeCertificate()
  })

  beforeEach(async () => {
    entra = await new Entra().start(certificate)
    return () => entra[Symbol.asyncDispose]()
  })

  const secret = `secret-${canary}`
  const newCredential = () =>
    new ClientSecretCredential(tenant, clientId, secret, {
      authorityHost: entra.url,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: certificate.certificate },
      retryOptions: { maxRetries: 2, retryDelayInMs: 1 },
    })

  it('is counted once for a token, and discovery is no request for one', async () => {
    await identity.azure(newCredential()).getToken(scope)
    expect(entra.served.length).toBeGreaterThan(entra.tokens.length)
    expect(await telemetry.total('token_request_total')).toBe(entra.tokens.length)
    expect(await telemetry.total('token_retries_total')).toBe(0)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({
      'identity.id': objectId,
      'identity.type': 'service-principal',
      'identity.tenant': tenant,
    })
  })

  it.each([
    [401, 7000215, 'invalid_client', 'credential_invalid'],
    [401, 7000222, 'invalid_client', 'credential_expired'],
    [400, 700016, 'unauthorized_client', 'identity_not_found'],
    [401, 700213, 'invalid_client', 'federation_mismatch'],
    [400, 53003, 'invalid_grant', 'policy_denied'],
  ])(
    'fails with %i AADSTS%i for the reason that the code stands for',
    async (status, code, error, reason) => {
      entra.next.push(entraError(status, code, error, `The secret '${secret}' is not good.`))
      const credential = identity.azure(newCredential())
      await expect(credential.getToken(scope)).rejects.toThrow(secret)
      expect(telemetry.attributes('fetch')[0]).toMatchObject({
        'identity.reason': reason,
        'error.type': `AADSTS${code}`,
        'identity.tenant': tenant,
      })
      expect(await telemetry.total('token_request_failed')).toBe(1)
      expect(entra.tokens).toHaveLength(1)
      expect(await telemetry.everything()).not.toContain(canary)
    },
  )

  it('asks again when the endpoint is overloaded', async () => {
    using _delays = shortDelays()
    entra.next.push({ status: 503, body: {} }, { status: 429, headers: { 'retry-after': '0' }, body: {} })
    await identity.azure(newCredential()).getToken(scope)
    expect(entra.tokens).toHaveLength(3)
    expect(await telemetry.total('token_request_total')).toBe(1)
    expect(await telemetry.total('token_retries_total')).toBe(2)
  })

  it('in a chain is the member that won, after the one that failed for real', async () => {
    const chain = new ChainedTokenCredential(
      new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 0 } }),
      newCredential(),
    )
    expect(identity.azure(chain)).toBe(chain)
    server.next.push(imdsAnswers.notFound)
    await chain.getToken(scope)
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.credential.type': 'ChainedTokenCredential',
        'identity.credential.member': 'ClientSecretCredential',
        'identity.fallback': true,
        'identity.fallback.from': 'ManagedIdentityCredential',
      }),
    ])
    expect(await telemetry.total('token_fallbacks_total')).toBe(1)
    expect(await telemetry.total('token_request_total')).toBe(1)
  })
})

describe('the default chain', () => {
  it('names the member that won, and members that are not set up are no fallback', async () => {
    const credential = identity.azure(new DefaultAzureCredential({ managedIdentityClientId: clientId }))
    await credential.getToken(scope)
    await credential.getToken(scope)
    const [first, second] = telemetry.attributes('fetch')
    expect(first).toMatchObject({
      'identity.credential.type': 'DefaultAzureCredential',
      'identity.credential.member': 'ManagedIdentityCredential',
      'identity.fallback': false,
    })
    expect(second).toMatchObject({ 'identity.cache_hit': true })
    await expectAgreement(0)
  })

  it('says that nothing is set up when nothing is', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential')
    using _restored = { [Symbol.dispose]: () => vi.stubEnv('AZURE_TOKEN_CREDENTIALS', undefined) }
    const credential = identity.azure(new DefaultAzureCredential())
    await expect(credential.getToken(scope)).rejects.toMatchObject({ name: 'AggregateAuthenticationError' })
    expect(telemetry.attributes('fetch')[0]).toMatchObject({ 'identity.reason': 'misconfigured_caller' })
    expect(server.served).toEqual([])
  })
})

describe('an endpoint that is gone', () => {
  it('refuses connections, and is said to be unreachable', async () => {
    using _delays = shortDelays()
    await server[Symbol.asyncDispose]()
    const credential = identity.azure(
      new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 0 } }),
    )
    await expect(credential.getToken(scope)).rejects.toThrow()
    expect(telemetry.attributes('fetch')[0]).toMatchObject({ 'identity.reason': 'metadata_unreachable' })
    expect(telemetry.attributes('metadataCall')[0]).toMatchObject({ 'identity.outcome': 'failure' })
  })
})
