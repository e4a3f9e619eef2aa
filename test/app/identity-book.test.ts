import { describe, expect, it } from 'vitest'
import { IdentityBook, type IdentityBookOptions } from '../../src/app/identity-book.ts'
import type { Identity, IdentityEvent } from '../../src/events/event.ts'
import type { OwnershipRule } from '../../src/events/ownership.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { EventCounters } from '../../src/outputs/event-counters.ts'
import { keyedPseudonym } from '../../src/platform/pseudonym.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { anObjective } from '../support/objective.ts'

function request(identity: Partial<Identity> = {}, changes: Partial<IdentityEvent> = {}): IdentityEvent {
  const event: IdentityEvent = {
    kind: 'token.request',
    id: 'x',
    time: 0,
    provider: 'azure',
    source: 'azure-entra',
    layer: 'vm',
    identity: { id: 'i', type: 'service-principal', tenant: 't', ...identity },
    app: '',
    outcome: 'success',
    vantage: 'issuer',
    audience: '',
  }
  return Object.assign(event, changes)
}

function bookOf(
  changes: Partial<IdentityBookOptions> = {},
  objectives: readonly Objective[] = [],
  former?: IdentityBook,
): IdentityBook {
  const engine = new Engine(objectives, availableIndicators, { fineMs: 7_200_000, slicesMs: 7_200_000 })
  const options = {
    rules: [],
    policy: { people: true, machines: false },
    pseudonym: keyedPseudonym('test'),
    ...changes,
  }
  return new IdentityBook(options, engine, new EventCounters(10_000), former)
}

/** Indicators that requests are judged by, each with a total. */
const totals = availableIndicators.filter(({ kinds }) => kinds.includes('token.request')).length

/** What the pipeline does with an event. */
function seen(book: IdentityBook, event: IdentityEvent): void {
  book.count(book.entryOf(event), event)
}

