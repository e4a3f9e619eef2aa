import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRejection, type JsonObject } from '../../src/connectors/connector.ts'
import { gcpAudit } from '../../src/connectors/gcp-audit/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'

const account = 'checkout@acme-prod.iam.gserviceaccount.com'

function entry(payload: JsonObject, head: JsonObject = {}): JsonObject {
  return {
    insertId: 'acme000001',
    logName: 'projects/acme-prod/logs/cloudaudit.googleapis.com%2Fdata_access',
    timestamp: '2026-11-20T09:15:00.293368631Z',
    resource: { type: 'gcs_bucket', labels: { project_id: 'acme-prod' } },
    protoPayload: {
      serviceName: 'storage.googleapis.com',
      methodName: 'storage.objects.get',
      resourceName: 'projects/_/buckets/acme-orders/objects/a.csv',
      authenticationInfo: { principalEmail: account },
      ...payload,
    },
    ...head,
  }
}

function firstOf(record: JsonObject): IdentityEvent {
  const mapped = gcpAudit.map(record)
  const [first] = isRejection(mapped) ? [] : mapped
  if (first === undefined) throw new Error('expected an event')
  return first
}

describe('detection', () => {
  it('leaves the entries of the Kubernetes API to kubernetes-audit', () => {
    expect(gcpAudit.detect(entry({}))).toBe(true)
    expect(gcpAudit.detect(entry({ serviceName: 'k8s.io' }))).toBe(false)
    expect(gcpAudit.detect(entry({ serviceName: undefined, methodName: 'io.k8s.core.v1.pods.get' }))).toBe(
      false,
    )
  })

  it('knows the management of clusters from the calls to their API', () => {
    const method = 'google.container.v1.ClusterManager.DeleteCluster'
    expect(gcpAudit.detect(entry({ serviceName: 'container.googleapis.com', methodName: method }))).toBe(true)
  })

  it('leaves log entries without an audit payload alone', () => {
    expect(gcpAudit.detect({ insertId: 'a', logName: 'projects/acme/logs/events' })).toBe(false)
  })
})

describe('tenants', () => {
  const tenantOf = (principalEmail: string): string =>
    firstOf(entry({ authenticationInfo: { principalEmail } })).identity.tenant

  it.each([
    ['caller@acme-ci.iam.gserviceaccount.com', 'acme-ci'],
    ['caller@ci.acme.example.iam.gserviceaccount.com', 'acme.example:ci'],
    ['service-desk@acme-ci.iam.gserviceaccount.com', 'acme-ci'],
    ['service-100000000001@gcp-sa-pubsub.iam.gserviceaccount.com', 'acme-prod'],
    ['100000000001-compute@developer.gserviceaccount.com', 'acme-prod'],
    ['ana@acme.example', 'acme-prod'],
  ])("gives %s its own project, or the entry's: %s", (email, expected) => {
    expect(tenantOf(email)).toBe(expected)
  })

  it('come from the log name where the resource has no project', () => {
    const record = entry({ authenticationInfo: { principalEmail: 'ana@acme.example' } }, { resource: {} })
    expect(firstOf(record).identity.tenant).toBe('acme-prod')
  })
})

describe('outcomes', () => {
  it('has one for each gRPC code, and success for none that denies', () => {
    const failing = Array.from({ length: 17 }, (_, code) => code).filter(
      (code) => firstOf(entry({ status: { code } })).outcome === 'failure',
    )
    expect(failing).toEqual([2, 4, 7, 8, 13, 14, 15, 16])
  })

  it('reads codes that were exported as text', () => {
    expect(firstOf(entry({ status: { code: '7' } })).reason).toBe('permission_denied')
    expect(firstOf(entry({ status: { code: '0' } })).outcome).toBe('success')
  })

  it('is not misled by the word expired in a time-out', () => {
    const exchange = {
      serviceName: 'sts.googleapis.com',
      methodName: 'google.identity.sts.v1.SecurityTokenService.ExchangeToken',
    }
    const message = 'Deadline expired before operation could complete.'
    expect(firstOf(entry({ ...exchange, status: { code: 4, message } })).reason).toBe('timeout')
  })
})

describe('any record', () => {
  it('gives events or a rejection, and never throws', () => {
    const payloadKeys = [
      'serviceName',
      'methodName',
      'resourceName',
      'authenticationInfo',
      'status',
      'request',
    ]
    const more = ['metadata', 'serviceData', 'policyViolationInfo', 'response']
    const change = fc.record({ key: fc.constantFrom(...payloadKeys, ...more), value: fc.jsonValue() })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const payload = Object.fromEntries(changes.map(({ key, value }) => [key, value as JsonObject]))
        const mapped = gcpAudit.map(entry(payload))
        return isRejection(mapped) ? mapped.message.length > 10 : mapped.length > 0
      }),
    )
  })
})
