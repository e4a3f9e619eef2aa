import { describe, expect, it } from 'vitest'
import type { IdentityEvent } from '../../../src/events/event.ts'
import {
  checkout,
  fetchSpan,
  type Json,
  noonNs,
  type SpanOf,
  span,
  traces,
  type Values,
} from '../../support/otlp.ts'
import { outcomeOf } from '../../support/otlp-outcomes.ts'

function eventsOf(...spans: readonly Json[]): readonly IdentityEvent[] {
  return outcomeOf('traces', traces(spans)).events
}

function one(of: Json): IdentityEvent {
  const [event] = eventsOf(of)
  if (event === undefined) throw new Error('no event')
  return event
}

function client(attributes: Values, more: Partial<SpanOf> = {}): Json {
  return span({ number: 7, name: 'GET', kind: 3, attributes, ...more })
}

describe('a span of the client library', () => {
  it('is a request for a token as the client saw it, with all that it says', () => {
    const fetched = one(
      fetchSpan(1, {
        'identity.credential.type': 'ManagedIdentityCredential',
        'identity.token.ttl_seconds': 3600,
        'identity.token.expires_at': 1_781_528_400,
        'identity.refresh': 'before_expiry',
        'identity.retries': 2,
        'identity.fallback': false,
        'identity.cold_start': true,
      }),
    )
    expect(fetched).toMatchObject({
      kind: 'token.request',
      vantage: 'client',
      provider: 'azure',
      source: 'otlp',
      layer: 'container',
      identity: { type: 'user-assigned', namespace: 'shop', service: 'checkout' },
      workload: { kind: 'pod', name: 'shop/checkout-6d5f-x2x7p' },
      time: Number(noonNs / 1_000_000n),
      outcome: 'success',
      audience: 'vault.azure.net',
      latencyMs: 25,
      ttlSeconds: 3600,
      expiresAt: 1_781_528_400_000,
      refresh: true,
      whileValid: true,
      attempt: 3,
      credentialType: 'managed',
      fallback: false,
      isColdStart: true,
    })
  })

  it('fails for the reason that it gives, and for unknown where it gives none of ours', () => {
    const failed = { 'identity.outcome': 'failure', 'error.type': 'CredentialUnavailable' }
    expect(one(fetchSpan(1, { ...failed, 'identity.reason': 'throttled' }))).toMatchObject({
      outcome: 'failure',
      reason: 'throttled',
      fault: 'platform',
      code: 'CredentialUnavailable',
    })
    expect(one(fetchSpan(1, { 'identity.outcome': 'failure', 'identity.reason': 'bad luck' }))).toMatchObject(
      {
        reason: 'unknown',
        fault: 'platform',
        code: 'unknown',
      },
    )
  })

  it('is a failed renewal after the end of the former token where it says so', () => {
    const after = { 'identity.outcome': 'failure', 'identity.refresh': 'after_expiry' }
    expect(one(fetchSpan(1, after))).toMatchObject({ refresh: true, whileValid: false })
    expect(one(fetchSpan(1, { 'identity.refresh': 'none' }))).toMatchObject({ refresh: false })
  })

  it('counts nothing where the token came from memory', () => {
    expect(eventsOf(fetchSpan(1, { 'identity.cache_hit': true }))).toEqual([])
  })

  it('falls back only to a static credential', () => {
    const fallback = (type: string, has: boolean) => {
      const event = one(fetchSpan(1, { 'identity.credential.member': type, 'identity.fallback': has }))
      return event.kind === 'token.request' ? event.fallback : 'no request'
    }
    expect(fallback('ClientSecretCredential', true)).toBe(true)
    expect(fallback('WorkloadIdentityCredential', true)).toBe(false)
    expect(fallback('ManagedIdentityCredential', false)).toBe(false)
    // A workload that only ever had a secret has not fallen back, and is no good example either.
    expect(fallback('ClientSecretCredential', false)).toBeUndefined()
  })

  it('is a use of a token with its age, or a call to the metadata endpoint', () => {
    const use = {
      'identity.target.service': 'orders',
      'identity.token.age_seconds': 90,
      'identity.token.ttl_seconds': 3600,
    }
    expect(
      one(
        span({
          number: 1,
          name: 'identity.token.use',
          attributes: { ...use, 'http.response.status_code': 403 },
        }),
      ),
    ).toMatchObject({
      kind: 'token.use',
      service: 'orders',
      decision: 'forbidden',
      reason: 'permission_denied',
      tokenAgeSeconds: 90,
      ttlSeconds: 3600,
    })
    const call = { 'identity.metadata.endpoint': '169.254.169.254', 'identity.provider': 'aws' }
    expect(
      one(
        span({
          number: 1,
          name: 'identity.metadata.call',
          attributes: { ...call, 'http.response.status_code': 500 },
        }),
      ),
    ).toMatchObject({ kind: 'metadata.call', provider: 'aws', httpStatus: 500, reason: 'platform_error' })
  })

  it('may be an event of another span', () => {
    const events = [{ name: 'identity.metadata.call', attributes: { 'identity.metadata.endpoint': 'imds' } }]
    expect(one(span({ number: 1, name: 'GET /cart', kind: 2, events }))).toMatchObject({
      kind: 'metadata.call',
      endpoint: 'imds',
      outcome: 'success',
    })
  })
})

