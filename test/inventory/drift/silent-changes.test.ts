import { describe, expect, it } from 'vitest'
import { atOnce } from '../../../src/app/steps.ts'
import type { AssignmentChange } from '../../../src/events/event.ts'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'
import type { Listing } from '../../../src/inventory/drift/listing.ts'
import { SilentChanges } from '../../../src/inventory/drift/silent-changes.ts'
import { Tellings } from '../../../src/inventory/drift/tellings.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import { aBaseline, aListing, differences } from '../../support/drift.ts'
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
  return aListing({ source: 'assignments.json', takenAt, facts })
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

function looked(
  at: SilentChanges,
  lists: readonly Listing[],
  { tellings = told(), complete = Number.POSITIVE_INFINITY } = {},
): readonly AssignmentChange[] {
  const found: AssignmentChange[] = []
  atOnce(at.look(differences(baseline, lists, tellings), lists, complete, (change) => found.push(change)))
  return found
}

const silent = (lists: readonly Listing[], tellings = told()) =>
  looked(new SilentChanges(), lists, { tellings })

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
    const lists = [aListing({ source: 's', takenAt: noon, facts: elsewhere })]
    expect(silent(lists).map(({ op }) => op)).toEqual(['granted'])
  })

  it('comes once for as long as it lasts, and again when it came back', () => {
    const changes = new SilentChanges()
    const at = (time: number, ...principals: readonly string[]) => {
      return looked(changes, [listing(time, ...principals)]).map(({ id, op }) => `${op} ${id}`)
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
    const before = new SilentChanges()
    expect(looked(before, lists)).toHaveLength(1)
    const store = new ChunkStore()
    store.save(before)
    const after = new SilentChanges()
    store.restore(after)
    expect(looked(after, lists)).toEqual([])
    looked(after, [listing(noon + 1, 'a', 'c')])
    store.save(after)
    expect(store.size).toBe(0)
  })

  it('waits until events have passed the list that showed it first, be it in another process', () => {
    const before = new SilentChanges()
    expect(looked(before, [listing(noon, 'a', 'b', 'c')], { complete: noon - 1 })).toEqual([])
    expect(before.oldestWaiting).toBe(noon)
    const store = new ChunkStore()
    store.save(before)
    const after = store.restore(new SilentChanges())
    expect(after.oldestWaiting).toBe(noon)
    // Lists that come more often than events keep nobody waiting.
    const next = listing(noon + 9, 'a', 'b', 'c')
    expect(looked(after, [next], { complete: noon }).map(({ time }) => time)).toEqual([noon])
    expect(after.oldestWaiting).toBe(Number.POSITIVE_INFINITY)
  })

  it('is none where an event told of it while it waited', () => {
    const changes = new SilentChanges()
    const list = listing(noon, 'a', 'b', 'c')
    expect(looked(changes, [list], { complete: noon - 1 })).toEqual([])
    expect(looked(changes, [list], { tellings: told({ time: noon - 5 }) })).toEqual([])
    expect(changes.oldestWaiting).toBe(Number.POSITIVE_INFINITY)
  })

  it('is told once where a look was left off between any two of them', () => {
    const lists = [listing(noon, 'a', 'b', 'c', 'd', 'e')]
    for (let steps = 0; steps < 5; steps++) {
      const changes = new SilentChanges()
      const found: AssignmentChange[] = []
      const work = () =>
        changes.look(differences(baseline, lists, told()), lists, noon, (one) => found.push(one))
      const first = work()
      for (let i = 0; i < steps; i++) first.next()
      first.return()
      atOnce(work())
      expect(found.map(({ principal }) => principal)).toEqual(['b', 'd', 'e'])
    }
  })

  it('waits for room where there is none, and is counted', () => {
    const changes = new SilentChanges(1)
    expect(looked(changes, [listing(noon, 'a', 'b', 'c', 'd')])).toHaveLength(1)
    expect(changes.forgotten).toBe(1)
    expect(looked(changes, [listing(noon + 1, 'a', 'c', 'd')])).toHaveLength(0)
    expect(looked(changes, [listing(noon + 1, 'a', 'c', 'd')]).map(({ principal }) => principal)).toEqual([
      'd',
    ])
  })

  it('says whom it concerns as events do, also of whom no list knows any more', () => {
    const grant = {
      provider: 'kubernetes',
      principal: 'prod/system:serviceaccount:shop:checkout',
      role: 'ClusterRole/view',
      scope: 'clusters/prod/namespaces/shop',
    } as const
    const found: AssignmentChange[] = []
    const gone = { op: 'removed', grant, isTold: false, takenAt: noon } as const
    atOnce(new SilentChanges().look([gone], [], noon, (change) => found.push(change)))
    expect(found).toMatchObject([
      {
        layer: 'container',
        identity: { id: 'system:serviceaccount:shop:checkout', tenant: 'prod', namespace: 'shop' },
      },
    ])
  })
})
