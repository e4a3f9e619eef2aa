import { describe, expect, it } from 'vitest'
import type { IdentityEvent, TokenRequest } from '../../../src/events/event.ts'
import { TokenLedger } from '../../../src/events/ledger/token-ledger.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import {
  aFailedTokenRequest,
  anAssignmentChange,
  anExpiredTokenUse,
  aTokenRequest,
  aTokenUse,
  noon,
} from '../../support/event.ts'

const minute = 60_000
const hour = 60 * minute
/** The first token: not a renewal, so that it waits for nothing. */
const issued = aTokenRequest({ ttlSeconds: 3600, refresh: false, correlation: { tokenId: 'token-1' } })

function usedAfter(ms: number, changes = {}) {
  return aTokenUse({ time: noon + ms, correlation: { tokenId: 'token-1' }, ...changes })
}

function failedAfter(ms: number, changes: Partial<TokenRequest> = {}) {
  return aFailedTokenRequest({ time: noon + ms, ...changes })
}

function ledgerOf(...events: readonly IdentityEvent[]): TokenLedger {
  const ledger = new TokenLedger()
  for (const event of events) ledger.enrich(structuredClone(event))
  return ledger
}

describe('the age of a token', () => {
  it('is the time from its issue to its use', () => {
    const use = usedAfter(15 * minute)
    expect(ledgerOf(issued).enrich(use)).toEqual([])
    expect(use).toMatchObject({ tokenAgeSeconds: 900, ttlSeconds: 3600 })
  })

  it('is said of uses that came before the issue, once it is known', () => {
    const ledger = ledgerOf(usedAfter(15 * minute), usedAfter(30 * minute))
    expect(ledger.waiting).toBe(2)
    expect(ledger.enrich(issued)).toMatchObject([
      { aspect: 'age', hadAge: false, event: { tokenAgeSeconds: 900, ttlSeconds: 3600, service: 'storage' } },
      { aspect: 'age', hadAge: false, event: { tokenAgeSeconds: 1800, ttlSeconds: 3600 } },
    ])
    expect(ledger.waiting).toBe(0)
  })

  it('is what the record says where it says so, and only the lifetime comes from the issue', () => {
    const ledger = ledgerOf(usedAfter(30 * minute, { tokenAgeSeconds: 5 }))
    expect(ledger.enrich(issued)).toMatchObject([
      { aspect: 'age', hadAge: true, event: { tokenAgeSeconds: 5, ttlSeconds: 3600 } },
    ])
  })

  it('is not negative where a clock is a little ahead, and not known where the issue is long after the use', () => {
    const early = usedAfter(-30_000)
    const before = usedAfter(-hour)
    const ledger = ledgerOf(issued)
    ledger.enrich(early)
    ledger.enrich(before)
    expect(early.tokenAgeSeconds).toBe(0)
    expect(before.tokenAgeSeconds).toBeUndefined()
  })

  it('counts a renewed token from its first issue to its last end', () => {
    const renewed = { ...issued, id: 'event-2', time: noon + 50 * minute }
    const use = usedAfter(80 * minute)
    ledgerOf(renewed, issued).enrich(use)
    expect(use).toMatchObject({ tokenAgeSeconds: 4800, ttlSeconds: 6600 })
  })

  it('is another one for another provider with the same token id', () => {
    const use = usedAfter(minute, { provider: 'aws' })
    ledgerOf(issued).enrich(use)
    expect(use.tokenAgeSeconds).toBeUndefined()
  })

  it('over the lifetime is an expired use, whoever knows it', () => {
    const ledger = ledgerOf(issued, usedAfter(60 * minute), usedAfter(61 * minute))
    ledger.enrich(anExpiredTokenUse({ provider: 'aws', tokenAgeSeconds: 901, ttlSeconds: 900 }))
    expect([...ledger.expiredUses]).toEqual([
      ['azure', 1],
      ['aws', 1],
    ])
  })
})

