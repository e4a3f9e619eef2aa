/** Topics for tests, on a real broker: made, filled, cut and made anew. */
import kafkajs, { type Admin, type Producer } from 'kafkajs'
import { mendIdleTimers } from '../../src/platform/kafka/idle-timers.ts'

export class KafkaTopics implements AsyncDisposable {
  readonly admin: Admin
  readonly #producer: Producer
  #made = 0

  private constructor(admin: Admin, producer: Producer) {
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
    return new KafkaTopics(admin, producer)
  }

  /** Gives the name of a new topic. */
  async create(partitions: number, name = `topic-${++this.#made}`): Promise<string> {
    await this.admin.createTopics({
      topics: [{ topic: name, numPartitions: partitions }],
      waitForLeaders: true,
    })
    return name
  }

  async send(topic: string, partition: number, values: readonly (string | Buffer | null)[]): Promise<void> {
    await this.#producer.send({ topic, messages: values.map((value) => ({ partition, value })) })
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
