/** The book against a look at all pairs of events, in any order, over restarts, and within its bounds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CredentialType, IdentityEvent } from '../../../src/events/event.ts'
import { FallbackBook, type FallbackOptions } from '../../../src/events/fallback/fallback-book.ts'
import { type HolderMemo, newHolderMemo } from '../../../src/events/fallback/holders.ts'
import type { Owner } from '../../../src/events/ownership.ts'
import { secretFallback } from '../../../src/indicators/secret-fallback.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import { aSecretRead, aTokenRequest, aTokenUse, noon } from '../../support/event.ts'

const day = 86_400_000

interface Case {
  readonly event: IdentityEvent
  readonly owner: Owner
}

const owners: readonly Owner[] = [
  { app: 'suggested', team: 'unowned', criticality: 'standard', isOwned: false },
  { app: 'checkout', team: 't', criticality: 'standard', isOwned: true },
  { app: 'ledger', team: 't', criticality: 'standard', isOwned: true },
]

const credential = fc.constantFrom<(CredentialType | undefined)[]>(
  'managed',
  'federated',
  'secret',
  'access-key',
  'session',
  'certificate',
  undefined,
)

const anyCase = fc
  .record({
    hours: fc.integer({ min: 0, max: 80 * 24 }),
    identity: fc.constantFrom('i0', 'i1', 'i2', 'unknown'),
    type: fc.constantFrom('role', 'service-principal', 'user', 'system-assigned' as const),
    workload: fc.constantFrom(undefined, 'w0', 'w1'),
    kind: fc.constantFrom('pod', 'service', 'repository' as const),
    owner: fc.constantFrom(...owners),
    credentialType: credential,
    what: fc.constantFrom('use', 'request', 'failed', 'client', 'read' as const),
  })
  .map(({ hours, identity, type, workload, kind, owner, credentialType, what }): Case => {
    const common = {
      time: noon + hours * 3_600_000,
      provider: 'aws',
      identity: { id: identity, type, tenant: 't' },
      workload: workload === undefined ? undefined : { kind, name: workload },
      app: owner.app,
    } as const
    if (what === 'use') return { owner, event: aTokenUse({ ...common, credentialType }) }
    if (what === 'read') return { owner, event: aSecretRead(common) }
    const vantage = what === 'client' ? 'client' : 'issuer'
    const outcome = what === 'failed' ? 'failure' : 'success'
    return { owner, event: aTokenRequest({ ...common, credentialType, vantage, outcome }) }
  })

/** Each event with a number of its own, so that answers can be told apart. */
const anyCases = fc.array(anyCase, { maxLength: 40 }).map((cases) =>
  cases.map(
    ({ event, owner }, i): Case => ({
      owner,
      event: { ...event, code: `n${i}` },
    }),
  ),
)

type Answers = ReadonlyMap<string, boolean>

class Run {
  readonly store = new ChunkStore()
  readonly memos = new Map<string, HolderMemo>()
  readonly answers = new Map<string, boolean>()
  book: FallbackBook

  constructor(options: FallbackOptions = {}) {
    this.book = new FallbackBook({ isDurable: true, ...options })
  }

  /** As the pipeline does it: one memo for each identity as its records describe it. */
  see({ event: original, owner }: Case): void {
    const event = structuredClone(original)
    const key = JSON.stringify([event.identity, owner.app])
    const memo = this.memos.get(key) ?? newHolderMemo(false)
    this.memos.set(key, memo)
    const learned = this.book.enrich(event, owner, memo)
    this.#answer(event)
    for (const { event: earlier, times } of learned) {
      expect(times).toHaveLength(1)
      this.#answer(earlier)
    }
  }

  #answer(event: IdentityEvent): void {
    const verdict = secretFallback.judge(event, {})
    if (verdict === undefined || event.code === undefined) return
    expect(this.answers.has(event.code ?? '')).toBe(false)
    this.answers.set(event.code ?? '', verdict === 'bad')
  }

  restart(): void {
    this.store.save(this.book)
    this.book = new FallbackBook({ isDurable: true })
    this.store.restore(this.book)
    this.memos.clear()
  }
}

