import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRejection, type JsonObject } from '../../src/connectors/connector.ts'
import { kubernetesAudit } from '../../src/connectors/kubernetes-audit/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'

const checkout = 'system:serviceaccount:shop:checkout'

function call(overrides: JsonObject): JsonObject {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: '0c0ffee0-0000-4000-8000-000000000001',
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: checkout },
    objectRef: { resource: 'configmaps', namespace: 'shop', name: 'settings' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-20T09:15:00.000000Z',
    stageTimestamp: '2026-11-20T09:15:00.005000Z',
    ...overrides,
  }
}

function eventsOf(record: JsonObject): readonly IdentityEvent[] {
  const mapped = kubernetesAudit.map(record)
  if (isRejection(mapped)) throw new Error(`rejected: ${mapped.message}`)
  return mapped
}

function only(record: JsonObject): IdentityEvent {
  const [event, ...others] = eventsOf(record)
  if (event === undefined || others.length > 0) throw new Error('expected one event')
  return event
}

describe('detection', () => {
  it('recognises an audit event with or without its kind', () => {
    expect(kubernetesAudit.detect(call({}))).toBe(true)
    expect(kubernetesAudit.detect(call({ kind: undefined, apiVersion: undefined }))).toBe(true)
  })

  it('leaves events that kubectl shows, and logs of nodes, alone', () => {
    const podEvent = { kind: 'Event', apiVersion: 'v1', reason: 'BackOff', message: 'Back-off restarting' }
    expect(kubernetesAudit.detect(podEvent)).toBe(false)
    expect(kubernetesAudit.detect({ logName: 'projects/acme/logs/events', insertId: 'a' })).toBe(false)
  })

  it('leaves other Google Cloud log entries to their connector', () => {
    const payload = { serviceName: 'container.googleapis.com', methodName: 'google.container.v1.Create' }
    expect(kubernetesAudit.detect({ protoPayload: payload })).toBe(false)
  })
})

describe('identities', () => {
  const typeOf = (username: string): unknown => {
    const mapped = kubernetesAudit.map(call({ user: { username } }))
    return isRejection(mapped) ? mapped.reason : mapped[0]?.identity.type
  }

  it.each([
    ['system:serviceaccount:kube-system:coredns', 'service-account'],
    ['deployer@acme-prod.iam.gserviceaccount.com', 'service-account'],
    ['kubernetes-admin', 'user'],
    ['system:admin', 'user'],
    ['system:node:node-a1', 'not_relevant'],
    ['system:kube-controller-manager', 'not_relevant'],
    ['system:bootstrap:ab12cd', 'not_relevant'],
    ['eks:node-manager', 'not_relevant'],
    ['aksService', 'not_relevant'],
    ['system:anonymous', 'not_relevant'],
  ])('takes %s for %s', (username, expected) => {
    expect(typeOf(username)).toBe(expected)
  })

  it('keeps the requester of a token out of the issuance', () => {
    const record = call({
      verb: 'create',
      user: { username: 'ana@acme.example' },
      objectRef: { resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'checkout' },
      responseStatus: { code: 201 },
    })
    expect(JSON.stringify(only(record))).not.toContain('ana')
  })
})

describe('token latency', () => {
  const latencyOf = (received: string | undefined, ended: string): unknown => {
    const event = only(
      call({
        verb: 'create',
        objectRef: { resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'checkout' },
        requestReceivedTimestamp: received,
        stageTimestamp: ended,
      }),
    )
    return event.kind === 'token.request' ? event.latencyMs : 'no issuance'
  }

  it.each([
    ['2026-11-20T09:15:00.000000Z', '2026-11-20T09:15:00.003417Z', 3.417],
    ['2026-11-20T09:15:59.999999Z', '2026-11-20T09:16:00.000001Z', 0.002],
    ['2026-11-20T09:15:00Z', '2026-11-20T09:15:02Z', 2000],
    ['2026-11-20T09:15:00.25Z', '2026-11-20T09:15:00.5Z', 250],
    ['2026-11-20T09:15:00.000000123Z', '2026-11-20T09:15:00.001000999Z', 1],
  ])('is exact to the microsecond from %s to %s', (received, ended, expected) => {
    expect(latencyOf(received, ended)).toBe(expected)
  })

  it('is left out where it cannot be known', () => {
    expect(latencyOf('2026-11-20T09:15:02Z', '2026-11-20T09:15:00Z')).toBeUndefined()
    expect(latencyOf(undefined, '2026-11-20T09:15:00Z')).toBeUndefined()
    expect(latencyOf('soon', '2026-11-20T09:15:00Z')).toBeUndefined()
  })
})

describe('any record', () => {
  it('gives events or a rejection, and never throws', () => {
    const keys = Object.keys(call({}))
    const change = fc.record({ key: fc.constantFrom(...keys), value: fc.jsonValue() })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const record = call(Object.fromEntries(changes.map(({ key, value }) => [key, value as JsonObject])))
        const mapped = kubernetesAudit.map(record)
        return isRejection(mapped) ? mapped.message.length > 10 : mapped.length > 0
      }),
    )
  })
})
