import { describe, expect, it } from 'vitest'
import { type FiringAlert, PageBook } from '../../src/app/page-book.ts'
import { ChunkStore } from '../support/chunk-store.ts'

const minuteMs = 60_000
const start = Date.UTC(2026, 0, 5, 2)

function firing(name: string, changes: Partial<FiringAlert> = {}): FiringAlert {
  return { labels: { alertname: name }, annotations: {}, isStale: false, ...changes }
}

const state = (book: PageBook) =>
  book.all().map(({ labels, resolvedAt }) => [labels['alertname'], resolvedAt === undefined])

describe('the book of pages', () => {
  it('has what fires, with the newest annotations', () => {
    const book = new PageBook()
    book.update([firing('A')], start)
    book.update([firing('A', { annotations: { culprits: 'x' } })], start + minuteMs)
    expect(book.all()).toMatchObject([{ resolvedAt: undefined, annotations: { culprits: 'x' } }])
  })

  it('keeps what was resolved for 15 minutes', () => {
    const book = new PageBook()
    book.update([firing('A')], start)
    book.update([], start + minuteMs)
    expect(state(book)).toEqual([['A', false]])
    book.update([], start + 15 * minuteMs)
    expect(state(book)).toEqual([['A', false]])
    book.update([], start + 16 * minuteMs)
    expect(state(book)).toEqual([])
  })

  it('begins anew with an alert that comes back: its former episode is over', () => {
    const book = new PageBook()
    book.update([firing('A')], start)
    book.update([], start + minuteMs)
    book.update([firing('A')], start + 2 * minuteMs)
    expect(book.all()).toMatchObject([{ resolvedAt: undefined, mayBeKnown: false }])
  })

  it('holds back what is too old to wake anybody, until it is not', () => {
    const book = new PageBook()
    book.update([firing('A', { isStale: true })], start)
    expect([book.held, book.all()]).toEqual([1, []])
    book.update([firing('A')], start + minuteMs)
    expect([book.held, state(book)]).toEqual([0, [['A', true]]])
  })

  it('does not take back a page whose source has gone silent meanwhile', () => {
    const book = new PageBook()
    book.update([firing('A')], start)
    book.update([firing('A', { isStale: true })], start + 120 * minuteMs)
    expect(state(book)).toEqual([['A', true]])
  })

  it('is the same after a restart, and knows that a former process may have told its pages', () => {
    const store = new ChunkStore()
    const book = new PageBook()
    book.update([firing('A'), firing('B')], start)
    store.save(book)
    book.update([firing('A')], start + minuteMs)
    store.save(book)
    const later = store.restore(new PageBook())
    expect(state(later)).toEqual([
      ['A', true],
      ['B', false],
    ])
    expect(later.all().every(({ mayBeKnown }) => mayBeKnown)).toBe(true)
    later.update([firing('A')], start + 30 * minuteMs)
    store.save(later)
    expect(state(store.restore(new PageBook()))).toEqual([['A', true]])
  })
})
