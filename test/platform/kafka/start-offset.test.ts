import { describe, expect, it } from 'vitest'
import {
  isBeyondEnd,
  offsetOf,
  ownerMetadata,
  type StartQuestion,
  startOffset,
} from '../../../src/platform/kafka/start-offset.ts'

const question: StartQuestion = {
  stored: undefined,
  committed: undefined,
  range: { low: 10n, high: 100n },
  storeId: 'ours',
  startFrom: 'earliest',
  outOfRange: 'earliest',
  isReplaced: false,
}

function start(changed: Partial<StartQuestion>): bigint | undefined {
  return startOffset({ ...question, ...changed })?.offset
}

const at = (offset: bigint, metadata = '') => ({ offset, metadata })

describe('reading begins', () => {
  it('where it is configured to, when nobody knows a position', () => {
    expect(start({})).toBe(10n)
    expect(start({ startFrom: 'latest' })).toBe(100n)
  })

  it('at the position in our store, whatever the broker was told by us', () => {
    expect(start({ stored: 40n })).toBe(40n)
    expect(start({ stored: 40n, committed: at(70n, ownerMetadata('ours')) })).toBe(40n)
    expect(start({ stored: 40n, committed: at(20n, ownerMetadata('ours')) })).toBe(40n)
  })

  it('at the position in our store, whatever a tool or another program told the broker', () => {
    expect(start({ stored: 40n, committed: at(70n) })).toBe(40n)
    expect(start({ stored: 40n, committed: at(70n, 'something else') })).toBe(40n)
  })

  it('where another instance has come to, when it has gone on from our position', () => {
    expect(start({ stored: 40n, committed: at(70n, ownerMetadata('theirs')) })).toBe(70n)
    expect(start({ stored: 40n, committed: at(30n, ownerMetadata('theirs')) })).toBe(40n)
  })

  it('where the broker says, when our store knows nothing', () => {
    expect(start({ committed: at(70n), startFrom: 'latest' })).toBe(70n)
    expect(start({ committed: at(70n, ownerMetadata('theirs')) })).toBe(70n)
  })
})

describe('a position that the broker does not have', () => {
  it.each([
    ['earliest', 9n, 10n],
    ['latest', 9n, 100n],
    ['earliest', 101n, 10n],
    ['latest', 101n, 100n],
  ] as const)('is replaced by the %s offset: %d by %d', (outOfRange, stored, offset) => {
    expect(startOffset({ ...question, stored, outOfRange })).toEqual({ offset, replaced: stored })
  })

  it('ends reading if the policy is to fail', () => {
    expect(startOffset({ ...question, stored: 9n, outOfRange: 'fail' })).toBeUndefined()
    expect(startOffset({ ...question, stored: 101n, outOfRange: 'fail' })).toBeUndefined()
  })

  it('may be its oldest and the one behind its newest', () => {
    expect(startOffset({ ...question, stored: 10n, outOfRange: 'fail' })).toEqual({
      offset: 10n,
      replaced: undefined,
    })
    expect(startOffset({ ...question, stored: 100n, outOfRange: 'fail' })).toEqual({
      offset: 100n,
      replaced: undefined,
    })
  })

  it('is replaced where the topic was made anew, although its offset is there', () => {
    const anew = { stored: 40n, isReplaced: true }
    expect(startOffset({ ...question, ...anew })).toEqual({ offset: 10n, replaced: 40n })
    expect(startOffset({ ...question, ...anew, outOfRange: 'latest' })).toEqual({
      offset: 100n,
      replaced: 40n,
    })
    expect(startOffset({ ...question, ...anew, outOfRange: 'fail' })).toBeUndefined()
  })

  it('is replaced by how far another instance has come in the topic that was made anew', () => {
    const anew = { stored: 40n, isReplaced: true }
    const of = (offset: bigint, storeId: string) => at(offset, ownerMetadata(storeId))
    expect(start({ ...anew, committed: of(30n, 'theirs') })).toBe(30n)
    expect(start({ ...anew, committed: of(30n, 'ours') })).toBe(10n)
    expect(start({ ...anew, committed: of(300n, 'theirs') })).toBe(10n)
  })

  it('is told apart: behind the end is not final', () => {
    expect(isBeyondEnd({ ...question, stored: 101n })).toBe(true)
    expect(isBeyondEnd({ ...question, stored: 100n })).toBe(false)
    expect(isBeyondEnd({ ...question, stored: 9n })).toBe(false)
    expect(isBeyondEnd(question)).toBe(false)
  })
})

it('reads offsets as brokers write them', () => {
  expect(offsetOf('9223372036854775807')).toBe(9223372036854775807n)
  expect([offsetOf('-1'), offsetOf(''), offsetOf('1.5'), offsetOf(null), offsetOf(undefined)]).toEqual(
    Array.from({ length: 5 }),
  )
})
