/** The Kafka source with a real Apache Kafka: what is counted, through restarts, rebalances and offsets that are gone. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/app/config.ts'
import { createKafkaSources, kafkaPositionKey } from '../../src/app/kafka-wiring.ts'
import { connectGroup } from '../../src/platform/kafka/group-consumer.ts'
import { KafkaBroker, kafkaDistribution } from '../support/kafka-broker.ts'
import { KafkaLedger, miscounted } from '../support/kafka-ledger.ts'
import { eventually, Member, memberOptions } from '../support/kafka-members.ts'
import { MemoryPositions, NotingPipeline } from '../support/kafka-pipeline.ts'
import { KafkaTopics } from '../support/kafka-topics.ts'
import { morning, onCluster, roleAssumed, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const { libraries, missing } = kafkaDistribution()
const title = libraries === undefined ? `Kafka (skipped: ${missing})` : 'a Kafka source'

describe.skipIf(libraries === undefined)(title, { timeout: 60_000 }, () => {
  let broker: KafkaBroker
  let topics: KafkaTopics
  let groups = 0

  beforeAll(async () => {
    broker = await KafkaBroker.start(libraries ?? '')
    topics = await KafkaTopics.connect(broker.address)
  })

  afterAll(async () => {
    await topics?.[Symbol.asyncDispose]()
    await broker?.[Symbol.asyncDispose]()
  })

  const group = (): string => `group-${++groups}`
  const options = (...rest: [group: string, topic: string, changed?: Parameters<typeof memberOptions>[3]]) =>
    memberOptions(broker.address, ...rest)

  async function filled(topic: string, partitions: number, count: number, first = 0): Promise<string[]> {
    const ids: string[] = []
    for (let partition = 0; partition < partitions; partition++)
      ids.push(...(await topics.fill(topic, partition, count, first)))
    return ids
  }

  it('counts every message of 12 partitions once, one of them idle', async () => {
    const topic = await topics.create(12)
    const ids = await filled(topic, 11, 700)
    await using member = new Member(options(group(), topic))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(ids.length)
    const partitions = member.source.partitions()
    expect(partitions).toHaveLength(12)
    const idle = partitions.find(({ partition }) => partition === 11)
    expect(idle).toMatchObject({ position: '0', lag: 0, isStalled: false, lastMessageAt: undefined })
    const busy = partitions.find(({ partition }) => partition === 3)
    expect(busy).toMatchObject({ position: '700', highWatermark: '700', lag: 0, isStalled: false })
  })

  it('reads JSON lines and envelopes through the decoder, and keeps its positions under its name', async () => {
    const topic = await topics.create(12)
    const pipeline = new NotingPipeline()
    const positions = new MemoryPositions()
    const ids: string[] = []
    for (let partition = 0; partition < 11; partition++) {
      const record = (number: number) => {
        ids.push(`kubernetes-audit:p${partition}-${number}`)
        return tokenRequest({ id: `p${partition}-${number}`, time: morning })
      }
      const role = (number: number) => {
        ids.push(`aws-cloudtrail:r${partition}-${number}`)
        return roleAssumed({ id: `r${partition}-${number}`, time: morning })
      }
      const messages = [
        JSON.stringify(record(0)),
        linesOf([record(1), record(2)]),
        JSON.stringify([record(3), record(4)], undefined, 2),
        JSON.stringify({ kind: 'EventList', items: [record(5), record(6)] }),
        JSON.stringify({ records: [onCluster('shop', record(7)), onCluster('shop', record(8))] }),
        JSON.stringify({ Records: [role(0), role(1)] }),
        JSON.stringify({ arrival: '2026-03-02T10:00:00Z', record: record(9) }),
        null,
        '{"kind":"Event",',
      ]
      await topics.send(topic, partition, messages)
    }
    const { problems, config } = loadConfig(
      undefined,
      {
        IDENTITY_SLO__SOURCES__KAFKA: `[{name: audit, brokers: ["${broker.address}"], topics: [${topic}], groupId: ${group()}}]`,
      },
      () => '',
    )
    expect(problems).toEqual([])
    const log = new KafkaLedger().handlers().log
    const wiring = { pipeline: pipeline.wired, positions, isOverloaded: () => false, log, now: Date.now }
    const [named] = createKafkaSources(config?.kafka ?? [], wiring)
    named?.source.start()
    await eventually('caught up', () => named?.source.facts().isCaughtUp ?? false)
    await named?.source.stop()
    expect(named?.name).toBe('audit')
    expect(new Set(pipeline.ids)).toEqual(new Set(ids))
    expect(pipeline.ids).toHaveLength(ids.length)
    expect(pipeline.rejections.filter((reason) => reason === 'malformed_json')).toHaveLength(11)
    expect(pipeline.rejections.filter((reason) => reason === 'truncated')).toHaveLength(11)
    expect(pipeline.rejections).toHaveLength(22)
    expect(positions.get(kafkaPositionKey('audit', topic, 0))).toBe('9')
    expect(positions.get(kafkaPositionKey('audit', topic, 11))).toBe('0')
    expect(positions.get('kafka')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('reads what Kafka packs with %s', async (codec) => {
    const topic = await topics.create(3)
    const ids = Array.from({ length: 4000 }, (_, index) => `${codec}-${index}`)
    broker.produceLines(
      topic,
      codec,
      ids.map((id) => JSON.stringify({ id, padding: `${id} `.repeat(20) })),
    )
    await using member = new Member(options(group(), topic))
    await eventually('all read', () => member.ledger.total >= ids.length)
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.ledger.problems).toEqual([])
  })

  it('rejects what is no JSON once each, and a batch that unpacks without end by its records', async () => {
    const topic = await topics.create(1)
    const pack = promisify(gzip)
    kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
      compress: (encoder: { readonly buffer: Buffer }) => pack(encoder.buffer),
    })
    const values = [
      '{"id":"first"}',
      null,
      '',
      'text\nof\nlines',
      Buffer.from([0, 10, 255, 10]),
      '{"id":"second"}',
    ]
    await topics.send(topic, 0, values)
    const bomb = Buffer.alloc(70 * 1024 * 1024, '[')
    await topics.sendPacked(topic, 0, [bomb, bomb.subarray(0, 10)])
    await topics.send(topic, 0, ['{"id":"third"}'])
    await using member = new Member(options(group(), topic))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(['first', 'second', 'third'], [member.ledger])).toEqual({})
    expect(member.ledger.problems.map(({ reason, at }) => [at.offset, reason])).toEqual([
      ['1', 'malformed_json'],
      ['2', 'malformed_json'],
      ['3', 'malformed_json'],
      ['4', 'malformed_json'],
      ['6', 'decompression_limit'],
      ['7', 'decompression_limit'],
    ])
    expect(member.source.facts().rebuilds).toEqual({ stalled: 0, crashed: 0, disconnected: 0 })
  })

  it('reads transactions that were committed, not those that were aborted, and sees no lag in their marks', async () => {
    const topic = await topics.create(1)
    const committed = await topics.transact(topic, 'commit', 40)
    await topics.transact(topic, 'abort', 40, 40)
    const later = await topics.transact(topic, 'commit', 40, 80)
    await topics.transact(topic, 'abort', 1, 120)
    await using member = new Member(options(group(), topic, { stallMs: 600 }))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted([...committed, ...later], [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(80)
    const since = Date.now()
    await eventually('the watchdog has looked', () => Date.now() - since > 1500)
    expect(member.source.partitions()).toMatchObject([{ position: '125', lag: 0, isStalled: false }])
    expect(member.source.facts().rebuilds.stalled).toBe(0)
  })

  it('reads messages as large as brokers take them', async () => {
    const topic = await topics.create(2)
    const large = (id: string): string => JSON.stringify({ id, padding: 'x'.repeat(1_040_000) })
    for (const id of ['a', 'b', 'c']) await topics.send(topic, 0, [large(id)])
    await topics.send(topic, 1, ['{"id":"small"}', large('d')])
    await using member = new Member(options(group(), topic))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(['a', 'b', 'c', 'd', 'small'], [member.ledger])).toEqual({})
  })

  it('goes on from our positions after a kill, whatever the broker was told', async () => {
    const topic = await topics.create(4)
    const ids = await filled(topic, 4, 1500)
    const [name, storeId] = [group(), 'one-store']
    let ledger = new KafkaLedger()
    for (const stopAt of [1000, 2500, 4200]) {
      const member = new Member(options(name, topic, { storeId, maxBytesPerPartition: 8000 }), ledger)
      await eventually(`${stopAt} read`, () => ledger.total >= stopAt)
      // The broker is told all; the store then loses its last commits, as after a power failure.
      const older = ledger.durable
      await member.source.stop()
      ledger = new KafkaLedger(older)
    }
    await using member = new Member(options(name, topic, { storeId }), ledger)
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(ids.length)
  })

  it('goes on through a broker that is killed and comes back', async () => {
    const topic = await topics.create(3)
    const before = await filled(topic, 3, 2000)
    await using member = new Member(options(group(), topic, { maxBytesPerPartition: 8000 }))
    await eventually('some read', () => member.ledger.total > 500)
    await broker.stop('SIGKILL')
    await broker.run()
    const after = await filled(topic, 3, 500, 2000)
    const ids = [...before, ...after]
    await eventually('all read', () => member.ledger.total >= ids.length)
    await eventually('the broker knows', async () => {
      const committed = await topics.committed(member.options.groupId, topic)
      return [0, 1, 2].every((partition) => committed.get(partition) === '2500')
    })
    expect(miscounted(ids, [member.ledger])).toEqual({})
    expect(member.source.partitions().map(({ outOfRange }) => outOfRange)).toEqual([0, 0, 0])
  })

  it('stays a member through a batch that takes longer than the session', async () => {
    const topic = await topics.create(2)
    const ids = await filled(topic, 2, 2000)
    const timings = { sessionTimeoutMs: 1500, heartbeatMs: 300, stallMs: 1000 }
    await using member = new Member(options(group(), topic, timings))
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
      rebuilds: { stalled: 0, crashed: 0, disconnected: 0 },
    })
  })

  it('counts nothing twice and loses nothing while members join and leave', async () => {
    const topic = await topics.create(6)
    const name = group()
    // The broker is told nothing between hand-overs: those alone have to do it.
    const changed = { maxBytesPerPartition: 6000, commitMs: 600_000 }
    const ids: string[] = []
    const ledgers: KafkaLedger[] = []
    await using first = new Member(options(name, topic, changed))
    ledgers.push(first.ledger)
    let isProducing = true
    const producing = (async () => {
      for (let at = 0; isProducing; at += 50) ids.push(...(await filled(topic, 6, 50, at)))
    })()
    // A member that leaves and comes back brings its store, whose positions the others have passed meanwhile.
    let second = new KafkaLedger()
    const storeId = 'the-other-store'
    for (let round = 0; round < 4; round++) {
      const other = new Member(options(name, topic, { ...changed, storeId }), second)
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
      rebuilds: { stalled: 0, crashed: 0, disconnected: 0 },
    })
    expect(first.source.facts().rebalances).toBeGreaterThanOrEqual(7)
  })

  it('takes over from a killed member at what the broker was told: no loss, and a known overlap', async () => {
    using folder = new Workspace()
    const topic = await topics.create(3)
    const ids = await filled(topic, 3, 3000)
    const name = group()
    const file = folder.at('killed.json')
    const script = fileURLToPath(new URL('../support/kafka-member.ts', import.meta.url))
    const child = spawn(process.execPath, [script, broker.address, name, topic, file], { stdio: 'ignore' })
    const exited = new Promise((resolve) => child.once('exit', resolve))
    const read = (): { counts: [string, number][]; positions: [string, string][] } =>
      existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { counts: [], positions: [] }
    await eventually('the broker was told something', async () => {
      const committed = await topics.committed(name, topic)
      return [...committed.values()].some((offset) => Number(offset) > 0)
    })
    child.kill('SIGKILL')
    await exited
    const killed = read()
    const told = await topics.committed(name, topic)
    await using heir = new Member(options(name, topic))
    await eventually('the heir has read the rest', () => heir.source.facts().isCaughtUp)
    const lost = ids.filter((id) => !heir.ledger.live.counts.has(id) && !new Map(killed.counts).has(id))
    expect(lost).toEqual([])
    const both = killed.counts.length + heir.ledger.total - ids.length
    const overlap = killed.positions.reduce((sum, [key, position]) => {
      const partition = Number(key.split(':')[1])
      return sum + Number(position) - Number(told.get(partition))
    }, 0)
    expect(both).toBe(overlap)
  })

  describe('when its position is gone from the broker', () => {
    async function cut(): Promise<{ topic: string; ledger: KafkaLedger; name: string }> {
      const topic = await topics.create(2)
      const name = group()
      await filled(topic, 2, 100)
      const ledger = new KafkaLedger()
      const member = new Member(options(name, topic), ledger)
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      await member.source.stop()
      await filled(topic, 2, 100, 100)
      await topics.cut(topic, 0, 150)
      return { topic, ledger, name }
    }

    it.each([
      ['earliest', 100 + 50],
      ['latest', 100],
    ] as const)('goes on at the %s offset, and counts that', async (outOfRange, counted) => {
      const { topic, ledger, name } = await cut()
      await using member = new Member(options(name, topic, { outOfRange }), ledger)
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
      await using member = new Member(options(name, topic, { outOfRange: 'fail' }), ledger)
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      expect(member.source.partitions()).toMatchObject([
        { outOfRange: 1, isStalled: true, failure: expect.stringContaining('offsets 150 to 200') },
        { outOfRange: 0, isStalled: false, failure: undefined },
      ])
      expect(ledger.total).toBe(100 + 200)
      expect(ledger.position(topic, 0)).toBe('100')
    })

    it('notices while it reads', async () => {
      const topic = await topics.create(1)
      await filled(topic, 1, 100)
      await using member = new Member(options(group(), topic))
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      member.ledger.isOverloaded = true
      await filled(topic, 1, 50, 100)
      await eventually('held back', () => member.source.partitions().some(({ isPaused }) => isPaused))
      await filled(topic, 1, 50, 150)
      await topics.cut(topic, 0, 180)
      member.ledger.isOverloaded = false
      // What was fetched before counts; 150 to 179 are gone.
      await eventually('the rest is read', () => member.ledger.total >= 170)
      expect(member.ledger.total).toBe(170)
      expect(member.source.partitions()).toMatchObject([{ position: '200', outOfRange: 1 }])
    })

    it('starts a topic anew that was made anew', async () => {
      const topic = await topics.create(1)
      await filled(topic, 1, 100)
      const name = group()
      const member = new Member(options(name, topic))
      await eventually('caught up', () => member.source.facts().isCaughtUp)
      await member.source.stop()
      await topics.admin.deleteTopics({ topics: [topic] })
      await eventually('made anew', async () => {
        await topics.create(1, topic).catch(() => undefined)
        return (await topics.admin.listTopics()).includes(topic)
      })
      await filled(topic, 1, 30, 1000)
      await using again = new Member(options(name, topic), new KafkaLedger(member.ledger.live))
      await eventually('caught up', () => again.source.facts().isCaughtUp)
      expect(again.ledger.total).toBe(130)
      expect(again.source.partitions()).toMatchObject([{ position: '30', outOfRange: 1 }])
    })
  })

  it('begins at the end if it is told to, but reads partitions that are added from their beginning', async () => {
    const topic = await topics.create(1)
    await filled(topic, 1, 20)
    const name = group()
    const latest = { startFrom: 'latest', storeId: 'latest' } as const
    const member = new Member(options(name, topic, latest))
    await eventually('joined', () => member.source.facts().isCaughtUp)
    await filled(topic, 1, 5, 20)
    await eventually('the new ones are read', () => member.ledger.total >= 5)
    await member.source.stop()
    expect(member.ledger.total).toBe(5)
    await topics.admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })
    // A producer that knows the topic from before would not find the new partition.
    await using fresh = await KafkaTopics.connect(broker.address)
    await fresh.fill(topic, 1, 7)
    await using again = new Member(options(name, topic, latest), new KafkaLedger(member.ledger.live))
    await eventually('caught up', () => again.source.facts().isCaughtUp)
    expect(again.ledger.total).toBe(12)
  })

  it('is built anew when it stops reading although there are records', async () => {
    const topic = await topics.create(2)
    const ledger = new KafkaLedger()
    const changed = options(group(), topic, { stallMs: 1500 })
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
    const ids = await filled(topic, 2, 300)
    await eventually('stalled', () => member.source.partitions().some(({ isStalled }) => isStalled))
    await eventually('all read', () => ledger.total >= ids.length)
    expect(miscounted(ids, [ledger])).toEqual({})
    expect(member.source.facts().rebuilds).toEqual({ stalled: 1, crashed: 0, disconnected: 0 })
    expect(member.source.partitions()[0]?.rebuilds).toBe(1)
  })
})
