import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce } from '../../../src/app/steps.ts'
import type { AssignmentChange } from '../../../src/events/event.ts'
import { grantKey, type HeldGrant } from '../../../src/inventory/drift/held-grant.ts'
import { type Listing, placeOf } from '../../../src/inventory/drift/listing.ts'
import { RightsHeld } from '../../../src/inventory/drift/rights-held.ts'
import { Tellings } from '../../../src/inventory/drift/tellings.ts'
import type { Fact } from '../../../src/inventory/facts.ts'
import { byText } from '../../../src/inventory/names.ts'
import { aBaseline, aListing, differences } from '../../support/drift.ts'
import { anAssignmentChange } from '../../support/event.ts'

/** Few of each, so that lists and events often speak of the same right; two bindings that give the same one. */
const grants: readonly HeldGrant[] = ['clusters/-', 'clusters/-/namespaces/a'].flatMap((scope) =>
  ['p', 'q'].flatMap((principal) =>
    ['RoleBinding/a/x', 'RoleBinding/a/y'].map(
      (binding): HeldGrant => ({
        provider: 'kubernetes',
        principal,
        role: 'ClusterRole/view',
        scope,
        binding,
      }),
    ),
  ),
)
const aGrant = fc.constantFrom(...grants)
const time = fc.nat(5)

const listing = fc
  .record({ source: fc.constantFrom('s', 't', 'u'), takenAt: time, list: fc.array(aGrant, { maxLength: 5 }) })
  .map(({ source, takenAt, list }): Listing => {
    const facts = list.map(
      ({ binding, ...rest }): Fact => ({ fact: 'grant', ...rest, via: binding, conditions: [] }),
    )
    return aListing({ source, takenAt, facts })
  })

function scopeInEvents({ scope }: HeldGrant): string {
  return scope === 'clusters/-' ? 'cluster' : scope.slice('clusters/-/'.length)
}

const granting = fc
  .record({
    grant: aGrant,
    time,
    op: fc.constantFrom('granted' as const, 'removed' as const, 'changed' as const),
  })
  .map(({ grant, ...rest }) =>
    anAssignmentChange({
      ...rest,
      provider: 'kubernetes',
      identity: { id: grant.principal, type: 'unknown', tenant: '' },
      principal: grant.principal,
      role: grant.role,
      scope: scopeInEvents(grant),
      binding: grant.binding,
    }),
  )
const deletion = fc
  .record({ name: fc.constantFrom('RoleBinding/a/x', 'RoleBinding/a/y', 'RoleBinding/a/*'), time })
  .map(({ name, time: at }) =>
    anAssignmentChange({
      provider: 'kubernetes',
      time: at,
      op: 'removed',
      identity: { id: name, type: 'unknown', tenant: '' },
      principal: name,
      role: name,
    }),
  )
const changes = fc
  .array(fc.oneof({ weight: 3, arbitrary: granting }, { weight: 1, arbitrary: deletion }), { maxLength: 8 })
  .map((list) => list.map((change, i): AssignmentChange => ({ ...change, id: `e${i}` })))
const listings = fc.array(listing, { maxLength: 3 })
const baselines = fc.uniqueArray(aGrant, { maxLength: 4, selector: grantKey }).map((list) => aBaseline(list))

function tellingsOf(list: readonly AssignmentChange[]): Tellings<string> {
  const tellings = new Tellings<string>()
  for (const change of list) tellings.add(change, change.id)
  return tellings
}

describe('differences from a baseline', () => {
  it('do not depend on the order of events and lists, nor on what comes twice', () => {
    fc.assert(
      fc.property(
        baselines,
        listings,
        changes,
        fc.infiniteStream(fc.nat()),
        (baseline, lists, events, random) => {
          const shuffled = <T>(all: readonly T[]): readonly T[] =>
            all
              .map((one) => [random.next().value ?? 0, one] as const)
              .toSorted(([a], [b]) => a - b)
              .map(([, one]) => one)
          const plain = tellingsOf(events)
          const other = tellingsOf(shuffled([...events, ...events]))
          expect(differences(baseline, shuffled(lists), other)).toEqual(differences(baseline, lists, plain))
          for (const grant of grants) expect(other.newest(grant)).toEqual(plain.newest(grant))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('are none from the baseline that was written from the same lists and events', () => {
    fc.assert(
      fc.property(listings, changes, (lists, events) => {
        const tellings = tellingsOf(events)
        const written = aBaseline(atOnce(RightsHeld.of(lists, tellings)).all())
        expect(differences(written, lists, tellings)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('without events are those of two sets, removals where a list of the place has them not', () => {
    fc.assert(
      fc.property(baselines, listings, (baseline, lists) => {
        const listed = new Map(
          lists.flatMap((list) => [...list.grants.keys()].map((key) => [key, list] as const)),
        )
        const covered = new Set(lists.flatMap((list) => [...list.covers]))
        const expected = [
          ...[...listed.keys()].filter((key) => !baseline.grants.has(key)).map((key) => `granted ${key}`),
          ...[...baseline.grants]
            .filter(([key, grant]) => !listed.has(key) && covered.has(placeOf(grant) ?? ''))
            .map(([key]) => `removed ${key}`),
        ]
        const found = differences(baseline, lists, tellingsOf([]))
        expect(found.map(({ op, grant }) => `${op} ${grantKey(grant)}`).sort(byText)).toEqual(
          expected.sort(byText),
        )
        expect(found.every(({ isTold, takenAt }) => !isTold && takenAt !== undefined)).toBe(true)
      }),
    )
  })

  it('without lists are those of the newest event of each right', () => {
    fc.assert(
      fc.property(
        baselines,
        fc.array(granting, { maxLength: 8 }).map((all) => all.map((one, i) => ({ ...one, id: `e${i}` }))),
        (baseline, events) => {
          const found = differences(baseline, [], tellingsOf(events))
          const keys = new Set(grants.map(grantKey))
          const expected = [...keys].flatMap((key) => {
            const own = events.filter(
              ({ principal, scope }) =>
                key.includes(`\n${principal}\n`) && key.endsWith(scope === 'cluster' ? '/-' : scope),
            )
            const last = Math.max(...own.map((event) => event.time))
            const ops = own.filter((event) => event.time === last).map(({ op }) => op)
            if (ops.length === 0) return []
            const isHeld = !ops.includes('removed')
            if (isHeld === baseline.grants.has(key)) return []
            return [`${isHeld ? 'granted' : 'removed'} ${key}`]
          })
          expect(found.map(({ op, grant }) => `${op} ${grantKey(grant)}`).sort(byText)).toEqual(
            expected.sort(byText),
          )
          expect(found.every(({ isTold }) => isTold)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