/** Said once more, slowly: who is asked, who has a managed identity when, and what follows. */
function expected(cases: readonly Case[]): Answers {
  const holdersOf = ({ event, owner }: Case): readonly (string | undefined)[] => {
    const { workload, identity } = event
    const named = workload === undefined || workload.kind === 'service' ? undefined : workload
    const isSomebody = identity.type !== 'user' && identity.id !== 'unknown'
    return [
      named && `${named.kind} ${named.name}`,
      owner.isOwned ? `app ${owner.app}` : undefined,
      isSomebody ? `identity ${identity.id}` : undefined,
    ]
  }
  const isManaged = ({ event }: Case): boolean => {
    if (event.identity.type === 'user') return false
    const has = event.identity.type === 'system-assigned'
    if (event.kind === 'secret.read') return has
    if (event.kind !== 'token.use' && event.kind !== 'token.request') return false
    if (event.outcome === 'failure') return false
    const type = event.credentialType
    return type === 'managed' || type === 'federated' || (has && type !== 'secret' && type !== 'access-key')
  }
  const isStatic = ({ event, owner }: Case): boolean => {
    if (event.kind === 'secret.read') return event.identity.type !== 'user'
    if (event.kind !== 'token.use' && event.kind !== 'token.request') return false
    if (event.outcome === 'failure' || (event.kind === 'token.request' && event.vantage !== 'issuer'))
      return false
    if (event.identity.type === 'user') return owner.isOwned && event.credentialType === 'access-key'
    return event.credentialType === 'secret' || event.credentialType === 'access-key'
  }
  const answers = new Map<string, boolean>()
  for (const one of cases) {
    const { event } = one
    const isSeenByIssuer = event.kind !== 'token.request' || event.vantage === 'issuer'
    if (isStatic(one)) {
      const asked = holdersOf(one).find((holder) => holder !== undefined)
      const fellBack = cases.some((other) => {
        const start = Math.floor(other.event.time / day) * day
        const isTime = start - day < event.time && event.time < start + 31 * day
        return isManaged(other) && isTime && asked !== undefined && holdersOf(other).includes(asked)
      })
      if (fellBack) answers.set(event.code ?? '', true)
    } else if (isManaged(one) && isSeenByIssuer && event.kind !== 'secret.read')
      answers.set(event.code ?? '', false)
  }
  return answers
}

function sorted(answers: Answers): readonly (readonly [string, boolean])[] {
  return [...answers].sort(([a], [b]) => (a < b ? -1 : 1))
}

