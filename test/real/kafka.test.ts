import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/app/config.ts'
import { createKafkaSources, kafkaPositionKey } from '../../src/app/kafka-wiring.ts'
import { createKafkaSource } from '../../src/platform/kafka/kafka-source.ts'
import { fixtureDocuments } from '../support/fixture-records.ts'
import { KafkaLedger, miscounted } from '../support/kafka-ledger.ts'
import { eventually, Member } from '../support/kafka-members.ts'
import { MemoryPositions, NotingPipeline } from '../support/kafka-pipeline.ts'
import { describeKafka } from '../support/kafka-suite.ts'
import { morning, onCluster, roleAssumed, tokenRequest } from '../support/records.ts'
import { linesOf } from '../support/workspace.ts'

describeKafka('a Kafka source', (kafka) => {
  it('counts every message of 12 partitions once, one of them idle', async () => {
    const topic = await kafka().topics.create(12)
    const ids = await kafka().filled(topic, 11, 700)
    await using member = new Member(kafka().options(kafka().group(), topic))
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
    const topic = await kafka().topics.create(12)
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
      await kafka().topics.send(topic, partition, messages)
    }
    const { problems, config } = loadConfig(
      undefined,
      {
        IDENTITY_SLO__SOURCES__KAFKA: `[{name: audit, brokers: ["${kafka().broker.address}"], topics: [${topic}], groupId: ${kafka().group()}}]`,
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
    expect(positions.get(kafkaPositionKey('audit', topic, 0))).toMatch(/^9 8:\d{13}:[0-9a-f]+$/)
    expect(positions.get(kafkaPositionKey('audit', topic, 11))).toBe('0')
    expect(positions.get('kafka')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('makes the same of every format and envelope that we know as reading it from anywhere else', async () => {
    const topic = await kafka().topics.create(1)
    const texts = fixtureDocuments().map(({ document }) => JSON.stringify(document))
    const direct = new NotingPipeline()
    const decoder = direct.wired.decoder()
    for (const text of texts) {
      decoder.push(Buffer.from(text))
      decoder.end()
    }
    const shared = new NotingPipeline()
    for (let at = 0; at < texts.length; at += 50)
      await kafka().topics.send(topic, 0, texts.slice(at, at + 50))
    const ledger = new KafkaLedger()
    const handlers = { ...ledger.handlers(), open: () => shared.wired.decoder() }
    const source = createKafkaSource(kafka().options(kafka().group(), topic), handlers)
    source.start()
    await eventually('caught up', () => source.facts().isCaughtUp)
    await source.stop()
    expect(texts.length).toBeGreaterThan(300)
    expect(shared.ids).toEqual(direct.ids)
    expect(shared.rejections).toEqual(direct.rejections)
    expect(new Set(shared.ids.map((id) => id.split(':')[0])).size).toBeGreaterThanOrEqual(6)
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('reads what Kafka packs with %s', async (codec) => {
    const topic = await kafka().topics.create(3)
    const ids = Array.from({ length: 4000 }, (_, index) => `${codec}-${index}`)
    kafka().broker.produceLines(
      topic,
      codec,
      ids.map((id) => JSON.stringify({ id, padding: `${id} `.repeat(20) })),
    )
    const name = kafka().group()
    const member = new Member(kafka().options(name, topic))
    await eventually('all read', () => member.ledger.total >= ids.length)
    await member.source.stop()
    expect(member.ledger.problems).toEqual([])
    // It finds its place again inside what is packed.
    await using again = new Member(kafka().options(name, topic), member.ledger)
    await eventually('caught up', () => again.source.facts().isCaughtUp)
    await kafka().topics.fill(topic, 0, 1)
    await eventually('the next one is read', () => again.ledger.total > ids.length)
    expect(miscounted([...ids, '0-0'], [again.ledger])).toEqual({})
    expect(again.source.partitions().map(({ outOfRange }) => outOfRange)).toEqual([0, 0, 0])
  })

  it('rejects what is no JSON once each, and a batch that unpacks without end by its records', async () => {
    const topic = await kafka().topics.create(1)
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
    await kafka().topics.send(topic, 0, values)
    const bomb = Buffer.alloc(70 * 1024 * 1024, '[')
    await kafka().topics.sendPacked(topic, 0, [bomb, bomb.subarray(0, 10)])
    await kafka().topics.send(topic, 0, ['{"id":"third"}'])
    await using member = new Member(kafka().options(kafka().group(), topic))
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
    const topic = await kafka().topics.create(1)
    const committed = await kafka().topics.transact(topic, 'commit', 40)
    await kafka().topics.transact(topic, 'abort', 40, 40)
    const later = await kafka().topics.transact(topic, 'commit', 40, 80)
    await kafka().topics.transact(topic, 'abort', 1, 120)
    await using member = new Member(kafka().options(kafka().group(), topic, { stallMs: 600 }))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted([...committed, ...later], [member.ledger])).toEqual({})
    expect(member.ledger.total).toBe(80)
    const since = Date.now()
    await eventually('the watchdog has looked', () => Date.now() - since > 1500)
    expect(member.source.partitions()).toMatchObject([{ position: '125', lag: 0, isStalled: false }])
    expect(member.source.facts().rebuilds.stalled).toBe(0)
  })

  it('reads messages as large as brokers take them', async () => {
    const topic = await kafka().topics.create(2)
    const large = (id: string): string => JSON.stringify({ id, padding: 'x'.repeat(1_040_000) })
    for (const id of ['a', 'b', 'c']) await kafka().topics.send(topic, 0, [large(id)])
    await kafka().topics.send(topic, 1, ['{"id":"small"}', large('d')])
    await using member = new Member(kafka().options(kafka().group(), topic))
    await eventually('caught up', () => member.source.facts().isCaughtUp)
    expect(miscounted(['a', 'b', 'c', 'd', 'small'], [member.ledger])).toEqual({})
  })
})
