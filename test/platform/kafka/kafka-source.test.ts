import { afterEach, describe, expect, it } from 'vitest'
import { ownerMetadata } from '../../../src/platform/kafka/start-offset.ts'
import { FakeGroup } from '../../support/fake-group.ts'
import { KafkaLedger } from '../../support/kafka-ledger.ts'
import { eventually, Member, memberOptions } from '../../support/kafka-members.ts'

/** Timers that tests do not need are far away. */
const calm = { storeId: 'ours', commitMs: 3_600_000, watchMs: 3_600_000, rebalanceTimeoutMs: 400 }

describe('a Kafka source', () => {
  const members: Member[] = []

  afterEach(async () => {
    for (const member of members.splice(0)) await member.source.stop()
  })

  function started(changed: Parameters<typeof memberOptions>[3] = {}, ledger = new KafkaLedger()) {
    const group = new FakeGroup()
    const clock = { now: 0, step: 0 }
    const options = memberOptions('unused:1', 'group', group.topic, { ...calm, ...changed })
    const edges = { connect: group.connect, view: group.view, steadyMs: () => (clock.now += clock.step) }
    const member = new Member(options, ledger, edges)
    members.push(member)
    const reading = (count: number): Promise<void> =>
      eventually(
        'it reads',
        () => member.source.partitions().filter(({ position }) => position).length === count,
      )
    return { group, ledger, clock, member, source: member.source, reading }
  }

  it('pauses what it gets until it knows where to begin, and begins there', async () => {
    const ledger = new KafkaLedger()
    ledger.live.positions.set('signins:1', '40')
    const { group, reading } = started({}, ledger)
    await group.join([0, 1])
    expect([...group.paused]).toEqual([0, 1])
    await reading(2)
    expect(group.seeks).toEqual([
      [0, '0'],
      [1, '40'],
    ])
    expect([...group.paused]).toEqual([])
  })

  it('keeps the position that it begins at, so that "latest" is decided once', async () => {
    const { group, ledger, reading } = started({ startFrom: 'latest' })
    await group.join([0], 77n)
    await reading(1)
    expect(ledger.position(group.topic, 0)).toBe('77')
  })

  it('takes no batch that comes before it knows where to begin', async () => {
    const { group, ledger, reading } = started()
    await group.join([0])
    await group.fetch(0, 0, 10)
    expect(ledger.total).toBe(0)
    await reading(1)
    await group.fetch(0, 0, 10)
    expect(ledger.total).toBe(10)
  })

  it('tells the broker only what is durable, and who it was', async () => {
    const { group, ledger, reading, source } = started()
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    ledger.isHeld = true
    const stopping = source.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(group.told).toEqual([])
    ledger.isHeld = false
    ledger.commit()
    await stopping
    expect(group.told).toEqual([[0, '10', ownerMetadata('ours')]])
    expect(ledger.durable.positions.get('signins:0')).toMatch(/^10 9:/)
    expect(group.built.map(({ isClosed }) => isClosed)).toEqual([true])
  })

  it('finishes, commits and tells before it gives partitions back', async () => {
    const { group, ledger, reading, source, clock } = started({ rebalanceTimeoutMs: 20_000 })
    await group.join([0])
    await reading(1)
    clock.step = 1
    let beat: () => void = () => undefined
    let beats = 0
    // The long batch hangs in a heartbeat when the rebalance comes.
    const heartbeat = (): Promise<void> => {
      beats++
      if (beats < 3) return Promise.resolve()
      return new Promise((resolve) => {
        beat = resolve
      })
    }
    const fetching = group.fetch(0, 0, 900, { heartbeat })
    await eventually('it hangs', () => beats === 3)
    const counted = ledger.total
    const joining = group.join([0])
    expect(source.facts().isJoined).toBe(false)
    expect(group.told).toEqual([])
    beat()
    await Promise.all([fetching, joining])
    expect(counted).toBeGreaterThan(0)
    expect(ledger.total).toBe(counted)
    expect(group.told).toEqual([[0, String(counted), ownerMetadata('ours')]])
    expect(source.facts()).toMatchObject({ rebalances: 1, unsettled: 0 })
    await eventually('it begins again', () => group.seeks.length === 2)
    expect(group.seeks[1]).toEqual([0, String(counted - 1)])
  })

  it('counts the partitions that it had to give back before the broker knew', async () => {
    const { group, ledger, reading, source } = started()
    await group.join([0, 1])
    await reading(2)
    await group.fetch(0, 0, 10)
    ledger.isHeld = true
    await group.join([1])
    expect(source.facts().unsettled).toBe(2)
    expect(group.told).toEqual([])
    ledger.isHeld = false
    ledger.commit()
  })

  it('never tells the broker late what another member may have passed since', async () => {
    const { group, ledger, reading } = started()
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    ledger.isHeld = true
    await group.join([])
    ledger.isHeld = false
    ledger.commit()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(group.told).toEqual([])
  })

  it('goes on behind what another member has counted meanwhile', async () => {
    const { group, ledger, reading } = started()
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    await group.join([])
    group.committed.set(0, { offset: 60n, metadata: ownerMetadata('theirs') })
    await group.join([0])
    await eventually('it begins', () => ledger.position(group.topic, 0) === '60')
    expect(group.seeks.at(-1)).toEqual([0, '60'])
  })

  it('goes back to its position when kafkajs has gone elsewhere for no reason', async () => {
    const { group, ledger, reading, source } = started()
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    await group.fetch(0, 500, 10)
    expect(ledger.total).toBe(10)
    await eventually('it begins again', () => group.seeks.length === 2)
    expect(group.seeks[1]).toEqual([0, '9'])
    await group.fetch(0, 9, 6)
    expect([ledger.total, ledger.position(group.topic, 0)]).toEqual([15, '15'])
    expect(source.partitions()[0]?.outOfRange).toBe(0)
  })

  it('follows its policy when its position is gone', async () => {
    const { group, ledger, reading, source } = started()
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    group.ranges.set(0, { low: 400n, high: 1000n })
    await group.fetch(0, 400, 10)
    await eventually('it begins again', () => group.seeks.length === 2)
    expect(group.seeks[1]).toEqual([0, '400'])
    expect(source.partitions()[0]?.outOfRange).toBe(1)
    expect(ledger.log).toMatchObject([
      { level: 'info' },
      { level: 'warn', facts: { partition: 0, position: '10', continuesAt: '400' } },
    ])
  })

  describe('that comes back to a topic', () => {
    /** Reads the offsets 0 to 9, and begins again where it stopped. */
    async function back(changed: Parameters<typeof started>[0] = {}) {
      const begun = started(changed)
      const { group, reading } = begun
      await group.join([0])
      await reading(1)
      await group.fetch(0, 0, 10)
      await group.join([0])
      await eventually('it begins again', () => group.seeks.length === 2)
      expect(group.seeks[1]).toEqual([0, '9'])
      return begun
    }

    it('knows it by the last record, and counts that no second time', async () => {
      const { group, ledger, source } = await back()
      await group.fetch(0, 9, 1)
      expect(source.partitions()[0]).toMatchObject({ position: '10', outOfRange: 0 })
      await group.fetch(0, 10, 5)
      expect([ledger.total, group.seeks.length]).toEqual([15, 2])
    })

    it('follows its policy when another record stands there: the topic was made anew', async () => {
      const { group, ledger, source } = await back()
      await group.fetch(0, 9, 10, { made: 'anew' })
      expect(ledger.total).toBe(10)
      await eventually('it begins at the start', () => group.seeks.length === 3)
      expect(group.seeks[2]).toEqual([0, '0'])
      await group.fetch(0, 0, 19, { made: 'anew' })
      expect(ledger.total).toBe(29)
      expect(source.partitions()[0]).toMatchObject({ position: '19', outOfRange: 1 })
      expect(ledger.log.at(-1)).toMatchObject({
        level: 'warn',
        facts: { position: '10', continuesAt: '0' },
        message: expect.stringContaining('made anew'),
      })
    })

    it('notices that there is a record of the broker’s own now', async () => {
      const { group, source } = await back({ outOfRange: 'latest' })
      group.events.passedOver(group.topic, 0, '9', '12')
      await eventually('it begins at the end', () => group.seeks.length === 3)
      expect(group.seeks[2]).toEqual([0, '1000'])
      expect(source.partitions()[0]?.outOfRange).toBe(1)
    })

    it('reads nothing of it if it is told to stop there', async () => {
      const { group, ledger, source } = await back({ outOfRange: 'fail' })
      await group.fetch(0, 9, 10, { made: 'anew' })
      await eventually('it stops', () => source.partitions()[0]?.failure !== undefined)
      expect(source.partitions()[0]?.failure).toContain('made anew')
      expect([ledger.total, ledger.position(group.topic, 0)]).toEqual([10, '10'])
    })

    it('goes on where the record was taken by compaction', async () => {
      const { group, ledger, source } = await back()
      await group.fetch(0, 20, 5, { from: 9 })
      expect([ledger.total, ledger.position(group.topic, 0)]).toEqual([15, '25'])
      expect(source.partitions()[0]?.outOfRange).toBe(0)
    })

    it.each([
      ['where only what is before its position is left', '9', null],
      ['where its position is behind records of the broker’s own', '10', '10'],
    ])('goes on %s', async (_, last, first) => {
      const { group, ledger, source } = await back()
      group.events.passedOver(group.topic, 0, first, last)
      const next = last === '9' ? 10 : 11
      await group.fetch(0, next, 5)
      expect([ledger.total, ledger.position(group.topic, 0)]).toEqual([15, String(next + 5)])
      expect(source.partitions()[0]?.outOfRange).toBe(0)
    })

    it('looks at it again after a fetch that failed', async () => {
      const { group, ledger, source } = await back()
      await group.fetch(0, 9, 5)
      group.events.fetchFailed()
      group.events.fetchFailed()
      expect(group.seeks.slice(2)).toEqual([[0, '13']])
      await group.fetch(0, 13, 5, { made: 'anew' })
      await eventually('it begins at the start', () => group.seeks.length === 4)
      expect([ledger.total, source.partitions()[0]?.outOfRange]).toEqual([14, 1])
    })

    it('asks for nothing that retention has taken', async () => {
      const begun = started()
      const { group, reading, source } = begun
      await group.join([0])
      await reading(1)
      await group.fetch(0, 0, 10)
      group.ranges.set(0, { low: 10n, high: 1000n })
      await group.join([0])
      await eventually('it begins again', () => group.seeks.length === 2)
      expect(group.seeks[1]).toEqual([0, '10'])
      expect(source.partitions()[0]?.outOfRange).toBe(0)
    })

    it('goes on from a position that was stored without a mark', async () => {
      const ledger = new KafkaLedger()
      ledger.live.positions.set('signins:0', '40')
      const { group, reading } = started({}, ledger)
      await group.join([0])
      await reading(1)
      expect(group.seeks).toEqual([[0, '40']])
      await group.fetch(0, 40, 5)
      expect(ledger.live.positions.get('signins:0')).toMatch(/^45 44:0:[0-9a-f]+$/)
    })
  })

  it('passes over what is the broker’s own without counting it as lag', async () => {
    const { group, ledger, reading, source } = started()
    await group.join([0], 12n)
    await reading(1)
    await group.fetch(0, 0, 10, { high: 12 })
    group.events.passedOver(group.topic, 0, '10', '11')
    expect(ledger.position(group.topic, 0)).toBe('12')
    expect(source.partitions()[0]).toMatchObject({ position: '12', lag: 0 })
    group.events.passedOver(group.topic, 0, '3', '4')
    expect(ledger.position(group.topic, 0)).toBe('12')
  })

  it('asks again when the brokers do not say where to begin', async () => {
    const { group, ledger, reading } = started()
    let failures = 2
    group.asked = () => {
      if (failures-- > 0) throw new Error('no broker')
    }
    await group.join([0])
    await reading(1)
    expect(ledger.log.filter(({ level }) => level === 'warn')).toHaveLength(2)
  })

  it('takes nothing more once the group has not heard of it for a session', async () => {
    const { group, ledger, reading, clock, source } = started({ sessionTimeoutMs: 6000 })
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    clock.now = 6001
    await group.fetch(0, 10, 10)
    expect(ledger.total).toBe(10)
    await eventually('it is built anew', () => group.built.length === 2)
    expect(source.facts().rebuilds).toEqual({ stalled: 0, crashed: 0, disconnected: 1 })
    expect(group.built[0]?.isClosed).toBe(true)
  })

  it('is built anew after a crash, and reads on from its position', async () => {
    const { group, ledger, reading, source } = started()
    await group.join([0])
    await reading(1)
    await group.fetch(0, 0, 10)
    group.events.crashed(new Error('the coordinator is gone'))
    await eventually('it is built anew', () => group.built.length === 2)
    await group.join([0])
    await eventually('it begins', () => group.seeks.length === 2)
    expect(group.seeks[1]).toEqual([0, '9'])
    await group.fetch(0, 9, 6)
    expect(ledger.total).toBe(15)
    expect(source.partitions()[0]).toMatchObject({ position: '15', rebuilds: 1 })
  })

  it('lets nothing in from a consumer that it has given up', async () => {
    const { group, ledger, reading } = started()
    await group.join([0])
    await reading(1)
    const old = group.events
    old.crashed(new Error('gone'))
    await eventually('it is built anew', () => group.built.length === 2)
    await group.join([0])
    await eventually('it begins', () => group.seeks.length === 2)
    const current = group.built.pop()
    await group.fetch(0, 0, 10)
    expect(ledger.total).toBe(0)
    if (current) group.built.push(current)
    await group.fetch(0, 0, 10)
    expect(ledger.total).toBe(10)
  })

  it('does not let a consumer into the group that it has given up', async () => {
    const { group } = started()
    const old = group.events
    old.crashed(new Error('gone'))
    await eventually('it is built anew', () => group.built.length === 2)
    await expect(old.beforeJoin()).rejects.toThrow('closed')
    await expect(group.events.beforeJoin()).resolves.toBeUndefined()
  })

  it('counts what it could not settle when it stopped', async () => {
    const { group, reading, source } = started()
    await group.join([0, 1])
    await reading(2)
    group.commit = () => Promise.reject(new Error('no broker'))
    await source.stop()
    expect(source.facts().unsettled).toBe(2)
  })

  it('has caught up when all that was there is read', async () => {
    const { group, reading, source } = started()
    expect(source.facts().isCaughtUp).toBe(false)
    group.ranges.set(0, { low: 0n, high: 20n })
    group.ranges.set(1, { low: 0n, high: 0n })
    await group.join([0, 1])
    expect(source.facts().isCaughtUp).toBe(false)
    await reading(2)
    await group.fetch(0, 0, 19)
    expect(source.facts().isCaughtUp).toBe(false)
    await group.fetch(0, 19, 1)
    expect(source.facts().isCaughtUp).toBe(true)
  })
})