describe('the book of fallbacks', () => {
  it('answers as a look at all pairs of events does, whatever their order', () => {
    fc.assert(
      fc.property(
        anyCases.chain((cases) =>
          fc.tuple(fc.constant(cases), fc.shuffledSubarray(cases, { minLength: cases.length })),
        ),
        ([cases, shuffled]) => {
          const run = new Run()
          for (const one of shuffled) run.see(one)
          expect(sorted(run.answers)).toEqual(sorted(expected(cases)))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('answers the same over restarts at any moment', () => {
    fc.assert(
      fc.property(anyCases, fc.array(fc.nat(40), { maxLength: 4 }), (cases, restarts) => {
        const run = new Run()
        for (const [i, one] of cases.entries()) {
          if (restarts.includes(i)) run.restart()
          run.see(one)
        }
        expect(sorted(run.answers)).toEqual(sorted(expected(cases)))
      }),
      { numRuns: 200 },
    )
  })

  it('lets go only of what nothing could decide any more', () => {
    fc.assert(
      fc.property(anyCases, fc.integer({ min: 0, max: 10 }), (cases, latenessDays) => {
        const run = new Run()
        let newest = Number.NEGATIVE_INFINITY
        const seen: Case[] = []
        for (const one of cases) {
          // What is late is not seen at all.
          if (one.event.time < newest - latenessDays * day) continue
          newest = Math.max(newest, one.event.time)
          run.see(one)
          seen.push(one)
          run.book.prune(newest - latenessDays * day)
        }
        expect(sorted(run.answers)).toEqual(sorted(expected(seen)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('its bounds', () => {
  const memo = newHolderMemo(false)
  const owner = owners[0] as Owner
  const keyUse = (id: string, time: number): IdentityEvent =>
    aTokenUse({ time, credentialType: 'access-key', identity: { id, type: 'role', tenant: 't' } })

  it('hold for waiting uses: the oldest go, and are counted', () => {
    const book = new FallbackBook({ maxWaiting: 1000 })
    for (let i = 0; i < 5000; i++) book.enrich(keyUse('i', noon + i), owner, memo)
    expect(book.waiting).toBeLessThanOrEqual(1000)
    expect(book.waiting + book.forgotten.waiting).toBe(5000)
    const managed = aTokenUse({
      time: noon,
      credentialType: 'managed',
      identity: { id: 'i', type: 'role', tenant: 't' },
    })
    const learned = book.enrich(managed, owner, newHolderMemo(false)).flatMap(({ times }) => times)
    expect(Math.min(...learned)).toBeGreaterThan(noon + 3900)
    expect(Math.max(...learned)).toBe(noon + 4999)
  })

  it('hold for waiting uses that are all different', () => {
    const book = new FallbackBook({ maxWaitingBundles: 100 })
    for (let i = 0; i < 1000; i++) book.enrich(keyUse(`i${i}`, noon + i), owner, memo)
    expect(book.waiting).toBeLessThanOrEqual(100)
    expect(book.waiting + book.forgotten.waiting).toBe(1000)
  })

  it('hold for holders', () => {
    const book = new FallbackBook({ maxHolders: 100 })
    for (let i = 0; i < 1000; i++) {
      const identity = { id: `i${i}`, type: 'role', tenant: 't' } as const
      book.enrich(
        aTokenUse({ time: noon + i * day, credentialType: 'managed', identity }),
        owner,
        newHolderMemo(false),
      )
    }
    expect(book.holders).toBeLessThanOrEqual(100)
    expect(book.forgotten.holders).toBeGreaterThan(800)
  })

  it('keep what waits over one restart after the other', () => {
    const run = new Run()
    const managed = (id: string): Case => ({
      owner,
      event: aTokenUse({
        time: noon,
        credentialType: 'managed',
        identity: { id, type: 'role', tenant: 't' },
      }),
    })
    for (const id of ['a', 'b', 'c']) {
      run.see({ owner, event: { ...keyUse(id, noon), code: id } })
      run.restart()
    }
    for (const id of ['a', 'b', 'c']) run.see(managed(id))
    expect(['a', 'b', 'c'].map((id) => run.answers.get(id))).toEqual([true, true, true])
  })

  it('wait for as long as an event could come that decides', () => {
    const book = new FallbackBook()
    book.enrich(keyUse('i', noon + 3_600_000), owner, memo)
    book.prune(noon + day)
    const identity = { id: 'i', type: 'role', tenant: 't' } as const
    const oldest = aTokenUse({ time: noon + day, credentialType: 'managed', identity })
    expect(book.enrich(oldest, owner, newHolderMemo(false))).toMatchObject([{ times: [noon + 3_600_000] }])
  })

  it('say how many uses nobody could judge', () => {
    const book = new FallbackBook()
    book.enrich(keyUse('i', noon), owner, memo)
    book.prune(noon + day)
    expect([book.waiting, book.unjudged]).toEqual([1, 0])
    book.prune(noon + 2 * day)
    expect([book.waiting, book.unjudged]).toEqual([0, 1])
  })
})
