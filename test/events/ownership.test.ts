import { describe, expect, it } from 'vitest'
import type { Identity } from '../../src/events/event.ts'
import { type OwnershipRule, ownerOf } from '../../src/events/ownership.ts'

const identity: Identity = {
  id: 'arn:aws:iam::111122223333:role/payments/checkout/api',
  name: 'checkout-api',
  type: 'role',
  tenant: '111122223333',
  namespace: 'shop',
  path: '/payments/checkout/',
  repository: 'acme/checkout',
}

function rule(match: OwnershipRule['match'], app = 'matched'): OwnershipRule {
  return { match, app }
}

describe('the owner of an identity', () => {
  it.each([
    ['id', 'arn:aws:iam::*:role/payments/*'],
    ['name', 'checkout-*'],
    ['path', '/payments/*'],
    ['namespace', 'shop'],
    ['repository', 'acme/*'],
    ['provider', 'aws'],
    ['tenant', '1111?2223333'],
  ])('can be selected by %s %j', (field, pattern) => {
    expect(ownerOf([rule({ [field]: pattern })], identity, 'aws').app).toBe('matched')
    expect(ownerOf([rule({ [field]: `${pattern}-other` })], identity, 'aws').isOwned).toBe(false)
  })

  it('is of a rule only when all of its fields match', () => {
    expect(ownerOf([rule({ name: 'checkout-*', provider: 'aws' })], identity, 'aws').isOwned).toBe(true)
    expect(ownerOf([rule({ name: 'checkout-*', provider: 'aws' })], identity, 'gcp').isOwned).toBe(false)
  })

  it('is of no rule on a field that the identity does not have, not even of a star', () => {
    const bare: Identity = { id: 'a', type: 'unknown', tenant: '' }
    for (const field of ['name', 'path', 'namespace', 'repository'])
      expect(ownerOf([rule({ [field]: '*' })], bare, 'other').isOwned).toBe(false)
    expect(ownerOf([rule({ tenant: '*' })], bare, 'other').isOwned).toBe(true)
  })

  it('is that of the first rule that matches', () => {
    const rules = [
      rule({ name: 'other' }, 'none'),
      rule({ name: '*' }, 'first'),
      rule({ name: '*' }, 'second'),
    ]
    expect(ownerOf(rules, identity, 'aws').app).toBe('first')
  })

  it('takes team and criticality from its rule, and has defaults for both', () => {
    expect(ownerOf([{ ...rule({}), team: 'payments', criticality: 'critical' }], identity, 'aws')).toEqual({
      app: 'matched',
      team: 'payments',
      criticality: 'critical',
      isOwned: true,
    })
    expect(ownerOf([rule({})], identity, 'aws')).toEqual({
      app: 'matched',
      team: 'unowned',
      criticality: 'standard',
      isOwned: true,
    })
  })

  it.each<[string, Partial<Identity>, string]>([
    ['namespace', {}, 'shop'],
    ['last part of its path', { namespace: undefined }, 'checkout'],
    ['repository', { namespace: undefined, path: '/' }, 'acme/checkout'],
    ['name', { namespace: undefined, path: undefined, repository: undefined }, 'checkout-api'],
    [
      'id',
      { namespace: undefined, path: undefined, repository: undefined, name: undefined },
      'arn:aws:iam::111122223333:role/payments/checkout/api',
    ],
    ['being a person', { type: 'user' }, 'people'],
  ])('is suggested by its %s where no rule matches, and never missing', (_, changes, app) => {
    expect(ownerOf([], { ...identity, ...changes }, 'aws')).toEqual({
      app,
      team: 'unowned',
      criticality: 'standard',
      isOwned: false,
    })
  })
})
