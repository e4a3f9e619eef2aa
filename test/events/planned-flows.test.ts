import { describe, expect, it } from 'vitest'
import { flowsOf, isPlanned, type PlannedFlow } from '../../src/events/planned-flows.ts'
import { aTokenRequest, aTokenUse } from '../support/event.ts'

const origin = {
  identity: { id: 'arn:aws:iam::1:role/orders-api', name: 'orders-api', type: 'role', tenant: '1' },
  provider: 'aws',
  app: 'orders',
  workload: 'shop/orders-0',
  service: 's3',
} as const

const names = (flow: Partial<PlannedFlow>, from: Parameters<typeof flowsOf>[1] = origin): number =>
  flowsOf([{ name: 'flow', service: '*', ...flow }], from).length

describe('the flows of an origin', () => {
  it.each<[string, Partial<PlannedFlow>, number]>([
    ['the id', { identity: 'arn:aws:iam::1:role/*' }, 1],
    ['the name', { identity: 'orders-api' }, 1],
    ['another name', { identity: 'orders' }, 0],
    ['the application', { app: 'ord*' }, 1],
    ['another application', { app: 'checkout' }, 0],
    ['the workload', { workload: 'shop/orders-?' }, 1],
    ['another workload', { workload: 'shop/web-?' }, 0],
    ['the provider and the account', { identity: '*', provider: 'a*', tenant: '1' }, 1],
    ['another account', { identity: '*', tenant: '2' }, 0],
    ['the service', { identity: '*', service: 's3' }, 1],
    ['another service', { identity: '*', service: 'sqs' }, 0],
    ['one field of two', { identity: 'orders-api', app: 'checkout' }, 0],
  ])('are chosen by %s', (_, flow, count) => {
    expect(names(flow)).toBe(count)
  })

  it('do not take a missing workload for any workload', () => {
    expect(names({ workload: '*' }, { ...origin, workload: undefined })).toBe(0)
  })
})

describe('a use', () => {
  const flow = (resources?: readonly string[]): PlannedFlow => ({ name: 'f', service: 's3', resources })

  it('is planned if any flow covers its resource', () => {
    const use = aTokenUse({ resource: 'arn:aws:s3:::acme-orders' })
    expect(isPlanned([], use)).toBe(false)
    expect(isPlanned([flow()], use)).toBe(true)
    expect(isPlanned([flow(['arn:aws:s3:::acme-web', '*-orders'])], use)).toBe(true)
    expect(isPlanned([flow(['*-web']), flow(['*-logs'])], use)).toBe(false)
  })

  it('is a request for a token as well, which names no resource', () => {
    expect(isPlanned([flow()], aTokenRequest())).toBe(true)
    expect(isPlanned([flow(['*'])], aTokenRequest())).toBe(false)
  })

  it('whose resource is not known is planned only where all resources are', () => {
    expect(isPlanned([flow(['*'])], aTokenUse())).toBe(false)
    expect(isPlanned([flow(['*']), flow()], aTokenUse())).toBe(true)
  })
})
