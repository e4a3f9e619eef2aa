import { Compute, GoogleAuth, Impersonated, OAuth2Client } from 'google-auth-library'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { CollectedTelemetry } from '../support/collected-telemetry.ts'
import { shortDelays } from '../support/short-delays.ts'
import { email, GoogleMetadata, GoogleTokens } from '../support/stand-ins/google.ts'
import type { StandIn } from '../support/stand-ins/stand-in.ts'
import { canary, jwt } from '../support/stand-ins/tokens.ts'
import { Workspace } from '../support/workspace.ts'

let telemetry: CollectedTelemetry
let identity: IdentityTelemetry
let metadata: StandIn
let tokens: StandIn

beforeEach(async () => {
  telemetry = new CollectedTelemetry()
  identity = new IdentityTelemetry()
  metadata = await new GoogleMetadata().start()
  tokens = await new GoogleTokens().start()
  vi.stubEnv('GCE_METADATA_HOST', metadata.host)
  vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present')
})

afterEach(async () => {
  expect(await telemetry.everything()).not.toContain(canary)
  vi.unstubAllEnvs()
  vi.useRealTimers()
  identity[Symbol.dispose]()
  telemetry[Symbol.dispose]()
  await metadata[Symbol.asyncDispose]()
  await tokens[Symbol.asyncDispose]()
})

async function expectAgreement(failures: number): Promise<void> {
  const requests = await telemetry.total('token_request_total')
  const retries = await telemetry.total('token_retries_total')
  expect(requests + retries).toBe(metadata.tokens.length + tokens.tokens.length)
  expect(await telemetry.total('token_request_failed')).toBe(failures)
  expect(await telemetry.total('metadata_calls_total')).toBe(metadata.served.length)
}

describe('the metadata server', () => {
  it('is asked once, and the client remembers', async () => {
    const client = identity.google(new Compute({ serviceAccountEmail: email }))
    await client.getAccessToken()
    await client.getRequestHeaders()
    await expectAgreement(0)
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.provider': 'gcp',
        'identity.credential.type': 'Compute',
        'identity.id': email,
        'identity.type': 'service-account',
        'identity.tenant': 'acme-shop',
        'identity.token.ttl_seconds': expect.closeTo(3600, -2),
        'identity.cache_hit': false,
      }),
      expect.objectContaining({ 'identity.cache_hit': true }),
    ])
  })

  it('is found by GoogleAuth, whose clients are instrumented', async () => {
    const auth = identity.google(new GoogleAuth({ projectId: 'acme-shop' }))
    await auth.getAccessToken()
    await auth.getRequestHeaders()
    const client = await auth.getIdTokenClient('https://orders.acme.example/')
    await client.getRequestHeaders()
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({ 'identity.credential.type': 'Compute', 'identity.cache_hit': false }),
      expect.objectContaining({ 'identity.credential.type': 'Compute', 'identity.cache_hit': true }),
      expect.objectContaining({
        'identity.credential.type': 'IdTokenClient',
        'identity.audience': 'orders.acme.example',
        'identity.id': email,
      }),
    ])
    await expectAgreement(0)
  })

  it('is refreshed before the token ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const client = identity.google(new Compute())
    await client.getAccessToken()
    vi.setSystemTime(Date.now() + 3_500_000)
    await client.getAccessToken()
    expect(telemetry.attributes('fetch')[1]).toMatchObject({ 'identity.refresh': 'before_expiry' })
    await expectAgreement(0)
  })

  it.each([
    ['404', 404, 'identity_not_found'],
    ['403', 403, 'metadata_unreachable'],
    ['429', 429, 'throttled'],
    ['503', 503, 'platform_error'],
    ['no answer', 0, 'metadata_unreachable'],
  ])('fails with %s, as often as it was asked', async (_, status, reason) => {
    using _delays = shortDelays()
    metadata.always = { status, headers: { 'metadata-flavor': 'Google' } }
    const client = identity.google(new Compute())
    await expect(client.getAccessToken()).rejects.toThrow()
    expect(metadata.tokens.length).toBeGreaterThan(0)
    await expectAgreement(1)
    expect(telemetry.attributes('fetch')[0]).toMatchObject({ 'identity.reason': reason })
  })
})

describe('a client that impersonates', () => {
  it('makes two fetches: its own, and that of the one who asks', async () => {
    const client = identity.google(
      new Impersonated({
        sourceClient: identity.google(new Compute()),
        targetPrincipal: email,
        targetScopes: ['https://www.googleapis.com/auth/cloud-platform'],
        endpoint: tokens.url,
      }),
    )
    await client.getAccessToken()
    const made = telemetry.attributes('fetch').filter((fetch) => fetch['identity.cache_hit'] === false)
    expect(made.map((fetch) => [fetch['identity.credential.type'], fetch['identity.id']])).toEqual([
      ['Compute', undefined],
      ['Impersonated', email],
    ])
    await expectAgreement(0)
  })
})

describe('workload identity federation', () => {
  it('exchanges a token from a file, and a mismatch is one', async () => {
    using workspace = new Workspace()
    const file = workspace.write('token', jwt({ sub: 'system:serviceaccount:shop:checkout' }))
    const settings = workspace.write(
      'credentials.json',
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${tokens.url}/v1/token`,
        credential_source: { file },
      }),
    )
    const auth = identity.google(new GoogleAuth({ keyFilename: settings, scopes: 'https://a/b' }))
    await auth.getAccessToken()
    tokens.always = { status: 400, body: { error: 'invalid_grant', error_description: `bad ${canary}` } }
    const other = identity.google(new GoogleAuth({ keyFilename: settings, scopes: 'https://a/b' }))
    await expect(other.getAccessToken()).rejects.toThrow(canary)
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.credential.type': 'IdentityPoolClient',
        'identity.outcome': 'success',
      }),
      expect.objectContaining({ 'identity.reason': 'credential_invalid', 'error.type': 'invalid_grant' }),
    ])
    await expectAgreement(1)
  })
})

it('a request of a client carries what it carried, and its fetch is counted', async () => {
  const client = identity.google(new Compute())
  const answer = await client.request({ url: `${tokens.url}/orders`, validateStatus: () => true })
  expect(answer.status).toBe(404)
  expect(tokens.served[0]?.headers['authorization']).toContain('Bearer ya29.')
  await expectAgreement(0)
})

it('a client that has its token from outside is not asked for more', async () => {
  const client = new OAuth2Client()
  client.setCredentials({ access_token: `ya29.${canary}`, expiry_date: Date.now() + 3_600_000 })
  await identity.google(client).getAccessToken()
  expect(await telemetry.total('token_request_failed')).toBe(0)
})
