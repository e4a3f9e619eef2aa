import { describe, expect, it } from 'vitest'
import { SourceBook } from '../../src/app/source-book.ts'

describe('what became of the records of each source', () => {
  it('counts records that no connector knew, also when they are the first', () => {
    const book = new SourceBook()
    book.of('').count('rejected', 'unknown_format')
    book.of('').count('rejected', 'malformed_json')
    book.of('gcp-audit').count('accepted')
    book.of('').count('rejected', 'unknown_format')
    expect(book.totals()).toEqual({
      read: 4,
      accepted: 1,
      duplicate: 0,
      late: 0,
      rejected: 3,
      irrelevant: 0,
    })
    expect(book.all().map(({ id, reasons }) => [id, Object.fromEntries(reasons)])).toEqual([
      ['gcp-audit', {}],
      ['unrecognised', { unknown_format: 2, malformed_json: 1 }],
    ])
  })

  it('lists sources by name, whichever came first', () => {
    const book = new SourceBook()
    for (const id of ['kubernetes-audit', 'aws-cloudtrail', 'azure-entra']) book.of(id).count('accepted')
    expect(book.all().map(({ id }) => id)).toEqual(['aws-cloudtrail', 'azure-entra', 'kubernetes-audit'])
  })
})
