import { describe, expect, it } from 'vitest'
import { whereMatches } from '../../src/objectives/matching.ts'
import { type WhereField, whereFields } from '../../src/objectives/objective.ts'
import { aTokenRequest, aTokenUse, checkoutOwner } from '../support/event.ts'

const use = aTokenUse({
  identity: {
    id: 'identity-1',
    name: 'checkout-api',
    type: 'service-account',
    tenant: 'cluster-1',
    namespace: 'shop',
  },
  workload: { kind: 'pod', name: 'checkout-7f9c' },
})

const texts: Readonly<Record<Exclude<WhereField, 'audience'>, string>> = {
  provider: 'azure',
  app: 'checkout',
  team: 'payments',
  criticality: 'critical',
  identity: 'identity-1',
  identityType: 'service-account',
  tenant: 'cluster-1',
  namespace: 'shop',
  layer: 'vm',
  source: 'azure-entra',
  service: 'storage',
  workload: 'checkout-7f9c',
}

describe('a where', () => {
  it('that asks for nothing selects everything', () => {
    expect(whereMatches({}, use, checkoutOwner)).toBe(true)
    expect(whereMatches({ app: undefined }, use, checkoutOwner)).toBe(true)
  })

  it.each(Object.entries(texts))('selects by %s: %j, exactly, by glob or out of a list', (field, text) => {
    const matches = (...patterns: string[]): boolean =>
      whereMatches({ [field]: patterns }, use, checkoutOwner)
    expect(matches(text)).toBe(true)
    expect(matches(`${text.slice(0, 2)}*`)).toBe(true)
    expect(matches('other', text)).toBe(true)
    expect(matches('other')).toBe(false)
    expect(matches(text.toUpperCase())).toBe(false)
    expect(matches()).toBe(false)
  })

  it('selects an identity by its name as well as by its id', () => {
    expect(whereMatches({ identity: ['checkout-*'] }, use, checkoutOwner)).toBe(true)
  })

  it('selects by audience among requests, and by service among uses, and nothing else by either', () => {
    const request = aTokenRequest()
    expect(whereMatches({ audience: ['vault.*'] }, request, checkoutOwner)).toBe(true)
    expect(whereMatches({ audience: ['*'] }, use, checkoutOwner)).toBe(false)
    expect(whereMatches({ service: ['*'] }, request, checkoutOwner)).toBe(false)
  })

  it('wants all of its fields to match', () => {
    expect(whereMatches({ app: ['checkout'], service: ['storage'] }, use, checkoutOwner)).toBe(true)
    expect(whereMatches({ app: ['checkout'], service: ['queue'] }, use, checkoutOwner)).toBe(false)
  })

  it('does not select by a field that an event does not have, not even by a star', () => {
    const bare = aTokenUse({ identity: { id: 'a', type: 'unknown', tenant: '' } })
    const without = whereFields.filter((field) => !whereMatches({ [field]: ['*'] }, bare, checkoutOwner))
    expect(without).toEqual(['namespace', 'audience', 'workload'])
  })
})
