/** Topics for tests, on a real broker: made, filled, cut and made anew. */
import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs'
import { mendIdleTimers } from '../../src/platform/kafka/idle-timers.ts'

export class KafkaTopics implements AsyncDisposable {
  readonly admin: Admin
  readonly #kafka: Kafka
  readonly #producer: Producer
  #made = 0

  private constructor(kafka: Kafka, admin: Admin, producer: Producer) {
    this.#kafka = kafka
    this.admin = admin
    this.#producer = producer
  }

  static async connect(address: string): Promise<KafkaTopics> {
    mendIdleTimers()
    const { Kafka, logLevel, Partitioners } = kafkajs
    const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 20 } })
    const admin = kafka.admin()
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await admin.connect()
    await producer.connect()
    return new KafkaTopics(kafka, admin, producer)
  }

  /** Gives the name of a new topic. `config`: settings of the topic, as the broker calls them. */
  async create(
    partitions: number,
    name = `topic-${++this.#made}`,
    config: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }))
    await this.admin.createTopics({
      topics: [{ topic: name, numPartitions: partitions, configEntries }],
      waitForLeaders: true,
    })
    return name
  }

  /** Another topic of the same name, empty. */
  async makeAnew(topic: string, partitions: number): Promise<void> {
    await this.admin.deleteTopics({ topics: [topic] })
    for (let isMade = false; !isMade; ) {
      // The broker deletes in its own time, and refuses the name until then.
      isMade = await this.create(partitions, topic).then(
        () => true,
        () => false,
      )
    }
  }

  async send(topic: string, partition: number, values: readonly (string | Buffer | null)[]): Promise<void> {
    const messages = values.map((value) => ({ partition, value }))
    for (let isNew = true; isNew; ) {
      isNew = false
      try {
        await this.#producer.send({ topic, messages })
      } catch (error) {
        // The broker tells of a topic before it takes messages for it. Nothing was written then.
        isNew = error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
        if (!isNew) throw error
      }
    }
  }

  /** As one gzip batch, by the codec that kafkajs has at that moment. */
  async sendPacked(topic: string, partition: number, values: readonly Buffer[]): Promise<void> {
    const messages = values.map((value) => ({ partition, value }))
    await this.#producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP })
  }

  /** Messages `{"id": "<partition>-<number>"}`; gives the ids. */
  async fill(topic: string, partition: number, count: number, first = 0): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, (_, index) => `${partition}-${first + index}`)
    for (let at = 0; at < ids.length; at += 1000)
      await this.send(
        topic,
        partition,
        ids.slice(at, at + 1000).map((id) => JSON.stringify({ id })),
      )
    return ids
  }

  /** One transaction of messages `{"id": "t-<number>"}` to partition 0; gives the ids. */
  async transact(
    topic: string,
    end: 'commit' | 'abort',
    count: number,
    first = 0,
  ): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, (_, index) => `t-${first + index}`)
    const producer = this.#kafka.producer({
      transactionalId: `${topic}-transactions`,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await producer.connect()
    const transaction = await producer.transaction()
    const messages = ids.map((id) => ({ partition: 0, value: JSON.stringify({ id }) }))
    await transaction.send({ topic, messages })
    await transaction[end]()
    await producer.disconnect()
    return ids
  }

  /** Removes what is before the offset, as retention does. */
  async cut(topic: string, partition: number, offset: number): Promise<void> {
    // kafkajs looks for the leader in what it knows already.
    await this.admin.fetchTopicOffsets(topic)
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
  }

  async committed(groupId: string, topic: string): Promise<ReadonlyMap<number, string>> {
    const [found] = await this.admin.fetchOffsets({ groupId, topics: [topic] })
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, offset]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect()
    await this.admin.disconnect()
  }
}
