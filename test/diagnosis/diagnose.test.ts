import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose, diagnosisOfAny } from '../../src/diagnosis/diagnose.ts'
import { EvidenceBook } from '../../src/diagnosis/evidence-book.ts'
import { kinName, shortName } from '../../src/diagnosis/kinship.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { simulatedEvents } from '../support/diagnosed.ts'
import {
  aFailedTokenRequest,
  aForbiddenTokenUse,
  anAssignmentChange,
  anExpiredTokenUse,
  aTokenRequest,
  aTokenUse,
  noon,
} from '../support/event.ts'

const minuteMs = 60_000

function bookOf(events: readonly IdentityEvent[]): EvidenceBook {
  const book = new EvidenceBook()
  for (const event of events) book.observe(event)
  return book
}

/** `count` events, `everyMs` apart, from noon on. */
function series<Event extends IdentityEvent>(
  count: number,
  everyMs: number,
  make: (changes: { id: string; time: number }) => Event,
): Event[] {
  return Array.from({ length: count }, (_, i) => make({ id: `e${i}`, time: noon + i * everyMs }))
}

describe('evidence', () => {
  it('gives the same diagnoses in whatever order it comes', () => {
    const { events, end } = simulatedEvents('role-revoked', 70 * minuteMs)
    const expected = diagnose(bookOf(events), end)
    expect(expected.length).toBeGreaterThan(2)
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer()), (keys) => {
        const shuffled = events
          .map((event) => ({ event, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ event }) => event)
        expect(diagnose(bookOf(shuffled), end)).toEqual(expected)
      }),
      { numRuns: 15 },
    )
  })

  it('of people is none: they mistype, and give up', () => {
    const identity = { id: 'p_1', type: 'user', tenant: 't' } as const
    const book = bookOf(series(20, 10_000, (at) => aForbiddenTokenUse({ ...at, identity })))
    expect(diagnose(book, noon + 200_000)).toEqual([])
  })

  it('is forgotten with the hours, and so is what it said', () => {
    const book = bookOf(series(20, 10_000, aFailedTokenRequest))
    expect(diagnose(book, noon + 200_000)).toHaveLength(1)
    expect(diagnose(book, noon + 20 * minuteMs)).toEqual([])
    book.prune(noon + 2 * 86_400_000)
    expect([...book.subjects()]).toEqual([])
  })
})

describe('a diagnosis', () => {
  it('needs more than a failure or two where no change explains them', () => {
    expect(diagnose(bookOf(series(2, 10_000, aFailedTokenRequest)), noon + minuteMs)).toEqual([])
    expect(diagnose(bookOf(series(2, 10_000, aForbiddenTokenUse)), noon + minuteMs)).toEqual([])
  })

  it('needs a share worth telling: one failure among a hundred successes is every day', () => {
    const busy = series(3000, 200, (at) =>
      Number(at.id.slice(1)) % 100 === 0 ? aFailedTokenRequest(at) : aTokenRequest(at),
    )
    expect(diagnose(bookOf(busy), noon + 600_000)).toEqual([])
  })

  it('names the removal, its actor and time, and not a change that came after', () => {
    const removed = anAssignmentChange({ id: 'r', op: 'removed', time: noon - minuteMs })
    const other = anAssignmentChange({ id: 'o', op: 'removed', time: noon + 3 * minuteMs, role: 'owner' })
    const book = bookOf([...series(3, 10_000, aForbiddenTokenUse), other, removed])
    const [first] = diagnose(book, noon + 5 * minuteMs)
    expect(first).toMatchObject({
      mode: 'F3',
      since: noon,
      failures: 3,
      confidence: 0.95,
      change: { what: 'reader removed (identity-1 on /)', actor: 'deployer', time: noon - minuteMs },
      affected: { identities: ['identity-1'], apps: ['checkout'], services: ['storage'], layers: ['vm'] },
      runbook: 'role-misassignment',
    })
  })

  it('tells a rotation from a cache that nobody renews', () => {
    const expired = series(8, 20_000, anExpiredTokenUse)
    const renewed = series(8, 20_000, ({ id, time }) => aTokenRequest({ id: `t${id}`, time: time + 100 }))
    const at = noon + 3 * minuteMs
    expect(diagnose(bookOf(expired), at)).toMatchObject([{ mode: 'F6', confidence: 0.85 }])
    expect(diagnose(bookOf([...expired, ...renewed]), at)).toMatchObject([{ mode: 'F6', confidence: 0.25 }])
  })

  it('says that a blip is over', () => {
    const blip = series(10, 4000, aFailedTokenRequest)
    const after = series(40, 10_000, ({ id, time }) => aTokenUse({ id: `u${id}`, time: time + minuteMs }))
    const [first] = diagnose(bookOf([...blip, ...after]), noon + 8 * minuteMs)
    expect(first?.mode).toBe('F2')
    expect(first?.confidence).toBeLessThan(0.5)
  })

  it('is about an alert only if it is about somebody who burned its budget, by any of the names', () => {
    const identity = { id: 'spiffe://acme.example/ns/shop/sa/web', type: 'spiffe', tenant: '' } as const
    const book = bookOf(series(20, 10_000, (at) => aForbiddenTokenUse({ ...at, identity })))
    const diagnoses = diagnose(book, noon + 200_000)
    expect(diagnosisOfAny(diagnoses, ['system:serviceaccount:shop:web'])?.mode).toBe('F3')
    expect(diagnosisOfAny(diagnoses, ['system:serviceaccount:shop:api'])).toBeUndefined()
  })
})

describe('names of one identity', () => {
  it.each([
    ['system:serviceaccount:shop:web', 'shop/web', 'web'],
    ['spiffe://acme.example/ns/shop/sa/web', 'shop/web', 'web'],
    [
      'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/system:serviceaccount:shop:web',
      'shop/web',
      'web',
    ],
    ['web@acme-prod.iam.gserviceaccount.com', 'web@acme-prod.iam.gserviceaccount.com', 'web'],
    ['arn:aws:iam::111122223333:role/shop/web', 'arn:aws:iam::111122223333:role/shop/web', 'web'],
    ['77e1bb16', '77e1bb16', '77e1bb16'],
  ])('%s', (id, kin, short) => {
    expect([kinName(id), shortName(id)]).toEqual([kin, short])
  })
})