describe('what is known of identities', () => {
  it('finds the owner by what each record says, and reports each identity once', () => {
    const rules: readonly OwnershipRule[] = [{ match: { name: 'checkout' }, app: 'shop', team: 'shop-team' }]
    for (const names of [
      [undefined, 'checkout', 'checkout'],
      ['checkout', 'checkout', undefined],
    ]) {
      const book = bookOf({ rules })
      for (const [time, name] of names.entries()) seen(book, request({ name }, { time, outcome: 'failure' }))
      expect(book.entryOf(request({ name: 'checkout' })).owner.app).toBe('shop')
      expect(book.entryOf(request()).owner).toMatchObject({ app: 'i', isOwned: false })
      expect(book.top(10)).toEqual([
        expect.objectContaining({
          identity: expect.objectContaining({ id: 'i', name: 'checkout' }),
          owner: expect.objectContaining({ app: 'shop' }),
          events: 3,
          failures: 3,
          lastSeen: 2,
        }),
      ])
    }
  })

  it('keeps a person apart from a machine of the same id: no name slips through', () => {
    const book = bookOf()
    const id = 'jane.doe@example.com'
    seen(book, request({ id, type: 'service-principal' }))
    const person = book.entryOf(request({ id, type: 'user', name: 'Jane Doe' }))
    expect(person.identity).toEqual({ id: keyedPseudonym('test')(id), type: 'user', tenant: 't' })
    expect(person.owner.app).toBe('people')
  })

  it('orders by failures, then events, then name', () => {
    const book = bookOf()
    const many: readonly (readonly [string, number, number])[] = [
      ['a', 1, 0],
      ['b', 9, 0],
      ['c', 3, 2],
      ['d', 1, 0],
      ['e', 5, 2],
    ]
    for (const [id, events, failures] of many)
      for (let i = 0; i < events; i++)
        seen(book, request({ id }, { outcome: i < failures ? 'failure' : 'success' }))
    expect(book.top(4).map(({ identity }) => identity.id)).toEqual(['e', 'c', 'b', 'a'])
  })

  it('come back from the store as they were, people as pseudonyms, and go on counting', () => {
    const person = { id: 'ada@acme.example', name: 'Ada', type: 'user' } as const
    const before = bookOf()
    seen(before, request({}, { outcome: 'failure', time: 5 }))
    seen(before, request(person, { time: 7 }))
    const store = new ChunkStore()
    store.save(before.tallies)
    expect(store.text()).not.toContain('Ada')
    expect(store.text()).not.toContain('ada@acme')
    const after = bookOf()
    store.restore(after.tallies)
    expect(after.top(5)).toEqual(before.top(5))
    for (const book of [before, after]) {
      seen(book, request(person, { time: 9 }))
      seen(book, request({}, { time: 6 }))
    }
    expect(after.top(5)).toEqual(before.top(5))
    expect(after.top(5).map(({ events, lastSeen }) => [events, lastSeen])).toEqual([
      [2, 6],
      [2, 9],
    ])
  })

  it('are in the store under their new description after a change of pseudonyms, and once', () => {
    const store = new ChunkStore()
    const before = bookOf({ policy: { people: false, machines: false } })
    seen(before, request({ id: 'ada', type: 'user' }))
    store.save(before.tallies)
    const after = bookOf({}, [], before)
    store.save(after.tallies)
    expect(store.size).toBe(1)
    expect(store.text()).not.toContain('ada')
    const restored = bookOf()
    store.restore(restored.tallies)
    expect(restored.top(5)).toEqual(after.top(5))
  })

  it('routes by service, audience and workload only where an objective selects on them', () => {
    const plain = bookOf()
    const [a, b] = [request({}, { audience: 'a' }), request({}, { audience: 'b' })]
    expect(plain.routeOf(a, plain.entryOf(a))).toBe(plain.routeOf(b, plain.entryOf(b)))
    const sli = { indicator: 'token-issuance', where: { audience: ['a'] } } as const
    const selective = bookOf({}, [anObjective({ sli })])
    const routes = [a, b].map((event) => selective.routeOf(event, selective.entryOf(event)).targets.length)
    // Judged for the totals of the indicators, and for the objective.
    expect(routes).toEqual([totals + 1, totals])
  })

  it('routes by service, and by workload where a flow names one, to the planned flows of the owner', () => {
    const rules: readonly OwnershipRule[] = [{ match: { id: 'i' }, app: 'shop' }]
    const of = (flows: IdentityBookOptions['flows'], service: string, workload?: string) => {
      const book = bookOf({ rules, flows })
      return [service, 'other'].map((each) => {
        const event: IdentityEvent = {
          ...request(),
          kind: 'token.use',
          service: each,
          decision: 'allowed',
          workload: workload === undefined ? undefined : { kind: 'pod', name: workload },
        }
        return book.routeOf(event, book.entryOf(event)).flows?.map(({ name }) => name)
      })
    }
    const flows = [
      { name: 'a', app: 'shop', service: 's3' },
      { name: 'b', identity: 'i', workload: 'web-*', service: 's3' },
      { name: 'c', app: 'i', service: 's3' },
    ]
    expect(of(undefined, 's3')).toEqual([undefined, undefined])
    expect(of([], 's3')).toEqual([[], []])
    expect(of(flows, 's3')).toEqual([['a'], []])
    expect(of(flows, 's3', 'web-0')).toEqual([['a', 'b'], []])
  })

  it('has one list of targets for all identities that are judged for the same', () => {
    const sli = { indicator: 'token-issuance', where: { identity: ['a*'] } } as const
    const book = bookOf({}, [anObjective({ sli })])
    const [a1, a2, b] = ['a1', 'a2', 'b'].map((id) => {
      const event = request({ id })
      return book.routeOf(event, book.entryOf(event)).targets
    })
    expect(a1).toHaveLength(totals + 1)
    expect(a2).toBe(a1)
    expect(b).toHaveLength(totals)
  })

  it('tells ids apart that are parts of larger texts, and one description from another of the same id', () => {
    const book = bookOf()
    const ids = Array.from({ length: 500 }, (_, i) => `arn:aws:iam::111122223333:role/job-${i}`)
    const parts = ids.join(' ').split(' ')
    const entries = ids.map((id) => book.entryOf(request({ id, name: `name of ${id}` })))
    for (const [i, id] of parts.entries()) {
      expect(book.entryOf(request({ id, name: `name of ${id}` }))).toBe(entries[i])
      expect(book.entryOf(request({ id, name: 'other' })).raw).toMatchObject({ id, name: 'other' })
      expect(book.entryOf(request({ id, name: `name of ${id}` }))).toBe(entries[i])
    }
  })

  it('stays bounded, and keeps those with failures, when ids never end', () => {
    const book = bookOf()
    seen(book, request({ id: 'troubled' }, { outcome: 'failure' }))
    for (let i = 0; i < 120_000; i++) book.entryOf(request({ id: `i${i}` }))
    expect(book.tallies.size).toBeLessThanOrEqual(100_000)
    expect(book.top(1)[0]?.identity.id).toBe('troubled')
  })

  it('stays bounded when one id comes under names that never end', () => {
    const book = bookOf()
    for (let i = 0; i < 1000; i++) book.entryOf(request({ name: `n${i}` }))
    expect(book.tallies.size).toBeLessThanOrEqual(32)
  })

  it('stays bounded when one identity calls services that never end', () => {
    const sli = { indicator: 'token-issuance', where: { audience: ['a*'] } } as const
    const book = bookOf({}, [anObjective({ sli })])
    for (let i = 0; i < 1000; i++) {
      const event = request({}, { audience: `a${i}` })
      expect(book.routeOf(event, book.entryOf(event)).targets).toHaveLength(totals + 1)
    }
    expect(book.entryOf(request()).routes.length).toBeLessThanOrEqual(64)
  })

  it('goes on with the counts of the book before it, under the new rules', () => {
    const former = bookOf()
    seen(former, request({ name: 'checkout' }, { outcome: 'failure', time: 7 }))
    seen(former, request({ id: 'jane', type: 'user' }))
    const rules = [{ match: { name: 'checkout' }, app: 'shop' }]
    const book = bookOf({ rules, pseudonym: keyedPseudonym('another') }, [], former)
    const [checkout, jane] = book.top(2)
    expect(checkout).toMatchObject({ failures: 1, events: 1, lastSeen: 7, owner: { app: 'shop' } })
    expect(jane?.identity.id).toBe(keyedPseudonym('another')('jane'))
  })
})