describe('a span of an SDK', () => {
  const credential = (name: string, failed?: string, thrown?: string) =>
    span({
      number: 3,
      name: `${name}.getToken`,
      ...(failed !== undefined && { failed }),
      ...(thrown !== undefined && {
        events: [
          { name: 'exception', attributes: { 'exception.type': thrown, 'exception.message': failed ?? '' } },
        ],
      }),
    })

  it('is a fetch of the Azure credential that it names', () => {
    expect(one(credential('ManagedIdentityCredential'))).toMatchObject({
      provider: 'azure',
      vantage: 'client',
      credentialType: 'managed',
      credentialId: 'ManagedIdentityCredential',
      identity: { id: 'shop/checkout', service: 'checkout' },
    })
    expect(one(credential('ClientSecretCredential', 'AADSTS7000222: the secret is over'))).toMatchObject({
      outcome: 'failure',
      reason: 'credential_expired',
      code: 'AADSTS7000222',
      identity: { type: 'service-principal' },
    })
  })

  it('of a chain counts only where none of its members applied', () => {
    expect(eventsOf(credential('DefaultAzureCredential'))).toEqual([])
    expect(eventsOf(credential('ManagedIdentityCredential', 'no', 'CredentialUnavailableError'))).toEqual([])
    expect(one(credential('ChainedTokenCredential', 'no', 'AggregateAuthenticationError'))).toMatchObject({
      outcome: 'failure',
    })
    expect(eventsOf(credential('ChainedTokenCredential', 'no', 'AuthenticationError'))).toEqual([])
  })

  it('is a fetch of AWS where it calls the token service, in old and new conventions', () => {
    const sts = { 'rpc.system': 'aws-api', 'rpc.service': 'STS', 'rpc.method': 'AssumeRoleWithWebIdentity' }
    expect(one(client(sts))).toMatchObject({
      provider: 'aws',
      credentialType: 'federated',
      identity: { type: 'role' },
    })
    expect(one(client({ ...sts, 'error.type': 'ExpiredTokenException' }, { failed: 'over' }))).toMatchObject({
      reason: 'credential_expired',
      code: 'ExpiredTokenException',
    })
    expect(one(client({ 'rpc.system.name': 'aws-api', 'rpc.method': 'STS/AssumeRole' }))).toMatchObject({
      provider: 'aws',
    })
    expect(eventsOf(client({ ...sts, 'rpc.method': 'GetCallerIdentity' }))).toEqual([])
    expect(eventsOf(client({ ...sts, 'rpc.service': 'S3', 'rpc.method': 'GetObject' }))).toEqual([])
  })
})

