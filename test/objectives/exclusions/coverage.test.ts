import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverage, coverages, whereKey } from '../../../src/objectives/exclusions/coverage.ts'
import { whereMatches } from '../../../src/objectives/matching.ts'
import type { Where } from '../../../src/objectives/objective.ts'
import { arbitraryDeliveries } from '../../support/arbitrary-event.ts'
import { noon } from '../../support/event.ts'
import { anExclusion } from '../../support/exclusion.ts'
import { anObjective, aTarget } from '../../support/objective.ts'

describe('what a `where` covers of an objective', () => {
  it.each([
    ['everything without one', undefined, { app: ['checkout'] }, 'all'],
    ['everything that is empty', {}, {}, 'all'],
    ['the same', { app: ['checkout'] }, { app: ['checkout'] }, 'all'],
    ['one of several', { app: ['search', 'checkout'] }, { app: ['checkout'], tenant: ['a'] }, 'all'],
    ['a glob of the exact value', { app: ['check*'] }, { app: ['checkout'] }, 'all'],
    ['the same glob', { app: ['check*'] }, { app: ['check*'] }, 'all'],
    ['one of the two that are asked for', { app: ['checkout'] }, { app: ['checkout', 'search'] }, 'some'],
    ['a field that is not asked for', { app: ['checkout'] }, {}, 'some'],
    ['perhaps some of a glob', { app: ['checkout'] }, { app: ['check*'] }, 'some'],
    ['another value', { app: ['billing'] }, { app: ['checkout'] }, 'none'],
    ['another value beside the same', { provider: ['aws'], app: ['billing'] }, { app: ['checkout'] }, 'none'],
    ['another text of an identity, which may be its name', { identity: ['a'] }, { identity: ['b'] }, 'some'],
  ] as const)('is, for %s, %o of %o: %s', (_, where, objective, expected) => {
    expect(coverage(where, objective)).toBe(expected)
  })

  it('holds for any event', () => {
    const values = {
      provider: ['azure', 'a*'],
      app: ['checkout', 'search', 'people', '*e*'],
      identity: ['api', 'checkout-api', 'worker', 'w*'],
      tenant: ['tenant-1', 'tenant-2', 'tenant-?'],
      service: ['storage', 'queue', '*'],
      workload: ['pod-1', 'pod-*'],
    } as const
    const field = (of: readonly string[]) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.subarray([...of], { minLength: 1 }) },
      )
    const wheres: fc.Arbitrary<Where> = fc.record({
      provider: field(values.provider),
      app: field(values.app),
      identity: field(values.identity),
      tenant: field(values.tenant),
      service: field(values.service),
      workload: field(values.workload),
    })
    fc.assert(
      fc.property(wheres, wheres, arbitraryDeliveries(noon, 1000), (where, objective, deliveries) => {
        const found = coverage(where, objective)
        for (const { event, owner } of deliveries) {
          if (!whereMatches(objective, event, owner)) continue
          if (found === 'all') expect(whereMatches(where, event, owner)).toBe(true)
          if (found === 'none') expect(whereMatches(where, event, owner)).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is told for each part of a composite', () => {
    const sli = (app: string) => ({ indicator: 'token-issuance', where: { app: [app] } }) as const
    const part = (app: string) => ({ name: app, sli: sli(app), weight: 1, target: aTarget('99') })
    const composite = anObjective({ sli: undefined, parts: [part('checkout'), part('search')] })
    expect(coverages(anExclusion([], { app: ['search'] }), composite)).toEqual(['none', 'all'])
    expect(coverages(anExclusion([], { app: ['search'] }), anObjective())).toEqual(['none'])
  })
})

describe('the key of a `where`', () => {
  it('is the same for the same selection, however it is written', () => {
    const key = whereKey({ app: ['b', 'a', 'b'], tenant: ['t'], service: undefined })
    expect(whereKey({ tenant: ['t'], app: ['a', 'b'] })).toBe(key)
    expect(whereKey({ tenant: ['a', 'b'], app: ['t'] })).not.toBe(key)
    expect(whereKey({ app: ['a,b'], tenant: ['t'] })).not.toBe(key)
  })
})
