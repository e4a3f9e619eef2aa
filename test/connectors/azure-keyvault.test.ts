import { describe, expect, it } from 'vitest'
import { azureKeyvault } from '../../src/connectors/azure-keyvault/connector.ts'
import { isRejection, type JsonObject } from '../../src/connectors/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'

const vault = '/SUBSCRIPTIONS/S/RESOURCEGROUPS/ACME/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/ACME-KV'

function record(properties: JsonObject = {}, head: JsonObject = {}): JsonObject {
  return {
    time: '2026-03-12T10:20:30.7886260Z',
    category: 'AuditEvent',
    operationName: 'SecretGet',
    resourceId: vault,
    correlationId: 'c1',
    durationMs: '23',
    identity: { claim: { oid: 'o1', appid: 'a1' } },
    properties: {
      id: 'https://acme-kv.vault.azure.net/secrets/one/v1',
      requestUri: 'https://acme-kv.vault.azure.net/secrets/one?api-version=7.4',
      httpStatusCode: 200,
      ...properties,
    },
    ...head,
  }
}

function eventsOf(given: JsonObject): readonly IdentityEvent[] {
  const mapped = azureKeyvault.map(given)
  if (isRejection(mapped)) throw new Error(mapped.message)
  return mapped
}

describe('ids', () => {
  const idOf = (properties: JsonObject, head: JsonObject = {}): string | undefined =>
    eventsOf(record(properties, head))[0]?.id

  it('differ by every part of the request', () => {
    const ids = [
      idOf({}),
      idOf({ requestUri: undefined }),
      idOf({ requestUri: undefined, id: 'https://acme-kv.vault.azure.net/secrets/two' }),
      idOf({ requestUri: 'https://acme-kv.vault.azure.net/secrets/one?x=1' }),
      idOf({ httpStatusCode: 404 }),
      idOf({}, { correlationId: 'c2' }),
      idOf({}, { durationMs: '24' }),
      idOf({}, { callerIpAddress: '192.0.2.1' }),
      idOf({}, { operationName: 'SecretList' }),
      idOf({}, { time: '2026-03-12T10:20:30.7886261Z' }),
      idOf({}, { identity: { claim: { oid: 'o2' } } }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('give nothing of the secret away', () => {
    expect(idOf({})).toMatch(/^azure-keyvault:1773310830788:[0-9a-f]{16}$/)
  })
})

describe('names of secrets', () => {
  it.each([
    ['https://acme-kv.vault.azure.net/secrets/one/v1', 'one'],
    ['https://acme-kv.vault.azure.net/secrets/one?api-version=7.4', 'one'],
    ['https://acme-kv.vault.azure.net/secrets/one', 'one'],
    ['https://acme-kv.vault.azure.net/', 'unknown'],
  ])('is read from %s', (id, secret) => {
    expect(eventsOf(record({ id }))[0]).toMatchObject({ kind: 'secret.read', vault: 'acme-kv', secret })
  })

  it('stand in no other field', () => {
    const [read, use] = eventsOf(record())
    expect(JSON.stringify({ ...read, secret: undefined })).not.toContain('"one"')
    expect(JSON.stringify(use)).not.toContain('one/')
  })
})

describe('detection', () => {
  it('leaves audit events of other services alone', () => {
    expect(azureKeyvault.detect(record())).toBe(true)
    const other = '/SUBSCRIPTIONS/S/RESOURCEGROUPS/ACME/PROVIDERS/MICROSOFT.APPCONFIGURATION/STORES/X'
    expect(azureKeyvault.detect(record({}, { resourceId: other }))).toBe(false)
    expect(azureKeyvault.detect(record({}, { resourceId: undefined }))).toBe(false)
  })
})