describe('a renewal', () => {
  it('is a request while the former token of the same identity, audience and workload is valid', () => {
    const workload = { kind: 'pod', name: 'checkout-1' } as const
    const requests = [
      failedAfter(minute),
      failedAfter(hour),
      failedAfter(minute, { audience: 'other.example' }),
      failedAfter(minute, { workload }),
      failedAfter(minute, { identity: { ...issued.identity, id: 'identity-2' } }),
      failedAfter(minute, { vantage: 'client' }),
    ]
    const ledger = ledgerOf(issued)
    for (const request of requests) ledger.enrich(request)
    expect(requests.map(({ refresh, whileValid }) => [refresh, whileValid])).toEqual([
      ['inferred', true],
      ...Array.from({ length: 5 }, () => [undefined, undefined]),
    ])
  })

  it('is found out when the former token becomes known', () => {
    const next = aTokenRequest({ id: 'event-2', time: noon + 50 * minute, ttlSeconds: 3600 })
    const known = ledgerOf(failedAfter(40 * minute), next).enrich(issued)
    expect(known.map(({ aspect, event }) => [aspect, event.time - noon, event.outcome])).toEqual([
      ['refresh', 40 * minute, 'failure'],
      ['refresh', 50 * minute, 'success'],
    ])
    expect(known[0]?.event).toMatchObject({ refresh: 'inferred', whileValid: true, reason: 'platform_error' })
  })

  it('stays what the client calls it', () => {
    const first = failedAfter(minute, { refresh: false })
    const again = failedAfter(minute, { refresh: true })
    const ledger = ledgerOf(issued)
    ledger.enrich(first)
    ledger.enrich(again)
    expect(first).toMatchObject({ refresh: false })
    expect(first.whileValid).toBeUndefined()
    expect(again).toMatchObject({ refresh: true, whileValid: true })
  })

  it('that a client reports failed too late when nothing older can come that says otherwise', () => {
    const store = new ChunkStore()
    const ledger = new TokenLedger({ isDurable: true })
    ledger.enrich(failedAfter(minute, { refresh: true }))
    ledger.enrich(failedAfter(minute))
    ledger.prune(noon + hour)
    store.save(ledger)
    const restarted = store.restore(new TokenLedger({ isDurable: true }))
    restarted.prune(noon + hour)
    for (const each of [ledger, restarted]) {
      expect(each.enrich(anAssignmentChange())).toMatchObject([
        { aspect: 'refresh', event: { refresh: true, whileValid: false } },
      ])
      expect(each.enrich(anAssignmentChange())).toEqual([])
      expect(each.waiting).toBe(0)
    }
  })

  it('is not looked for where the record says neither who nor for how long', () => {
    const ledger = ledgerOf(
      issued,
      failedAfter(minute, { identity: { ...issued.identity, id: '' } }),
      aTokenRequest({ time: noon + minute }),
    )
    expect(ledger.waiting).toBe(0)
  })
})

