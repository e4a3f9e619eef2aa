import { describe, expect, it } from 'vitest'
import { PartitionProgress } from '../../../src/platform/kafka/partition-progress.ts'

const stallMs = 1000

function begun(next: bigint, high: bigint): PartitionProgress {
  const progress = new PartitionProgress('signins', 3)
  progress.begin({ next, mark: undefined }, { low: 0n, high }, 0)
  return progress
}

describe('a partition is stalled', () => {
  it('when there are records and none is read for so long', () => {
    const progress = begun(5n, 10n)
    expect(progress.isStalled(stallMs, 999)).toBe(false)
    expect(progress.isStalled(stallMs, 1000)).toBe(true)
    progress.advance(6n, 1000)
    expect(progress.isStalled(stallMs, 1999)).toBe(false)
    expect(progress.isStalled(stallMs, 2000)).toBe(true)
  })

  it('not because it was idle before a record came', () => {
    const progress = begun(10n, 10n)
    expect(progress.isStalled(stallMs, 3_600_000)).toBe(false)
    progress.sees(11n, 3_600_000)
    expect(progress.isStalled(stallMs, 3_600_999)).toBe(false)
    expect(progress.isStalled(stallMs, 3_601_000)).toBe(true)
  })

  it('not while it is held back, or another member reads it', () => {
    const progress = begun(5n, 10n)
    progress.hold(900)
    expect(progress.isStalled(stallMs, 1000)).toBe(false)
    expect(progress.isStalled(stallMs, 1900)).toBe(true)
    progress.phase = 'away'
    expect(progress.isStalled(stallMs, 1900)).toBe(false)
  })

  it('when its position cannot be found', () => {
    const progress = new PartitionProgress('signins', 3)
    progress.locate(0)
    expect(progress.isStalled(stallMs, 999)).toBe(false)
    expect(progress.isStalled(stallMs, 1000)).toBe(true)
  })

  it('when it is not read at all', () => {
    const progress = begun(5n, 10n)
    progress.fail('the position is gone')
    expect(progress.isStalled(stallMs, 0)).toBe(true)
  })
})

describe('a partition has caught up', () => {
  it('when what was there at the beginning is read, however much has come since', () => {
    const progress = begun(5n, 10n)
    progress.sees(50n, 1)
    progress.advance(9n, 2)
    expect(progress.isCaughtUp).toBe(false)
    progress.advance(10n, 3)
    expect(progress.isCaughtUp).toBe(true)
    expect(progress.lag).toBe(40n)
  })

  it('from the beginning when it is empty, and never before it begins', () => {
    expect(begun(10n, 10n).isCaughtUp).toBe(true)
    expect(new PartitionProgress('signins', 3).isCaughtUp).toBe(false)
  })
})

it('tells its facts', () => {
  const progress = begun(5n, 10n)
  expect(progress.facts(true, false, 2)).toEqual({
    topic: 'signins',
    partition: 3,
    position: '5',
    highWatermark: '10',
    lag: 5,
    lastMessageAt: undefined,
    isPaused: true,
    isStalled: false,
    failure: undefined,
    outOfRange: 0,
    rebuilds: 2,
  })
  progress.sees(4n, 0)
  expect(progress.lag).toBe(0n)
})
