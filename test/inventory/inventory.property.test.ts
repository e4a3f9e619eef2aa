import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IdentityEvent } from '../../src/events/event.ts'
import { reachable } from '../../src/inventory/chaining.ts'
import type { Fact } from '../../src/inventory/facts.ts'
import { Inventory } from '../../src/inventory/inventory.ts'
import { byText } from '../../src/inventory/names.ts'
import { globTest } from '../../src/inventory/scope.ts'
import { anAssignmentChange, aTokenUse } from '../support/event.ts'

const principals = ['p0', 'p1', 'p2']
const root = '/subscriptions/s'
const azureScopes = [
  '/',
  root,
  `${root}/resourcegroups/a`,
  `${root}/resourcegroups/ab`,
  ...['a', 'ab'].flatMap((group) =>
    ['x', 'y'].map((name) => `${root}/resourcegroups/${group}/providers/p/t/${name}`),
  ),
]
const awsScopes = [
  'arn:aws:s3:::a',
  'arn:aws:s3:::ab',
  'arn:aws:s3:::a*',
  'arn:aws:s3:::*b',
  'arn:*:s3:*:1:*',
  'arn:*:*:*:1:*',
  'arn:aws:sqs:eu:1:q',
  'arn:aws:sqs:eu:2:q',
]

const azureGrant = fc
  .record({
    principal: fc.constantFrom(...principals),
    scope: fc.constantFrom(...azureScopes),
    conditions: fc.constantFrom([], ['if']),
  })
  .map((grant): Fact => ({ fact: 'grant', provider: 'azure', role: 'r', ...grant }))
const member = fc
  .record({ group: fc.constantFrom(...principals), member: fc.constantFrom(...principals) })
  .map((pair): Fact => ({ fact: 'member', provider: 'azure', ...pair }))
const resource = fc
  .constantFrom(...azureScopes.slice(4))
  .map((id): Fact => ({ fact: 'resource', provider: 'azure', id }))
const awsRole = fc
  .record({
    principal: fc.constantFrom('arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b'),
    scope: fc.constantFrom(...awsScopes),
    n: fc.nat(4),
  })
  .map(({ principal, scope, n }): Fact[] => [
    {
      fact: 'role',
      provider: 'aws',
      id: `${principal}#${n}${scope}`,
      reaches: [{ scope, conditions: [] }],
      assumes: [],
      denies: [],
    },
    { fact: 'grant', provider: 'aws', principal, role: `${n}${scope}`, scope: '1', conditions: [] },
  ])
const facts = fc
  .tuple(
    fc.array(fc.oneof(azureGrant, member, resource), { maxLength: 12 }),
    fc.array(awsRole, { maxLength: 6 }),
  )
  .map(([a, b]) => [...a, ...b.flat()])

function inventoryOf(list: readonly Fact[]): Inventory {
  const inventory = new Inventory()
  inventory.replace({ source: 's', takenAt: 0, facts: list })
  return inventory
}

function radii(inventory: Inventory): unknown {
  return [...inventory.graph.principals.keys()]
    .sort(byText)
    .map((key) => [
      key,
      inventory.granted(key),
      inventory.grantedResources(key, 99),
      inventory.compromise(key),
    ])
}

describe('a radius', () => {
  it('never shrinks when a grant is added, for anybody', () => {
    fc.assert(
      fc.property(
        facts,
        fc.oneof(
          azureGrant.map((grant) => [grant]),
          awsRole,
        ),
        (list, added) => {
          const [before, after] = [inventoryOf(list), inventoryOf([...list, ...added])]
          for (const key of before.graph.principals.keys()) {
            expect(after.granted(key).count).toBeGreaterThanOrEqual(before.granted(key).count)
            expect(after.granted(key).certain).toBeGreaterThanOrEqual(before.granted(key).certain)
            expect(after.compromise(key).count).toBeGreaterThanOrEqual(before.compromise(key).count)
          }
        },
      ),
    )
  })

  it('does not depend on the order of the facts', () => {
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), (list, random) => {
        const keyed = list.map((fact) => [random.next().value ?? 0, fact] as const)
        const shuffled = keyed.toSorted(([a], [b]) => a - b).map(([, fact]) => fact)
        expect(radii(inventoryOf(shuffled))).toEqual(radii(inventoryOf(list)))
      }),
    )
  })

  it('is what looking at each pair of scope and resource gives', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(azureGrant, resource), { maxLength: 12 }), (list) => {
        const inventory = inventoryOf(list)
        const grants = list.filter((fact) => fact.fact === 'grant')
        const leaf = /\/providers\//
        const known = new Set(
          list.flatMap((fact) =>
            fact.fact === 'resource'
              ? [fact.id]
              : fact.fact === 'grant' && leaf.test(fact.scope)
                ? [fact.scope]
                : [],
          ),
        )
        for (const key of principals) {
          const scopes = new Set(
            grants.filter(({ principal }) => principal === key).map(({ scope }) => scope),
          )
          const inside = (id: string) =>
            [...scopes].some((scope) => scope === '/' || id === scope || id.startsWith(`${scope}/`))
          const expected =
            [...known].filter(inside).length + [...scopes].filter((scope) => !leaf.test(scope)).length
          expect(inventory.granted(key).count).toBe(expected)
          expect(inventory.grantedResources(key, 99)).toEqual([...known].filter(inside).sort(byText))
        }
      }),
    )
  })
})