describe('what the ledger keeps', () => {
  it('is let go when it ended before anything that can still come', () => {
    const ledger = ledgerOf(issued, { ...issued, correlation: { tokenId: 'token-2' }, ttlSeconds: 60 })
    ledger.prune(noon + 2 * minute)
    expect(ledger.tokens).toBe(1)
    expect(ledger.forgotten).toEqual({ tokens: 0, waiting: 0 })
  })

  it('has a limit: tokens that end first go first', () => {
    const ledger = new TokenLedger({ maxTokens: 100 })
    for (let i = 0; i < 101; i++)
      ledger.enrich({ ...issued, correlation: { tokenId: `t-${i}` }, ttlSeconds: 3600 + i })
    expect(ledger.tokens).toBe(88)
    expect(ledger.forgotten.tokens).toBe(13)
    const uses = ['t-12', 't-13'].map((tokenId) => usedAfter(minute, { correlation: { tokenId } }))
    for (const use of uses) ledger.enrich(use)
    expect(uses.map(({ ttlSeconds }) => ttlSeconds)).toEqual([undefined, 3613])
  })

  it('has a limit for what waits: the oldest go first', () => {
    const ledger = new TokenLedger({ maxWaiting: 100, maxWaitingPerKey: 10 })
    for (let i = 0; i < 101; i++) ledger.enrich(usedAfter(i, { correlation: { tokenId: `t-${i}` } }))
    expect(ledger.forgotten.waiting).toBe(13)
    expect(ledger.waiting).toBe(88)
    for (let i = 0; i < 12; i++) ledger.enrich(usedAfter(500 + i))
    expect(ledger.enrich(issued)).toHaveLength(10)
    expect(ledger.forgotten.waiting).toBe(15)
  })

  it('of what waits is each time, where all else is alike, also over restarts', () => {
    const times = [5, 10, 70, 15].map((minutes) => minutes * minute)
    const { identity } = issued
    const store = new ChunkStore()
    const ledger = new TokenLedger({ isDurable: true })
    for (const time of times) ledger.enrich(failedAfter(time, { identity }))
    for (const code of ['503', '504']) ledger.enrich(failedAfter(20 * minute, { identity, code }))
    store.save(ledger)
    const restarted = store.restore(new TokenLedger({ isDurable: true }))
    expect(store.text().match(/platform_error/g)).toHaveLength(3)
    for (const each of [ledger, restarted]) {
      const learned = each.enrich(structuredClone(issued))
      expect(learned.map(({ event }) => [event.time - noon, event.code])).toEqual([
        ...[5, 10, 15].map((minutes) => [minutes * minute, failedAfter(0).code]),
        [20 * minute, '503'],
        [20 * minute, '504'],
      ])
      expect(each.waiting).toBe(1)
    }
  })

  it('holds no token id as written', () => {
    const store = new ChunkStore()
    const ledger = new TokenLedger({ isDurable: true })
    ledger.enrich(structuredClone(issued))
    ledger.enrich(usedAfter(minute, { correlation: { tokenId: 'token-2' } }))
    store.save(ledger)
    expect(store.text()).not.toContain('token-')
  })

  it('survives many commits, each of which writes what is new, in few chunks', () => {
    const store = new ChunkStore()
    const ledger = new TokenLedger({ isDurable: true })
    for (let i = 0; i < 200; i++) {
      ledger.enrich({ ...issued, correlation: { tokenId: `t-${i}` } })
      const before = store.size
      store.save(ledger)
      expect(store.size - before).toBeLessThanOrEqual(2)
    }
    expect(store.size).toBeLessThan(80)
    const restored = store.restore(new TokenLedger({ isDurable: true }))
    expect(restored.tokens).toBe(200)
    for (const each of [ledger, restored]) {
      each.prune(noon + 3 * hour)
      store.save(each)
      expect(each.tokens).toBe(0)
      expect([...store.entries().keys()].filter((key) => key.includes('log/'))).toEqual([])
    }
  })

  it('is written again where a commit failed', () => {
    const store = new ChunkStore()
    const ledger = new TokenLedger({ isDurable: true })
    ledger.enrich(structuredClone(issued))
    ledger.enrich(usedAfter(minute, { correlation: { tokenId: 'token-2' } }))
    ledger.save(new ChunkStore())
    store.save(ledger)
    const restored = store.restore(new TokenLedger({ isDurable: true }))
    expect([restored.tokens, restored.waiting]).toEqual([1, 1])
  })

  it('is nothing where it is switched off, and what a store holds stays there', () => {
    const store = new ChunkStore()
    const on = new TokenLedger({ isDurable: true })
    on.enrich(structuredClone(issued))
    store.save(on)
    const off = store.restore(new TokenLedger({ isDurable: true, maxTokens: 0 }))
    const use = usedAfter(minute)
    const failure = failedAfter(minute)
    for (const event of [structuredClone(issued), use, failure]) expect(off.enrich(event)).toEqual([])
    off.enrich(anExpiredTokenUse({ provider: 'aws', tokenAgeSeconds: 901, ttlSeconds: 900 }))
    store.save(off)
    expect([use.tokenAgeSeconds, failure.refresh, off.tokens, off.waiting]).toEqual([
      undefined,
      undefined,
      0,
      0,
    ])
    const onAgain = store.restore(new TokenLedger({ isDurable: true }))
    expect([onAgain.tokens, [...onAgain.expiredUses]]).toEqual([1, [['aws', 1]]])
  })

  it('is nothing for events of other kinds', () => {
    const ledger = ledgerOf(anAssignmentChange())
    expect([ledger.tokens, ledger.waiting]).toEqual([0, 0])
  })
})