describe('a span of an HTTP client', () => {
  const kindsOf = (url: string, more: Values = {}): readonly string[] =>
    eventsOf(client({ 'url.full': url, ...more })).map(({ kind, provider }) => `${kind} ${provider}`)

  it.each([
    [
      'http://169.254.169.254/metadata/identity/oauth2/token?resource=x',
      ['metadata.call azure', 'token.request azure'],
    ],
    ['http://169.254.169.254/latest/api/token', ['metadata.call aws']],
    [
      'http://169.254.169.254/latest/meta-data/iam/security-credentials/web',
      ['metadata.call aws', 'token.request aws'],
    ],
    [
      'http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/web',
      ['metadata.call aws', 'token.request aws'],
    ],
    ['http://169.254.170.2/v2/credentials/1', ['metadata.call aws', 'token.request aws']],
    ['http://169.254.170.23/v1/credentials', ['metadata.call aws', 'token.request aws']],
    [
      'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
      ['metadata.call gcp', 'token.request gcp'],
    ],
    ['http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/', ['metadata.call gcp']],
    ['http://127.0.0.1:41042/msi/token/?resource=x', ['metadata.call azure', 'token.request azure']],
    ['https://login.microsoftonline.com/contoso/oauth2/v2.0/token', ['token.request azure']],
    ['https://sts.eu-central-1.amazonaws.com/', ['token.request aws']],
    ['https://oauth2.googleapis.com/token', ['token.request gcp']],
    ['https://id.globex.example/realms/shop/protocol/openid-connect/token', ['token.request keycloak']],
    ['https://10.0.0.1/api/v1/namespaces/shop/serviceaccounts/cart/token', ['token.request kubernetes']],
    ['http://169.254.169.254/latest/meta-data/spot/instance-action', []],
    ['https://shop.example/api/token', []],
    ['https://login.microsoftonline.com/contoso/discovery/keys', []],
  ])('to %s is %j', (url, kinds) => {
    expect(kindsOf(url)).toEqual(kinds)
  })

  it('is found by the older conventions, and by host and path alone', () => {
    expect(kindsOf('', { 'http.url': 'http://169.254.169.254/latest/api/token' })).toEqual([
      'metadata.call aws',
    ])
    expect(
      eventsOf(client({ 'server.address': '169.254.169.254', 'url.path': '/latest/api/token' })).map(
        ({ kind }) => kind,
      ),
    ).toEqual(['metadata.call'])
  })

  it('of a server or of another kind is none', () => {
    expect(eventsOf(client({ 'url.full': 'http://169.254.169.254/latest/api/token' }, { kind: 2 }))).toEqual(
      [],
    )
  })

  it('fails as the endpoint answered, or did not', () => {
    const url = { 'url.full': 'http://169.254.169.254/metadata/identity/oauth2/token' }
    const reason = (values: Values) =>
      eventsOf(client({ ...url, ...values }, { failed: '' })).map((event) => event.reason)
    expect(reason({ 'http.response.status_code': 404, 'error.type': '404' })).toEqual(
      Array(2).fill('identity_not_found'),
    )
    expect(reason({ 'http.response.status_code': 429 })).toEqual(Array(2).fill('throttled'))
    expect(reason({ 'http.response.status_code': 410 })).toEqual(Array(2).fill('platform_error'))
    expect(reason({ 'error.type': 'ECONNREFUSED' })).toEqual(Array(2).fill('metadata_unreachable'))
    expect(reason({ 'error.type': 'ConnectTimeoutError' })).toEqual(Array(2).fill('metadata_unreachable'))
  })

  it('counts each attempt, and names the resent ones', () => {
    const resent = one(
      client({ 'url.full': 'https://oauth2.googleapis.com/token', 'http.request.resend_count': 2 }),
    )
    expect(resent).toMatchObject({ attempt: 3 })
  })

  it('leaves out the challenge of Azure Arc, which the next call answers', () => {
    const arc = { 'url.full': 'http://localhost:40342/metadata/identity/oauth2/token' }
    expect(eventsOf(client({ ...arc, 'http.response.status_code': 401 }, { failed: '' }))).toEqual([])
    expect(eventsOf(client({ ...arc, 'http.response.status_code': 200 }))).toHaveLength(2)
  })

  it('shows nothing of a query or of credentials in its URL', () => {
    const url = 'http://user:hunter2@169.254.169.254/metadata/identity/oauth2/token?secret=hunter2'
    const events = eventsOf(client({ 'url.full': url }))
    expect(events).toHaveLength(2)
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })
})