const event = fc.oneof(
  fc
    .record({
      who: fc.constantFrom(...principals),
      scope: fc.constantFrom(...azureScopes),
      op: fc.constantFrom('granted' as const, 'removed' as const),
      time: fc.nat(4),
    })
    .map(
      ({ who, ...rest }): IdentityEvent =>
        anAssignmentChange({
          ...rest,
          role: 'r',
          principal: who,
          identity: { id: who, type: 'role', tenant: '' },
        }),
    ),
  fc
    .record({
      who: fc.constantFrom(...principals),
      resource: fc.constantFrom(...azureScopes.slice(4)),
      time: fc.nat(4),
    })
    .map(
      ({ who, ...rest }): IdentityEvent =>
        aTokenUse({ ...rest, identity: { id: who, type: 'role', tenant: '' } }),
    ),
)

describe('what events teach', () => {
  it('comes to the same whether they come before, between or after the snapshots, in any order', () => {
    fc.assert(
      fc.property(facts, fc.array(event, { maxLength: 12 }), fc.nat(12), (list, events, at) => {
        const first = new Inventory()
        for (const one of events) first.apply(one)
        first.replace({ source: 's', takenAt: 2, facts: list })
        const second = new Inventory()
        for (const one of events.slice(at).toReversed()) second.apply(one)
        second.replace({ source: 's', takenAt: 2, facts: list })
        radii(second)
        for (const one of events.slice(0, at)) second.apply(one)
        expect(radii(second)).toEqual(radii(first))
        expect(second.findings(9)).toEqual(expect.arrayContaining([...first.findings(9)]))
      }),
    )
  })

  it('is the same when every event comes twice', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const [once, twice] = [new Inventory(), new Inventory()]
        for (const one of events) once.apply(one)
        for (const one of [...events, ...events]) twice.apply(one)
        expect(twice.learned.lessons).toEqual(once.learned.lessons)
      }),
    )
  })
})

describe('chaining', () => {
  it('reaches what following every edge reaches, and is certain where only certain edges do', () => {
    const edge = fc.record({ from: fc.nat(5), to: fc.nat(5), isCertain: fc.boolean() })
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 15 }), (edges) => {
        const closure = (usable: typeof edges): string[] => {
          const found = new Set([0])
          for (let round = 0; round < 6; round++)
            for (const { from, to } of usable) if (found.has(from)) found.add(to)
          return [...found]
            .filter((n) => n !== 0)
            .map(String)
            .sort(byText)
        }
        const steps = (key: string) =>
          edges
            .filter(({ from }) => String(from) === key)
            .map(({ to, isCertain }) => ({ target: String(to), conditions: isCertain ? [] : ['if'] }))
        const found = [...reachable('0', steps)]
        expect(found.map(([key]) => key).sort(byText)).toEqual(closure(edges))
        expect(
          found
            .filter(([, { isCertain }]) => isCertain)
            .map(([key]) => key)
            .sort(byText),
        ).toEqual(closure(edges.filter(({ isCertain }) => isCertain)))
      }),
    )
  })
})

describe('the patterns of IAM', () => {
  it('match what the regular expression does', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '/'), maxLength: 8 })
    fc.assert(
      fc.property(words, words, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
        expect(globTest(pattern)(text)).toBe(expression.test(text))
      }),
      { numRuns: 1000 },
    )
  })
})
