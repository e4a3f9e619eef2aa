import { describe, expect, it } from 'vitest'
import { KafkaLedger, miscounted } from '../support/kafka-ledger.ts'
import { eventually, Member } from '../support/kafka-members.ts'
import { describeKafka } from '../support/kafka-suite.ts'
import { KafkaTopics } from '../support/kafka-topics.ts'

describeKafka('the position of a Kafka source', (kafka) => {
  it('goes on from our positions after a kill, whatever the broker was told', async () => {
    const topic = await kafka().topics.create(4)
    const ids = await kafka().filled(topic, 4, 1500)
    const [name, storeId] = [kafka().group(), 'one-store']
    let ledger = new KafkaLedger()
    for (const stopAt of [1000, 2500, 4200]) {
      const member = new Member(kafka().options(name, topic, { storeId, maxBytesPerPartition: 8000 }), ledger)
      await eventually(`${stopAt} read`, () => ledger.total >= stopAt)
      // The broker is told all; the store then loses its last commits, as after a power failure.
      const older = ledger.durable
      await member.source.stop()
      ledger = new KafkaLedger(older)
    }
    await using member = new Member(kafka().options(name, topic, { storeId }), ledger)
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(ids.length)
  })

  describe('when its position is gone from the broker', () => {
    async function cut(): Promise<{ topic: string; ledger: KafkaLedger; name: string }> {
      const topic = await kafka().topics.create(2)
      const name = kafka().group()
      await kafka().filled(topic, 2, 100)
      const ledger = new KafkaLedger()
      const member = new Member(kafka().options(name, topic), ledger)
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      await member.source.stop()
      await kafka().filled(topic, 2, 100, 100)
      await kafka().topics.cut(topic, 0, 150)
      return { topic, ledger, name }
    }

    it.each([
      ['earliest', 100 + 50],
      ['latest', 100],
    ] as const)('goes on at the %s offset, and counts that', async (outOfRange, counted) => {
      const { topic, ledger, name } = await cut()
      await using member = new Member(kafka().options(name, topic, { outOfRange }), ledger)
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      const ofPartition = (partition: number): number =>
        [...ledger.live.counts.keys()].filter((id) => id.startsWith(`${partition}-`)).length
      expect([ofPartition(0), ofPartition(1)]).toEqual([counted, 200])
      expect(ledger.total).toBe(counted + 200)
      expect(member.source.partitions().map(({ outOfRange: times }) => times)).toEqual([1, 0])
      expect(ledger.position(topic, 0)).toBe('200')
    })

    it('stops there if it is told to, and reads the other partitions', async () => {
      const { topic, ledger, name } = await cut()
      await using member = new Member(kafka().options(name, topic, { outOfRange: 'fail' }), ledger)
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      expect(member.source.partitions()).toMatchObject([
        { outOfRange: 1, isStalled: true, failure: expect.stringContaining('offsets 150 to 200') },
        { outOfRange: 0, isStalled: false, failure: undefined },
      ])
      expect(ledger.total).toBe(100 + 200)
      expect(ledger.position(topic, 0)).toBe('100')
    })

    it('notices while it reads', async () => {
      const topic = await kafka().topics.create(1)
      await kafka().filled(topic, 1, 100)
      await using member = new Member(kafka().options(kafka().group(), topic))
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      member.ledger.isOverloaded = true
      await kafka().filled(topic, 1, 50, 100)
      await eventually('held back', () => member.source.partitions().some(({ isPaused }) => isPaused))
      await kafka().filled(topic, 1, 50, 150)
      await kafka().topics.cut(topic, 0, 180)
      member.ledger.isOverloaded = false
      // What was fetched before counts; 150 to 179 are gone.
      await eventually('the rest is read', () => member.ledger.total >= 170)
      expect(member.ledger.total).toBe(170)
      expect(member.source.partitions()).toMatchObject([{ position: '200', outOfRange: 1 }])
    })

    it('starts a topic anew that was made anew', async () => {
      const topic = await kafka().topics.create(1)
      await kafka().filled(topic, 1, 100)
      const name = kafka().group()
      const member = new Member(kafka().options(name, topic))
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      await member.source.stop()
      await kafka().topics.makeAnew(topic, 1)
      await kafka().filled(topic, 1, 30, 1000)
      await using again = new Member(kafka().options(name, topic), new KafkaLedger(member.ledger.live))
      await eventually('caught up', () => again.source.facts().isCaughtUp)
      expect(again.ledger.total).toBe(130)
      expect(again.source.partitions()).toMatchObject([{ position: '30', outOfRange: 1 }])
    })
  })

  describe('when its topic was made anew, and has outgrown its position', () => {
    async function madeAnew(): Promise<{ topic: string; ledger: KafkaLedger; name: string }> {
      const topic = await kafka().topics.create(2)
      const name = kafka().group()
      await kafka().filled(topic, 2, 100)
      const ledger = new KafkaLedger()
      const member = new Member(kafka().options(name, topic), ledger)
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      await member.source.stop()
      await kafka().topics.makeAnew(topic, 2)
      await kafka().filled(topic, 2, 300, 1000)
      return { topic, ledger, name }
    }

    it.each([
      ['earliest', 200 + 600],
      ['latest', 200],
    ] as const)('goes on at the %s offset, and counts that', async (outOfRange, counted) => {
      const { topic, ledger, name } = await madeAnew()
      await using member = new Member(kafka().options(name, topic, { outOfRange }), ledger)
      await eventually('it is noticed', () => {
        const noticed = member.source.partitions().filter(({ outOfRange: times }) => times === 1)
        return noticed.length === 2
      })
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      expect(ledger.total).toBe(counted)
      expect(member.source.partitions().map(({ position }) => position)).toEqual(['300', '300'])
      expect(ledger.log.filter(({ message }) => message.includes('made anew'))).toHaveLength(2)
    })

    it('stops there if it is told to', async () => {
      const { topic, ledger, name } = await madeAnew()
      await using member = new Member(kafka().options(name, topic, { outOfRange: 'fail' }), ledger)
      await eventually('it is noticed', () => {
        const noticed = member.source.partitions().filter(({ failure }) => failure !== undefined)
        return noticed.length === 2
      })
      expect(member.source.partitions()).toMatchObject([
        { outOfRange: 1, failure: expect.stringContaining('made anew') },
        { outOfRange: 1, failure: expect.stringContaining('made anew') },
      ])
      expect(ledger.total).toBe(200)
    })

    it('notices while it reads', async () => {
      const topic = await kafka().topics.create(1)
      await kafka().filled(topic, 1, 100)
      await using member = new Member(kafka().options(kafka().group(), topic))
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      await kafka().topics.makeAnew(topic, 1)
      await kafka().filled(topic, 1, 300, 1000)
      await eventually('the new one is read', () => member.ledger.total >= 400)
      expect(member.ledger.total).toBe(400)
    })
  })

  it('knows its topic again by what it read last, whatever the broker has done to that since', async () => {
    const stamped = await kafka().topics.create(1, undefined, { 'message.timestamp.type': 'LogAppendTime' })
    const cut = await kafka().topics.create(1)
    const marks = await kafka().topics.create(1)
    const name = kafka().group()
    const together = { topics: [stamped, cut, marks] }
    await kafka().filled(stamped, 1, 10)
    await kafka().filled(cut, 1, 10)
    await kafka().topics.transact(marks, 'commit', 5)
    await kafka().topics.transact(marks, 'abort', 5, 5)
    const member = new Member(kafka().options(name, stamped, together))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    await member.source.stop()
    const before = member.ledger.total
    await kafka().topics.cut(cut, 0, 10)
    for (const topic of [stamped, cut]) await kafka().topics.fill(topic, 0, 3, 10)
    await kafka().topics.transact(marks, 'commit', 3, 10)
    await using again = new Member(kafka().options(name, stamped, together), member.ledger.afterCrash())
    await eventually('all read', () => again.ledger.total >= before + 9)
    expect([before, again.ledger.total]).toEqual([25, 34])
    expect(again.source.partitions().map(({ outOfRange }) => outOfRange)).toEqual([0, 0, 0])
  })

  it('begins at the end if it is told to, but reads partitions that are added from their beginning', async () => {
    const topic = await kafka().topics.create(1)
    await kafka().filled(topic, 1, 20)
    const name = kafka().group()
    const latest = { startFrom: 'latest', storeId: 'latest' } as const
    const member = new Member(kafka().options(name, topic, latest))
    await eventually('joined', () => member.source.facts().isCaughtUp)
    await kafka().filled(topic, 1, 5, 20)
    await eventually('the new ones are read', () => member.ledger.total >= 5)
    await member.source.stop()
    expect(member.ledger.total).toBe(5)
    await kafka().topics.admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })
    // A producer that knows the topic from before would not find the new partition.
    await using fresh = await KafkaTopics.connect(kafka().broker.address)
    await fresh.fill(topic, 1, 7)
    await using again = new Member(kafka().options(name, topic, latest), new KafkaLedger(member.ledger.live))
    await eventually('caught up', () => again.source.facts().isCaughtUp)
    expect(again.ledger.total).toBe(12)
  })
})
