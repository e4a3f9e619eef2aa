import { describe, expect, it } from 'vitest'
import { differencesFrom } from '../../../src/inventory/drift/differences.ts'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'
import { type Listing, listingOf } from '../../../src/inventory/drift/listing.ts'
import { SilentChanges } from '../../../src/inventory/drift/silent-changes.ts'
import { Tellings } from '../../../src/inventory/drift/tellings.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import { aBaseline } from '../../support/drift.ts'
import { anAssignmentChange, noon } from '../../support/event.ts'
import { anAssignment, read, reader, subscription } from '../../support/inventory.ts'

const grant = (principal: string): HeldGrant => ({
  provider: 'azure',
  principal,
  role: reader,
  scope: subscription,
})

function listing(takenAt: number, ...principals: readonly string[]): Listing {
  const { facts } = read(principals.map((principal) => anAssignment(principal, subscription)))
  return listingOf({ source: 'assignments.json', takenAt, facts })
}

function told(...changes: readonly Parameters<typeof anAssignmentChange>[0][]): Tellings<undefined> {
  const tellings = new Tellings<undefined>()
  for (const change of changes) {
    const id = change?.principal ?? 'b'
    tellings.add(
      anAssignmentChange({
        role: reader,
        scope: subscription,
        principal: id,
        identity: { id, type: 'service-principal', tenant: '' },
        ...change,
      }),
      undefined,
    )
  }
  return tellings
}

const baseline = aBaseline([grant('a'), grant('c')])
const silent = (lists: readonly Listing[], tellings = told()) =>
  new SilentChanges().take(differencesFrom(baseline, lists, tellings), lists)

describe('a change that only a list shows', () => {
  it('becomes an unexpected change of unknown actor, at the time of the list', () => {
    expect(silent([listing(noon, 'a', 'b')])).toEqual([
      expect.objectContaining({
        kind: 'assignment.change',
        op: 'granted',
        time: noon,
        provider: 'azure',
        source: 'inventory',
        identity: {
          id: 'b',
          name: 'b',
          type: 'service-principal',
          tenant: '2f6b1c04-8e93-4d7a-b5f0-91c3a7de4460',
        },
        principal: 'b',
        role: reader,
        scope: subscription,
        actor: { id: 'unknown', type: 'unknown' },
        expected: false,
      }),
      expect.objectContaining({ op: 'removed', principal: 'c', time: noon, expected: false }),
    ])
  })

  it('is none where an event told of it: that was judged by itself', () => {
    const list = listing(noon, 'a', 'b', 'c')
    expect(silent([list], told({ time: noon - 5 }))).toEqual([])
    expect(silent([listing(noon, 'a')], told({ principal: 'c', op: 'removed', time: noon - 5 }))).toEqual([])
    // Newer than the list, too: the list does not show what is there now.
    expect(silent([list], told({ op: 'removed', time: noon + 5 }))).toEqual([])
    expect(silent([listing(noon, 'a')], told({ principal: 'c', time: noon + 5 }))).toEqual([])
  })

  it('is one where events told the contrary before the list was taken', () => {
    expect(silent([listing(noon, 'a', 'b', 'c')], told({ op: 'removed', time: noon - 5 }))).toHaveLength(1)
    expect(silent([listing(noon, 'a')], told({ principal: 'c', time: noon - 5 }))).toHaveLength(1)
  })

  it('is no removal where no list of the place was read', () => {
    const elsewhere = read([anAssignment('a', '/subscriptions/other')]).facts
    const lists = [listingOf({ source: 's', takenAt: noon, facts: elsewhere })]
    expect(silent(lists).map(({ op }) => op)).toEqual(['granted'])
  })

  it('comes once for as long as it lasts, and again when it came back', () => {
    const changes = new SilentChanges()
    const at = (time: number, ...principals: readonly string[]) => {
      const lists = [listing(time, ...principals)]
      return changes.take(differencesFrom(baseline, lists, told()), lists).map(({ id, op }) => `${op} ${id}`)
    }
    const first = at(noon, 'a', 'b', 'c')
    expect(first).toHaveLength(1)
    expect(at(noon + 1, 'a', 'b', 'c')).toEqual([])
    expect(at(noon + 2, 'a', 'c')).toEqual([])
    const again = at(noon + 3, 'a', 'b', 'c')
    expect(again).toHaveLength(1)
    expect(again).not.toEqual(first)
  })

  it('is remembered through a restart', () => {
    const lists = [listing(noon, 'a', 'b', 'c')]
    const differences = differencesFrom(baseline, lists, told())
    const before = new SilentChanges()
    before.take(differences, lists)
    const store = new ChunkStore()
    store.save(before)
    const after = new SilentChanges()
    store.restore(after)
    expect(after.take(differences, lists)).toEqual([])
  })
})
