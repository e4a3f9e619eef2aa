/** A Kafka source in its consumer group, with a real Apache Kafka: members that come, go, wait, stall and die. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { connectGroup } from '../../src/platform/kafka/group-consumer.ts'
import { KafkaLedger, miscounted } from '../support/kafka-ledger.ts'
import { eventually, Member } from '../support/kafka-members.ts'
import { describeKafka } from '../support/kafka-suite.ts'
import { Workspace } from '../support/workspace.ts'

const none = { stalled: 0, crashed: 0, disconnected: 0 }

describeKafka('a member of a consumer group', (kafka) => {
  it('goes on through a broker that is killed and comes back', async () => {
    const topic = await kafka().topics.create(3)
    const before = await kafka().filled(topic, 3, 2000)
    await using member = new Member(kafka().options(kafka().group(), topic, { maxBytesPerPartition: 8000 }))
    await eventually('some read', () => member.ledger.total > 500)
    await kafka().broker.stop('SIGKILL')
    await kafka().broker.run()
    const after = await kafka().filled(topic, 3, 500, 2000)
    const ids = [...before, ...after]
    await eventually('all read', () => member.ledger.total >= ids.length)
    await eventually('the broker knows', async () => {
      const committed = await kafka().topics.committed(member.options.groupId, topic)
      return [0, 1, 2].every((partition) => committed.get(partition) === '2500')
    })
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.source.partitions().map(({ outOfRange }) => outOfRange)).toEqual([0, 0, 0])
  })

  it('stays a member through a batch that takes longer than the session', async () => {
    const topic = await kafka().topics.create(2)
    const ids = await kafka().filled(topic, 2, 2000)
    const timings = { sessionTimeoutMs: 1500, heartbeatMs: 300, stallMs: 1000 }
    await using member = new Member(kafka().options(kafka().group(), topic, timings))
    member.ledger.isOverloaded = true
    await eventually('held back', () => member.source.partitions().some(({ isPaused }) => isPaused))
    const since = Date.now()
    await eventually('three sessions have passed', () => Date.now() - since > 4500)
    expect(member.ledger.total).toBe(0)
    member.ledger.isOverloaded = false
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.source.facts()).toMatchObject({
      rebalances: 0,
      rebuilds: none,
    })
  })

  it('counts nothing twice and loses nothing while members join and leave', async () => {
    const topic = await kafka().topics.create(6)
    const name = kafka().group()
    // The broker is told nothing between hand-overs: those alone have to do it.
    const changed = { maxBytesPerPartition: 6000, commitMs: 600_000 }
    const ids: string[] = []
    const ledgers: KafkaLedger[] = []
    await using first = new Member(kafka().options(name, topic, changed))
    ledgers.push(first.ledger)
    let isProducing = true
    const producing = (async () => {
      for (let at = 0; isProducing; at += 50) ids.push(...(await kafka().filled(topic, 6, 50, at)))
    })()
    // A member that leaves and comes back brings its store, whose positions the others have passed meanwhile.
    let second = new KafkaLedger()
    const storeId = 'the-other-store'
    for (let round = 0; round < 4; round++) {
      const other = new Member(kafka().options(name, topic, { ...changed, storeId }), second)
      await eventually('the other reads', () => {
        const partitions = other.source.partitions()
        return partitions.length === 3 && partitions.every(({ position }) => position !== undefined)
      })
      const read = second.total
      await eventually('the other counts', () => second.total > read + 100)
      await other.source.stop()
      expect(other.source.facts().unsettled).toBe(0)
      second = new KafkaLedger(second.live)
      await eventually('the first has all', () => first.source.partitions().length === 6)
    }
    ledgers.push(second)
    isProducing = false
    await producing
    await eventually('caught up', () => first.ledger.total + second.total >= ids.length)
    await eventually('no lag', () => first.source.partitions().every(({ lag }) => lag === 0))
    expect(miscounted(ids, ledgers)).toEqual({})
    expect(first.ledger.total + second.total).toBe(ids.length)
    expect(second.total).toBeGreaterThan(400)
    expect(first.source.facts()).toMatchObject({
      unsettled: 0,
      rebuilds: none,
    })
    expect(first.source.facts().rebalances).toBeGreaterThanOrEqual(7)
  })

  it('counts nothing twice and loses nothing when its batches take longer than the session meanwhile', async () => {
    const topic = await kafka().topics.create(4)
    const name = kafka().group()
    const ids = await kafka().filled(topic, 4, 2500)
    // Each partition is one batch of more than two sessions.
    const changed = { sessionTimeoutMs: 1500, heartbeatMs: 300, rebalanceTimeoutMs: 6000, commitMs: 600_000 }
    const slow = (from?: KafkaLedger): KafkaLedger =>
      Object.assign(new KafkaLedger(from?.live), { slowMs: 1.5 })
    await using first = new Member(kafka().options(name, topic, changed), slow())
    let second = slow()
    for (let round = 0; round < 3; round++) {
      const other = new Member(kafka().options(name, topic, { ...changed, storeId: 'the-other' }), second)
      const read = second.total
      await eventually('the other counts', () => second.total > read + 200)
      await other.source.stop()
      expect(other.source.facts()).toMatchObject({ unsettled: 0, rebuilds: none })
      second = slow(second)
      await eventually('the first has all', () => first.source.partitions().length === 4)
    }
    first.ledger.slowMs = 0
    await eventually('all read', () => first.ledger.total + second.total >= ids.length)
    expect(miscounted(ids, [first.ledger, second])).toEqual({})
    expect(first.ledger.total + second.total).toBe(ids.length)
    expect(first.source.facts()).toMatchObject({ unsettled: 0, rebuilds: none })
    expect(first.source.facts().rebalances).toBeGreaterThanOrEqual(5)
  })

  it('is shown as stalled while the broker gives it nothing, without an error, and loses nothing', async () => {
    const topic = await kafka().topics.create(1)
    const padding = 'x'.repeat(4000)
    const ids = Array.from({ length: 500 }, (_, number) => `m-${number}`)
    for (let at = 0; at < ids.length; at += 100)
      await kafka().topics.send(
        topic,
        0,
        ids.slice(at, at + 100).map((id) => JSON.stringify({ id, padding })),
      )
    const clientId = 'throttled'
    // As Event Hubs throttles: a fetch of a client that had too much is answered with nothing.
    kafka().broker.limitFetches(clientId, 20_000)
    const changed = { clientId, maxBytesPerPartition: 70_000, stallMs: 1500 }
    await using member = new Member(kafka().options(kafka().group(), topic, changed))
    await eventually('stalled', () => member.source.partitions().some(({ isStalled }) => isStalled))
    expect(member.source.partitions()[0]?.lag).toBeGreaterThan(0)
    expect(member.ledger.total).toBeLessThan(ids.length)
    await eventually('built anew', () => member.source.facts().rebuilds.stalled > 0)
    kafka().broker.limitFetches(clientId, undefined)
    await eventually('all read', () => member.ledger.total >= ids.length, 50_000)
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(ids.length)
  })

  it('comes back to a broker that was away for longer than it waits for one', async () => {
    const topic = await kafka().topics.create(2)
    const before = await kafka().filled(topic, 2, 500)
    await using member = new Member(kafka().options(kafka().group(), topic, { sessionTimeoutMs: 2000 }))
    await eventually('caught up', () => member.ledger.total >= before.length)
    await kafka().broker.stop('SIGTERM')
    const rebuilds = (): number =>
      Object.values(member.source.facts().rebuilds).reduce((sum, count) => sum + count, 0)
    await eventually('built anew in vain', () => rebuilds() >= 2, 60_000)
    await kafka().broker.run()
    const after = await kafka().filled(topic, 2, 500, 500)
    await eventually('all read', () => member.ledger.total >= before.length + after.length, 60_000)
    expect(miscounted([...before, ...after], [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(2000)
  }, 180_000)

  it('takes over from a killed member at what the broker was told: no loss, and a known overlap', async () => {
    using folder = new Workspace()
    const topic = await kafka().topics.create(3)
    const ids = await kafka().filled(topic, 3, 3000)
    const name = kafka().group()
    const file = folder.at('killed.json')
    const script = fileURLToPath(new URL('../support/kafka-member.ts', import.meta.url))
    const child = spawn(process.execPath, [script, kafka().broker.address, name, topic, file], {
      stdio: 'ignore',
    })
    const exited = new Promise((resolve) => child.once('exit', resolve))
    const read = (): { counts: [string, number][]; positions: [string, string][] } =>
      existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { counts: [], positions: [] }
    await eventually('the broker was told something', async () => {
      const committed = await kafka().topics.committed(name, topic)
      return [...committed.values()].some((offset) => Number(offset) > 0)
    })
    child.kill('SIGKILL')
    await exited
    const killed = read()
    const told = await kafka().topics.committed(name, topic)
    await using heir = new Member(kafka().options(name, topic))
    await eventually('the heir has read the rest', () => heir.source.facts().isCaughtUp)
    const lost = ids.filter((id) => !heir.ledger.live.counts.has(id) && !new Map(killed.counts).has(id))
    expect(lost).toEqual([])
    const both = killed.counts.length + heir.ledger.total - ids.length
    const overlap = killed.positions.reduce((sum, [key, position]) => {
      const partition = Number(key.split(':')[1])
      return sum + Number(position.split(' ')[0]) - Number(told.get(partition))
    }, 0)
    expect(both).toBe(overlap)
  })

  it('is built anew when it stops reading although there are records', async () => {
    const topic = await kafka().topics.create(2)
    const ledger = new KafkaLedger()
    const changed = kafka().options(kafka().group(), topic, { stallMs: 1500 })
    let built = 0
    const connect = connectGroup(changed, ledger.handlers().log)
    await using member = new Member(changed, ledger, {
      connect: (events) => {
        const consumer = connect(events)
        if (built++ > 0) return consumer
        // The first one stops fetching without a word, and goes on with its heartbeats.
        return { ...consumer, resume: () => undefined }
      },
    })
    const ids = await kafka().filled(topic, 2, 300)
    await eventually('stalled', () => member.source.partitions().some(({ isStalled }) => isStalled))
    await eventually('all read', () => ledger.total >= ids.length)
    expect(miscounted(ids, [ledger])).toEqual({})
    expect(member.source.facts().rebuilds).toEqual({ stalled: 1, crashed: 0, disconnected: 0 })
    expect(member.source.partitions()[0]?.rebuilds).toBe(1)
  })
})
