import { describe, expect, it } from 'vitest'
import { PartitionProgress } from '../../../src/platform/kafka/partition-progress.ts'
import { StallWatch } from '../../../src/platform/kafka/stall-watch.ts'
import { FakeGroup } from '../../support/fake-group.ts'
import { KafkaLedger } from '../../support/kafka-ledger.ts'

function watched() {
  const group = new FakeGroup()
  const ledger = new KafkaLedger()
  const clock = { now: 0 }
  const partitions = [0, 1].map((number) => {
    const progress = new PartitionProgress(group.topic, number)
    progress.begin({ next: 5n, mark: undefined }, { low: 0n, high: 5n }, 0)
    group.ranges.set(number, { low: 0n, high: 5n })
    return progress
  })
  const session = {
    assigned: partitions,
    isJoined: true,
    intake: { isPaused: false },
    hasContact: () => true,
  }
  const watch = new StallWatch({
    options: { topics: [group.topic], stallMs: 1000 },
    handlers: ledger.handlers(),
    view: group.view,
    steadyMs: () => clock.now,
  })
  return { group, ledger, clock, session, watch, partitions }
}

describe('the watchdog', () => {
  it('measures lag also where nothing is fetched, as from a broker that throttles', async () => {
    const { group, watch, session, partitions, clock } = watched()
    group.ranges.set(1, { low: 0n, high: 25n })
    expect(await watch.look(session)).toBeUndefined()
    expect(partitions.map(({ lag }) => lag)).toEqual([0n, 20n])
    clock.now = 1000
    expect(partitions.map((progress) => progress.isStalled(1000, clock.now))).toEqual([false, true])
  })

  it('wants a new consumer when there are records and no partition moves', async () => {
    const { group, watch, session, clock } = watched()
    group.ranges.set(1, { low: 0n, high: 25n })
    await watch.look(session)
    clock.now = 999
    expect(await watch.look(session)).toBeUndefined()
    clock.now = 1000
    expect(await watch.look(session)).toBe('stalled')
  })

  it('leaves it alone while any partition moves: the others wait for their turn', async () => {
    const { group, watch, session, clock, partitions } = watched()
    for (const number of [0, 1]) group.ranges.set(number, { low: 0n, high: 9000n })
    await watch.look(session)
    for (clock.now = 500; clock.now <= 5000; clock.now += 500) {
      partitions[0]?.advance(BigInt(clock.now), clock.now)
      expect(await watch.look(session)).toBeUndefined()
    }
  })

  it('waits twice as long after a rebuild that did not help, and again as at first after one that did', async () => {
    const { group, watch, session, clock, partitions } = watched()
    group.ranges.set(0, { low: 0n, high: 25n })
    const stalledAt: number[] = []
    const lookUntil = async (end: number): Promise<void> => {
      for (; clock.now <= end; clock.now += 100)
        if ((await watch.look(session)) === 'stalled') {
          stalledAt.push(clock.now)
          partitions[0]?.begin({ next: 5n, mark: undefined }, { low: 0n, high: 25n }, clock.now)
        }
    }
    await lookUntil(7500)
    expect(stalledAt).toEqual([1000, 3000, 7000])
    partitions[0]?.advance(6n, clock.now)
    stalledAt.length = 0
    const since = clock.now
    await lookUntil(since + 1500)
    expect(stalledAt).toEqual([since + 1000])
  })

  it('does not mistake holding back for a stall', async () => {
    const { group, watch, session, clock, ledger } = watched()
    group.ranges.set(0, { low: 0n, high: 25n })
    ledger.isOverloaded = true
    for (clock.now = 0; clock.now <= 5000; clock.now += 500) expect(await watch.look(session)).toBeUndefined()
    ledger.isOverloaded = false
    for (clock.now = 5500; clock.now < 6000; clock.now += 100)
      expect(await watch.look(session)).toBeUndefined()
    clock.now = 6000
    expect(await watch.look(session)).toBe('stalled')
  })

  it('does not mind a partition that is not to be read', async () => {
    const { group, watch, session, clock, partitions } = watched()
    group.ranges.set(0, { low: 0n, high: 25n })
    partitions[0]?.fail('the position is gone')
    clock.now = 60_000
    expect(await watch.look(session)).toBeUndefined()
  })

  it('wants a new consumer when the group has heard nothing of it', async () => {
    const { watch, session } = watched()
    expect(await watch.look({ ...session, hasContact: () => false })).toBe('disconnected')
  })

  it('judges nothing when the brokers do not answer', async () => {
    const { group, watch, session, clock } = watched()
    group.asked = () => {
      throw new Error('no broker')
    }
    clock.now = 60_000
    await expect(watch.look(session)).rejects.toThrow('no broker')
    group.asked = () => undefined
    expect(await watch.look(session)).toBeUndefined()
  })
})
