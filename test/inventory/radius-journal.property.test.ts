import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce } from '../../src/app/steps.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import type { Fact } from '../../src/inventory/facts.ts'
import { Inventory } from '../../src/inventory/inventory.ts'
import { RadiusJournal, radiusSliceMs } from '../../src/inventory/radius-journal.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { anAssignmentChange } from '../support/event.ts'

const root = '/subscriptions/s'
const scopes = [root, ...['a', 'b'].map((name) => `${root}/resourcegroups/g/providers/p/t/${name}`)]
const people = ['p0', 'p1', 'p2']
/** The first two are listed, and the first is in a group. */
const listed: readonly Fact[] = [
  ...scopes.slice(1).map((id): Fact => ({ fact: 'resource', provider: 'azure', id })),
  { fact: 'grant', provider: 'azure', principal: 'p0', role: 'r', scope: scopes[1] ?? '', conditions: [] },
  { fact: 'grant', provider: 'azure', principal: 'p1', role: 'r', scope: scopes[2] ?? '', conditions: [] },
  { fact: 'member', provider: 'azure', group: 'team', member: 'p0' },
  { fact: 'principal', provider: 'azure', id: 'team', type: 'group', tenant: '' },
]
const takenAt = 5 * radiusSliceMs

const event = fc
  .record({
    who: fc.constantFrom(...people, 'team'),
    scope: fc.constantFrom(...scopes),
    op: fc.constantFrom('granted' as const, 'removed' as const),
    time: fc.integer({ min: 0, max: 9 * radiusSliceMs }),
  })
  .map(
    ({ who, ...rest }): IdentityEvent =>
      anAssignmentChange({
        ...rest,
        role: 'r',
        principal: who,
        identity: { id: who, type: 'unknown', tenant: '' },
      }),
  )

type Net = Map<string, number>

/** One process: what it knows, and what it told in all. */
class Told {
  readonly inventory = new Inventory()
  readonly journal = new RadiusJournal()
  net: Net
  #oldest = Number.POSITIVE_INFINITY
  #newest = Number.NEGATIVE_INFINITY

  constructor(net: Net = new Map()) {
    this.net = net
    this.inventory.replace({ source: 's', takenAt, facts: listed })
  }

  take(one: IdentityEvent): void {
    const change = this.inventory.apply(one)
    if (change !== undefined) this.journal.note(change)
    this.see(one.time)
  }

  see(time: number): void {
    this.#oldest = Math.min(this.#oldest, time)
    this.#newest = Math.max(this.#newest, time)
  }

  get seen(): readonly number[] {
    return [this.#oldest, this.#newest].filter(Number.isFinite)
  }

  round(): Generator<void, void> {
    return this.journal.round(this.inventory, this.#oldest, this.#newest, {
      about: (identity) => identity,
      observed: (identity, { slice, value, count }) => {
        const key = `${identity} ${slice} ${value}`
        const sum = (this.net.get(key) ?? 0) + count
        if (sum < 0) throw new Error(`${key} is taken back and was never told`)
        if (sum === 0) this.net.delete(key)
        else this.net.set(key, sum)
      },
    })
  }
}

/** All at once, in the order of time. */
function truth(events: readonly IdentityEvent[]): Net {
  const told = new Told()
  for (const one of events.toSorted((a, b) => a.time - b.time)) told.take(one)
  atOnce(told.round())
  return told.net
}

const step = fc.oneof(
  event.map((one) => ({ is: 'event' as const, one })),
  fc.constant({ is: 'round' as const }),
  fc.nat(3).map((steps) => ({ is: 'part of a round' as const, steps })),
  fc.constant({ is: 'commit' as const }),
  fc.constant({ is: 'kill' as const }),
)

describe('what is told of radii', () => {
  it('comes to the same whatever the order of events, and wherever rounds, commits and kills fall', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        let told = new Told()
        const store = new ChunkStore()
        const radii = new ChunkStore()
        let committed: { net: Net; seen: readonly number[] } = { net: new Map(), seen: [] }
        let since: IdentityEvent[] = []
        let open = told.round()
        const events: IdentityEvent[] = []
        for (const one of steps) {
          if (one.is === 'event') {
            told.take(one.one)
            since.push(one.one)
            events.push(one.one)
          } else if (one.is === 'round') {
            atOnce(open)
            atOnce(told.round())
          } else if (one.is === 'part of a round') {
            if (open.next().done === true) open = told.round()
            for (let i = 0; i <= one.steps; i++) open.next()
          } else if (one.is === 'commit') {
            store.save(told.inventory.learned)
            radii.save(told.journal)
            committed = { net: new Map(told.net), seen: told.seen }
            since = []
          } else {
            told = new Told(new Map(committed.net))
            open = told.round()
            store.restore(told.inventory.learned)
            radii.restore(told.journal)
            for (const time of committed.seen) told.see(time)
            for (const again of since) told.take(again)
          }
        }
        atOnce(open)
        atOnce(told.round())
        expect(told.net).toEqual(truth(events))
      }),
      { numRuns: 500 },
    )
  })

  it('is one value for each identity and slice between the oldest and the newest event', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (events) => {
        const times = events.map(({ time }) => time)
        const first = Math.floor(Math.min(...times) / radiusSliceMs)
        const end = Math.floor(Math.max(...times) / radiusSliceMs)
        const slices = [...truth(events).keys()].map((key) => key.split(' ').slice(0, 2).join(' '))
        const expected = ['p0', 'p1'].flatMap((who) =>
          Array.from({ length: end - first }, (_, i) => `${who} ${first + i}`),
        )
        expect(new Set(slices.filter((key) => !key.startsWith('p2')))).toEqual(new Set(expected))
        expect(slices).toHaveLength(new Set(slices).size)
      }),
    )
  })
})