describe('sampling', () => {
  const weigh = (traceState: string, attributes: Values = {}, number = 1) => {
    const [event] = eventsOf(fetchSpan(number, attributes, { traceState }))
    return event && { weight: event.weight, sampling: event.sampling }
  }

  it('weighs a span by what it stands for', () => {
    expect(weigh('ot=th:0')).toEqual({ weight: undefined, sampling: undefined })
    expect(weigh('vendor=1,ot=rv:123456789abcde;th:8')).toEqual({ weight: 2, sampling: undefined })
    expect(weigh('ot=th:c')).toEqual({ weight: 4, sampling: undefined })
    expect(weigh('ot=p:3')).toEqual({ weight: 8, sampling: undefined })
    expect(weigh('', { 'sampling.probability': 0.1 })).toEqual({ weight: 10, sampling: undefined })
    expect(weigh('', { SampleRate: 20 })).toEqual({ weight: 20, sampling: undefined })
    expect(weigh('', { 'microsoft.sample_rate': 25 })).toEqual({ weight: 4, sampling: undefined })
  })

  it('marks a span that does not say it, or that stands for more than can be', () => {
    expect(weigh('')).toEqual({ weight: undefined, sampling: 'unknown' })
    expect(weigh('ot=th:nonsense')).toEqual({ weight: undefined, sampling: 'unknown' })
    expect(weigh('ot=th:ffffffffffffff')).toEqual({ weight: undefined, sampling: 'unknown' })
  })

  it('counts nothing for what was sampled with probability 0', () => {
    expect(eventsOf(fetchSpan(1, {}, { traceState: 'ot=p:63' }))).toEqual([])
  })

  it('rounds fractions so that the sum is right', () => {
    const spans = Array.from({ length: 3000 }, (_, i) => ({
      ...fetchSpan(i, { 'sampling.probability': 0.3 }),
      spanId: ((BigInt(i + 1) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0'),
    }))
    const sum = eventsOf(...spans).reduce((total, { weight = 1 }) => total + weight, 0)
    expect(Math.abs(sum - 10_000)).toBeLessThan(150)
  })
})

describe('several observers of one fetch', () => {
  const imds = client({ 'url.full': 'http://169.254.169.254/metadata/identity/oauth2/token' }, { number: 11 })
  const sdk = span({ number: 12, name: 'ManagedIdentityCredential.getToken' })
  const library = fetchSpan(13)
  const counts = (...spans: readonly Json[]) =>
    eventsOf(...spans).map(({ kind, id }) => `${kind} ${id.at(-1)}`)

  it('count it once, as the one that knows most of the whole', () => {
    expect(counts(imds)).toEqual(['metadata.call b', 'token.request 1'])
    expect(counts(imds, sdk)).toEqual(['metadata.call b', 'token.request c'])
    expect(counts(imds, sdk, library)).toEqual(['metadata.call b', 'token.request d'])
    expect(counts(library, sdk, imds)).toEqual(['token.request d', 'metadata.call b'])
  })

  it('of another process or provider do not count for each other', () => {
    const elsewhere = traces([sdk], { ...checkout, 'service.instance.id': 'checkout-2' })
    const request = {
      resourceSpans: [
        ...(traces([library])['resourceSpans'] as Json[]),
        ...(elsewhere['resourceSpans'] as Json[]),
      ],
    }
    expect(outcomeOf('traces', request).events).toHaveLength(2)
    const google = client({ 'url.full': 'https://oauth2.googleapis.com/token' })
    expect(counts(library, google)).toHaveLength(2)
  })
})

describe('a process', () => {
  it.each([
    [{ 'faas.name': 'resize' }, 'serverless', { kind: 'function', name: 'resize' }],
    [
      { 'cloud.platform': 'azure_app_service', 'service.name': 'web' },
      'paas',
      { kind: 'service', name: 'web' },
    ],
    [{ 'host.name': 'node-1' }, 'vm', { kind: 'vm', name: 'node-1' }],
    [
      { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart-1' },
      'container',
      { kind: 'pod', name: 'shop/cart-1' },
    ],
    [{ 'cicd.pipeline.name': 'build' }, 'cicd', undefined],
  ] as const)('with %j runs in layer %s', (resource, layer, workload) => {
    const [event] = outcomeOf('traces', traces([fetchSpan(1)], resource)).events
    expect([event?.layer, event?.workload]).toEqual([layer, workload])
  })
})
