import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/app/config.ts'
import { type connectorsOf, loadMappings, requireConnectors } from '../../src/app/connector-files.ts'
import { problemLine } from '../../src/app/errors.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { outcomesOf } from '../support/outcomes.ts'

const example = (name: string) => `docs/mappings/${name}.yaml`

function problemsOf(text: string): readonly string[] {
  return loadMappings([{ path: 'm.yaml', text }]).problems.map(problemLine)
}

function outcomes(connectors: ReturnType<typeof connectorsOf>, ...records: readonly object[]) {
  const bytes = Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'))
  return outcomesOf(connectors, bytes)
}

function eventsOf(
  connectors: ReturnType<typeof connectorsOf>,
  ...records: readonly object[]
): IdentityEvent[] {
  return outcomes(connectors, ...records).flatMap(({ events }) => events ?? [])
}

const issued = {
  app: 'token-broker',
  grant: 'exchange',
  at: '2026-01-01T00:00:00.250Z',
  outcome: 'issued',
  took_ms: 41,
  broker: {
    request: 'r-1',
    client: 'checkout',
    audience: 'api://ledger',
    ttl: 900,
    jti: 'j-1',
    'assertion.iss': 'https://idp.acme.example',
    'assertion.sub': 'repo:acme/shop:ref:refs/heads/main',
    access_token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln',
  },
}

describe('the worked example of a token broker', () => {
  const connectors = requireConnectors([example('token-broker')])

  it('turns what was issued into a token.request with all that the record says', () => {
    expect(JSON.parse(JSON.stringify(outcomes(connectors, issued)))).toEqual([
      {
        source: 'token-broker',
        events: [
          {
            id: 'token-broker:r-1',
            time: Date.UTC(2026, 0, 1, 0, 0, 0, 250),
            provider: 'other',
            source: 'token-broker',
            layer: 'container',
            identity: { id: 'checkout', type: 'service-principal', tenant: '' },
            app: '',
            outcome: 'success',
            correlation: { tokenId: 'j-1' },
            kind: 'token.request',
            vantage: 'issuer',
            audience: 'api://ledger',
            latencyMs: 41,
            ttlSeconds: 900,
            credentialType: 'federated',
            federation: {
              issuer: 'https://idp.acme.example',
              subject: 'repo:acme/shop:ref:refs/heads/main',
            },
          },
        ],
      },
    ])
  })

  it('gives reasons by the table, and unknown for a code that is not in it', () => {
    const failed = (code: string) => ({ ...issued, outcome: 'refused', error: { code } })
    const found = eventsOf(connectors, failed('E_RATE'), failed('E_SUBJECT'), failed('E_NEW'))
    expect(found.map(({ outcome, reason, fault, code }) => [outcome, reason, fault, code])).toEqual([
      ['failure', 'throttled', 'platform', 'E_RATE'],
      ['failure', 'federation_mismatch', 'caller', 'E_SUBJECT'],
      ['failure', 'unknown', 'platform', 'E_NEW'],
    ])
  })

  it('rejects a record without a time, naming the field', () => {
    const { at: _, ...timeless } = issued
    expect(outcomes(connectors, timeless)).toEqual([
      {
        source: 'token-broker',
        rejection: { reason: 'missing_field', message: 'at: expected when it happened' },
      },
    ])
  })

  it('never reads the token that stands beside', () => {
    expect(JSON.stringify(outcomes(connectors, issued))).not.toContain('eyJ')
  })
})

describe('the worked example of a role desk', () => {
  const connectors = requireConnectors([example('role-desk')])
  const granted = {
    desk_event: 'role.granted',
    epoch: 1_767_225_600,
    to: 'batch',
    role: 'reader',
    by: 'ines@acme.example',
  }

  it('turns a grant into an assignment.change, with constants where the record is silent', () => {
    expect(eventsOf(connectors, granted)).toMatchObject([
      {
        kind: 'assignment.change',
        op: 'granted',
        time: Date.UTC(2026, 0, 1),
        identity: { id: 'batch', type: 'service-account', tenant: 'acme' },
        principal: 'batch',
        role: 'reader',
        scope: '/',
        actor: { id: 'ines@acme.example', type: 'user' },
        outcome: 'success',
      },
    ])
  })

  it('gives one record one id, and another record another', () => {
    const ids = eventsOf(connectors, granted, granted, { ...granted, role: 'writer' }).map(({ id }) => id)
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })
})

