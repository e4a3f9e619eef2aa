/** The ledger against its definition: what anybody would say who has all the records on the table at once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenRequest, TokenUse } from '../../../src/events/event.ts'
import { TokenLedger } from '../../../src/events/ledger/token-ledger.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import { aTokenRequest, aTokenUse } from '../../support/event.ts'

type Call = TokenRequest | TokenUse
const second = 1000
const start = Date.UTC(2026, 5, 15, 12)

/** What is known of an event in the end. */
type Answer = readonly [
  age: number | undefined,
  ttl: number | undefined,
  refresh: unknown,
  whileValid: boolean | undefined,
]

/** Their ids are not kept while they wait: a code is. */
function nameOf({ code }: Call): string {
  return code ?? ''
}

function answerOf(event: Call): Answer {
  return event.kind === 'token.use'
    ? [event.tokenAgeSeconds, event.ttlSeconds, undefined, undefined]
    : [undefined, undefined, event.refresh, event.whileValid]
}

function endOf({ time, ttlSeconds }: TokenRequest): number | undefined {
  return ttlSeconds === undefined ? undefined : time + ttlSeconds * 1000
}

/** By definition, with all records known. */
function byHand(calls: readonly Call[]): ReadonlyMap<string, Answer> {
  const issues = calls.filter(
    (call): call is TokenRequest => call.kind === 'token.request' && call.outcome === 'success',
  )
  const answer = (call: Call): Answer => {
    const answered = structuredClone(call)
    if (answered.kind === 'token.use') {
      const issue = issues.find(
        ({ correlation, time }) =>
          correlation?.tokenId !== undefined &&
          correlation.tokenId === call.correlation?.tokenId &&
          time <= call.time + 60 * second,
      )
      if (issue !== undefined) {
        answered.tokenAgeSeconds ??= Math.max(0, (call.time - issue.time) / 1000)
        answered.ttlSeconds ??= issue.ttlSeconds === 0 ? undefined : issue.ttlSeconds
      }
      return answerOf(answered)
    }
    const asks =
      answered.refresh === undefined
        ? answered.outcome === 'failure' || answered.ttlSeconds !== undefined
        : answered.refresh === true && answered.outcome === 'failure'
    const isRenewal = issues.some(
      (issue) =>
        issue.identity.id === answered.identity.id &&
        issue.audience === answered.audience &&
        issue.workload?.name === answered.workload?.name &&
        issue.time < answered.time &&
        answered.time < (endOf(issue) ?? 0),
    )
    if (asks && isRenewal) {
      answered.refresh ??= 'inferred'
      answered.whileValid = true
    }
    return answerOf(answered)
  }
  return new Map(calls.map((call) => [nameOf(call), answer(call)]))
}

/** Each event's last word; an event is spoken of once more at most, and only to say more. */
function inOrder(
  calls: readonly Call[],
  restarts: readonly boolean[] = [],
  options = { isDurable: true },
): { answers: ReadonlyMap<string, Answer>; expired: number } {
  const store = new ChunkStore()
  let ledger = new TokenLedger(options)
  const answers = new Map<string, Answer>()
  const learned = new Set<string>()
  calls.forEach((call, i) => {
    const event = structuredClone(call)
    for (const later of ledger.enrich(event)) {
      const name = nameOf(later.event as Call)
      if (learned.has(name)) throw new Error(`${name} was answered twice`)
      learned.add(name)
      answers.set(name, answerOf(later.event as Call))
    }
    answers.set(nameOf(event), answerOf(event))
    if (restarts.length === 0 || restarts[i % restarts.length] !== true) return
    store.save(ledger)
    ledger = store.restore(new TokenLedger(options))
  })
  return { answers, expired: [...ledger.expiredUses.values()].reduce((sum, count) => sum + count, 0) }
}

// Few instants and holders, so that ends meet and several wait for one.
const seconds = fc.nat(24).map((tens) => tens * 10)
const lifetime = fc.constantFrom(undefined, 0, 30, 60, 120)

const request = fc
  .record({
    time: seconds,
    identity: fc.constantFrom('a', 'a', 'a', 'b'),
    audience: fc.constantFrom('x', 'x', 'x', 'y'),
    workload: fc.constantFrom(undefined, undefined, undefined, 'w'),
    isSuccess: fc.boolean(),
    ttlSeconds: lifetime,
    hasTokenId: fc.boolean(),
    refresh: fc.constantFrom(undefined, undefined, undefined, true, false),
  })
  .map((it) => (number: number): Call => {
    const event: TokenRequest = aTokenRequest({
      code: `event-${number}`,
      time: start + it.time * second,
      outcome: it.isSuccess ? 'success' : 'failure',
      audience: it.audience,
      workload: it.workload === undefined ? undefined : { kind: 'pod', name: it.workload },
      ttlSeconds: it.isSuccess ? it.ttlSeconds : undefined,
      refresh: it.refresh,
      // A token is issued once: its id is its request's number.
      correlation: it.isSuccess && it.hasTokenId ? { tokenId: `token-${number}` } : undefined,
    })
    return { ...event, identity: { ...event.identity, id: it.identity } }
  })

const use = fc
  .record({
    time: seconds,
    token: fc.option(fc.nat(31), { nil: undefined }),
    age: fc.constantFrom(undefined, undefined, 7),
    ttl: fc.constantFrom(undefined, undefined, 50),
  })
  .map((it) => (number: number): Call => {
    const correlation = it.token === undefined ? undefined : { tokenId: `token-${it.token}` }
    return aTokenUse({
      code: `event-${number}`,
      time: start + it.time * second,
      tokenAgeSeconds: it.age,
      ttlSeconds: it.ttl,
      correlation,
    })
  })

const calls = fc
  .array(fc.oneof(request, use), { minLength: 2, maxLength: 32, size: 'max' })
  .map((makers) => makers.map((make, number) => make(number)))

const shuffled = calls.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
)

describe('the token ledger', () => {
  it('says in any order of arrival what the records say together', () => {
    fc.assert(
      fc.property(shuffled, ([all, arrivals]) => {
        const expected = byHand(all)
        const { answers, expired } = inOrder(arrivals)
        expect(answers).toEqual(expected)
        const isExpired = ([age, ttl]: Answer): boolean => age !== undefined && ttl !== undefined && age > ttl
        expect(expired).toBe([...expected.values()].filter(isExpired).length)
      }),
      { numRuns: 500 },
    )
  })

  it('says the same with restarts anywhere in between', () => {
    fc.assert(
      fc.property(
        shuffled,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        ([, arrivals], restarts) => {
          expect(inOrder(arrivals, restarts)).toEqual(inOrder(arrivals))
        },
      ),
      { numRuns: 300 },
    )
  })
})
