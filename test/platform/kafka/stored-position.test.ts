import { describe, expect, it } from 'vitest'
import {
  isMarked,
  markOf,
  positionText,
  storedPosition,
} from '../../../src/platform/kafka/stored-position.ts'
import { messageOf } from '../../support/fake-group.ts'

const message = { ...messageOf(122, '{"id":"a"}'), timestamp: '1767225600000' }
const mark = { offset: 122n, seen: '1767225600000:e1a0c0e2' }

describe('a stored position', () => {
  it('is read as it was written, with its mark or without one', () => {
    for (const position of [
      { next: 123n, mark },
      { next: 0n, mark: undefined },
      { next: 9223372036854775807n, mark: { offset: 0n, seen: '-1:0' } },
    ])
      expect(storedPosition(positionText(position))).toEqual(position)
  })

  it('is read as it was written before there were marks', () => {
    expect(storedPosition('123')).toEqual({ next: 123n, mark: undefined })
  })

  it('is none when it says no offset, and has no mark when that cannot be read', () => {
    for (const text of [undefined, '', '-1', 'text 1:2', ' 122:1:2'])
      expect(storedPosition(text), String(text)).toBeUndefined()
    for (const text of ['123 ', '123 :1:2', '123 122', '123 x:1:2'])
      expect(storedPosition(text), text).toEqual({ next: 123n, mark: undefined })
  })
})

describe('a mark', () => {
  it('knows its record again by offset, time and content', () => {
    const written = markOf(message)
    expect(written?.offset).toBe(122n)
    if (written === undefined) return
    expect(isMarked(message, written)).toBe(true)
    expect(isMarked({ ...message, offset: '121' }, written)).toBe(false)
    expect(isMarked({ ...message, timestamp: '1767225600001' }, written)).toBe(false)
    expect(isMarked({ ...message, value: Buffer.from('{"id":"b"}') }, written)).toBe(false)
    expect(isMarked({ ...message, value: null }, written)).toBe(false)
  })

  it('is one of a message without a value, too', () => {
    const empty = { ...message, value: null }
    expect(markOf(empty)).toEqual({ offset: 122n, seen: '1767225600000:0' })
  })
})