describe('a mapping file', () => {
  const good = readFileSync(example('token-broker'), 'utf8')

  it('is right as the examples are', () => {
    expect(problemsOf(good)).toEqual([])
  })

  it.each([
    [
      'a key that nobody knows',
      good.replace('kind:', 'sort: x\nkind:'),
      'm.yaml:4:1: error: unknown key "sort"',
    ],
    [
      'a kind that there is not',
      good.replace('token.request', 'token.asked'),
      'kind must be one of token.request',
    ],
    [
      'a path that is none',
      good.replace('broker.client', 'broker..client'),
      'm.yaml:12:13: error: fields.identity is no path',
    ],
    ['a wrapper', good.replace('broker.client', 'message.client'), 'begins with message, a wrapper'],
    ['a key that attacks', good.replace('broker.client', '__proto__.client'), '__proto__'],
    ['no time', good.replace('  time: at\n', ''), 'fields must give time, the path of a field'],
    [
      'a reason that there is not',
      good.replace('reason: throttled', 'reason: slow'),
      'codes[0].reason must be one of',
    ],
    [
      'the name of a built-in connector',
      good.replace('name: token-broker', 'name: okta'),
      'is the name of a built-in connector',
    ],
    ['results that nobody calls good', good.replace('success: [issued]\n', ''), 'needs success'],
    [
      'an operation of another kind',
      readFileSync(example('role-desk'), 'utf8').replace(': granted', ': disabled'),
      'operation must be granted, removed or changed',
    ],
  ])('is refused with its place: %s', (_, text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message)
    expect(problemsOf(text).join('\n')).toMatch(/^m\.yaml:\d+:\d+: error: /)
  })

  it('needs a name of its own', () => {
    const { problems } = loadMappings([
      { path: 'a.yaml', text: good },
      { path: 'b.yaml', text: good },
    ])
    expect(problems.map(problemLine)).toEqual([
      'b.yaml:2:7: error: name "token-broker" is taken by another mapping: each needs its own',
    ])
  })
})

describe('access logs of the configuration', () => {
  const text = `connectors:
  accessLog:
    - name: payments-api
      detect: [{ field: logger, equals: payments.access }]
      fields: { time: ts, identity: CLIENT.sub, service: route, status: http.status }
      identityType: service-account
`
  const load = (yaml: string) => loadConfig('c.yaml', {}, () => yaml)
  const record = {
    logger: 'payments.access',
    ts: 1_767_225_600_500,
    client: { sub: 'checkout' },
    route: '/refunds',
    http: { status: 403 },
  }

  it('are read by where their fields stand, in any letter case', () => {
    const connectors = requireConnectors([], load(text).config?.connectors.accessLog)
    expect(eventsOf(connectors, record)).toMatchObject([
      {
        kind: 'token.use',
        source: 'payments-api',
        time: Date.UTC(2026, 0, 1, 0, 0, 0, 500),
        layer: 'edge',
        identity: { id: 'checkout', type: 'service-account' },
        service: '/refunds',
        decision: 'forbidden',
        reason: 'permission_denied',
      },
    ])
  })

  it('need a principal and a status', () => {
    const { problems } = load(text.replace(', status: http.status', ''))
    expect(problems.map(problemLine)).toEqual([
      'c.yaml:5:7: error: connectors.accessLog[0].fields must give status, the path of a field',
    ])
  })
})

describe('configured connectors', () => {
  it('go before the built-in ones, and change nothing for the records of those', () => {
    const connectors = requireConnectors([example('token-broker'), example('role-desk')])
    expect(connectors.map(({ id }) => id)).toEqual([
      'token-broker',
      'role-desk',
      ...availableConnectors.map(({ id }) => id),
    ])
    const folder = new URL('../../src/connectors/kubernetes-audit/fixtures/', import.meta.url)
    const bytes = readFileSync(
      new URL('issuance-is-for-the-service-account-not-for-the-requester.json', folder),
    )
    expect(outcomesOf(connectors, bytes)).toEqual(outcomesOf(availableConnectors, bytes))
  })
})
