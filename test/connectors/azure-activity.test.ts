import { describe, expect, it } from 'vitest'
import { azureActivity } from '../../src/connectors/azure-activity/connector.ts'
import { isRejection, type JsonObject } from '../../src/connectors/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'

const resourceId = '/subscriptions/S/resourceGroups/acme/providers/Microsoft.Compute/virtualMachines/v'
const issuedAt = 1_773_310_000

function record(head: JsonObject = {}, claims: JsonObject = {}): JsonObject {
  return {
    time: new Date((issuedAt + 600) * 1000).toISOString(),
    category: 'Administrative',
    operationName: 'Microsoft.Compute/virtualMachines/write',
    resultType: 'Success',
    resourceId,
    correlationId: 'c1',
    identity: {
      claims: { appid: 'a1', iat: String(issuedAt), exp: String(issuedAt + 3600), ...claims },
    },
    ...head,
  }
}

function eventsOf(given: JsonObject): readonly IdentityEvent[] {
  const mapped = azureActivity.map(given)
  if (isRejection(mapped)) throw new Error(mapped.message)
  return mapped
}

describe('age of the token at use', () => {
  it.each([
    ['at the moment of issue', 0, 0],
    ['before the end of its life', 3600, 3600],
    ['after the end of its life', 3601, undefined],
    ['before it was issued', -1, undefined],
  ])('is told %s', (_, seconds, age) => {
    const time = new Date((issuedAt + seconds) * 1000).toISOString()
    expect(eventsOf(record({ time }))[0]).toMatchObject({ tokenAgeSeconds: age, ttlSeconds: 3600 })
  })
})

describe('detection', () => {
  it('leaves resource logs and the directory alone', () => {
    expect(azureActivity.detect(record())).toBe(true)
    expect(azureActivity.detect(record({ category: 'StorageRead', operationName: 'GetBlob' }))).toBe(false)
    expect(azureActivity.detect(record({ category: 'Policy', operationName: 'Update policy' }))).toBe(false)
    const directory = '/tenants/T/providers/Microsoft.aadiam'
    expect(azureActivity.detect(record({ category: 'Policy', resourceId: directory }))).toBe(false)
  })
})

describe('ids of records without an event id', () => {
  const idOf = (head: JsonObject): string | undefined => eventsOf(record(head))[0]?.id

  it('differ by what was done, to what, when and with which result', () => {
    const ids = [
      {},
      { operationName: 'Microsoft.Compute/virtualMachines/delete' },
      { resourceId: `${resourceId}2` },
      { time: '2026-03-12T10:20:00Z' },
      { resultType: 'Failure' },
      { correlationId: 'c2' },
    ].map(idOf)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('do not differ by letter case', () => {
    expect(idOf({ resourceId: resourceId.toUpperCase(), resultType: 'SUCCESS' })).toBe(idOf({}))
  })
})
