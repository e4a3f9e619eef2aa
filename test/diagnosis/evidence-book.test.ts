import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { EvidenceBook } from '../../src/diagnosis/evidence-book.ts'
import { findMistakes } from '../../src/diagnosis/findings/find.ts'
import { newSubjectMemo } from '../../src/diagnosis/subject.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { simulatedEvents } from '../support/diagnosed.ts'
import {
  aFailedMetadataCall,
  aFailedTokenRequest,
  anAssignmentChange,
  aTokenRequest,
  aTokenUse,
  noon,
} from '../support/event.ts'

const minuteMs = 60_000

function told(book: EvidenceBook, at: number): unknown {
  const diagnoses = diagnose(book, at)
  return { diagnoses, findings: findMistakes(book, diagnoses, at) }
}

/** One of everything that is kept, a minute apart. */
function everything(minute: number): readonly IdentityEvent[] {
  const time = noon + minute * minuteMs
  const session = {
    correlation: { tokenId: 'session' },
    provider: 'aws',
    identity: { id: 'role', type: 'role', tenant: '1' },
  } as const
  const nobody = { id: 'unknown', type: 'unknown', tenant: '' } as const
  const workload = { kind: 'pod', name: 'scanner' } as const
  return [
    aTokenRequest({ id: `i${minute}`, time, ttlSeconds: minute < 30 ? 3600 : 300 }),
    ...(minute < 30 ? [] : [aTokenRequest({ id: `j${minute}`, time, ttlSeconds: 300 })]),
    aTokenUse({ id: `u${minute}`, time, tokenAgeSeconds: 60, ttlSeconds: 3600, resource: `r${minute}` }),
    aTokenUse({ ...session, id: `a${minute}`, time, address: '192.0.2.1' }),
    aTokenUse({ ...session, id: `b${minute}`, time: time + 1, address: '198.51.100.1' }),
    aFailedTokenRequest({ id: `f${minute}`, time, identity: { id: 'other', type: 'role', tenant: '' } }),
    aFailedMetadataCall({ id: `m${minute}`, time, reason: 'identity_not_found', identity: nobody, workload }),
    aTokenRequest({ id: `s${minute}`, time, layer: 'cicd', credentialType: 'secret' }),
    anAssignmentChange({ id: `c${minute}`, time, expected: false, op: 'removed' }),
  ]
}

describe('evidence in a store', () => {
  it('says the same after a restart at any moment as if there had been none', () => {
    const { events, end } = simulatedEvents('identity-deleted', 75 * minuteMs)
    const all = [...events, ...Array.from({ length: 50 }, (_, i) => everything(i)).flat()]
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: all.length }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (stops, isPruned) => {
          const store = new ChunkStore()
          let book = new EvidenceBook({ isDurable: true })
          const unbroken = new EvidenceBook()
          let from = 0
          for (const to of [...stops].sort((a, b) => a - b)) {
            for (const event of all.slice(from, to)) for (const one of [book, unbroken]) one.observe(event)
            if (isPruned) for (const one of [book, unbroken]) one.prune(end - 3 * 3_600_000)
            store.save(book)
            book = store.restore(new EvidenceBook({ isDurable: true }))
            for (const at of [end, noon + 40 * minuteMs]) expect(told(book, at)).toEqual(told(unbroken, at))
            from = to
          }
        },
      ),
      { numRuns: 12 },
    )
  })

  it('is written in small chunks: a success more costs one', () => {
    const book = new EvidenceBook({ isDurable: true })
    const store = new ChunkStore()
    for (let minute = 0; minute < 60; minute++) for (const event of everything(minute)) book.observe(event)
    store.save(book)
    book.observe(aTokenUse({ id: 'one more', time: noon + 59 * minuteMs + 7, resource: 'r1' }))
    const more = new ChunkStore()
    store.save(book)
    more.save(book)
    expect(more.size).toBe(0)
    book.observe(aTokenUse({ id: 'another', time: noon + 59 * minuteMs + 8, resource: 'r1' }))
    more.save(book)
    expect(
      [...more.entries()].map(([key, { length }]) => [key.split('/').slice(0, 2).join('/'), length < 100]),
    ).toEqual([['subject/minute', true]])
  })

  it('writes again what a failed commit did not keep', () => {
    const book = new EvidenceBook({ isDurable: true })
    for (const event of everything(1)) book.observe(event)
    const lost = new ChunkStore()
    book.save(lost)
    const store = new ChunkStore()
    store.save(book)
    expect([...store.entries()]).toEqual([...lost.entries()])
  })

  it('leaves nothing behind of what is forgotten', () => {
    const book = new EvidenceBook({ isDurable: true })
    const store = new ChunkStore()
    for (let minute = 0; minute < 400; minute++) {
      for (const event of everything(minute)) book.observe(event)
      store.save(book)
    }
    book.prune(noon + 30 * 86_400_000)
    store.save(book)
    book.prune(noon + 30 * 86_400_000)
    store.save(book)
    const left = [...store.entries().keys()].filter(
      (key) => !key.startsWith('place/network') && key !== 'subject/next',
    )
    expect(left).toEqual([])
  })

  it('throws on what it cannot have written', () => {
    expect(() => new EvidenceBook().restore('subject/minute/1/0', new Uint8Array(7))).toThrow('rows')
  })
})

describe('the bound on identities', () => {
  const who = (i: number) => ({ id: `identity-${i}`, type: 'role', tenant: '' }) as const
  const maxSubjects = 100

  it('holds, and who is in trouble takes the place of who is silent for longest', () => {
    const book = new EvidenceBook({ maxSubjects })
    for (let i = 0; i < maxSubjects; i++)
      book.observe(aTokenUse({ id: `u${i}`, time: noon + i, identity: who(i) }))
    for (let i = 200; i < 250; i++) book.observe(aTokenUse({ id: `u${i}`, time: noon + i, identity: who(i) }))
    const ids = () => new Set([...book.subjects()].map(({ id }) => id))
    expect(ids()).toContain('identity-0')
    expect(ids()).not.toContain('identity-200')
    book.observe(aFailedTokenRequest({ time: noon + 1000, identity: who(300) }))
    expect(ids()).toContain('identity-300')
    expect(ids()).not.toContain('identity-0')
    expect(ids().size).toBeLessThanOrEqual(maxSubjects)
    book.observe(aTokenUse({ id: 'later', time: noon + 5 * 3_600_000, identity: who(400) }))
    expect(ids()).toContain('identity-400')
  })

  it('takes no memory of an identity for it once it is forgotten', () => {
    const book = new EvidenceBook({ maxSubjects: 1 })
    const memo = newSubjectMemo()
    book.observe(aTokenUse({ identity: who(1) }), memo)
    expect(memo.subject?.id).toBe('identity-1')
    book.observe(aFailedTokenRequest({ time: noon + 1, identity: who(2) }))
    expect(memo.subject).toBeUndefined()
    for (let i = 0; i < 3; i++)
      book.observe(aFailedTokenRequest({ id: `f${i}`, time: noon + 2 + i, identity: who(1) }), memo)
    expect([...book.subjects()].map(({ id }) => id)).toEqual(['identity-1'])
    expect(diagnose(book, noon + 10)).toMatchObject([{ mode: 'F2', failures: 3 }])
  })
})
