/** Delivers records to a topic of a real broker: single, several in a message, and packed. */
import kafkajs, { type Producer } from 'kafkajs'
import type { Book } from './book.ts'
import type { IdentityRecord } from './fact.ts'
import { irrelevantRecord } from './kubernetes-records.ts'
import { textsOf } from './message-text.ts'
import type { Random } from './random.ts'

const partitions = 4

export class KafkaChannel implements AsyncDisposable {
  readonly #producer: Producer
  readonly #topic: string
  readonly #random: Random
  readonly #book: Book

  private constructor(producer: Producer, topic: string, random: Random, book: Book) {
    this.#producer = producer
    this.#topic = topic
    this.#random = random
    this.#book = book
  }

  static async open(broker: string, topic: string, random: Random, book: Book): Promise<KafkaChannel> {
    const { Kafka, logLevel, Partitioners } = kafkajs
    const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 20 } })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
    await admin.disconnect()
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    return new KafkaChannel(producer, topic, random, book)
  }

  async #send(partition: number, values: readonly string[]): Promise<void> {
    const { GZIP, None } = kafkajs.CompressionTypes
    await this.#producer.send({
      topic: this.#topic,
      acks: -1,
      compression: this.#random.chance(0.3) ? GZIP : None,
      messages: values.map((value) => ({ partition, value })),
    })
  }

  /** Resolves when the broker has them. */
  async send(records: readonly IdentityRecord[]): Promise<void> {
    const partition = this.#random.below(partitions)
    const values = [...textsOf(this.#random, records)]
    if (this.#random.chance(0.1)) {
      values.push(JSON.stringify(irrelevantRecord(this.#random, records[0]?.fact.time ?? 0)))
      this.#book.irrelevant++
    }
    if (this.#random.chance(0.1)) {
      values.push('no record at all')
      this.#book.malformed++
    }
    await this.#send(partition, values)
    this.#book.acknowledge('kafka', records)
  }

  /** One to the end of each partition. */
  async mark(marker: () => IdentityRecord): Promise<void> {
    for (let partition = 0; partition < partitions; partition++) {
      const record = marker()
      await this.#send(partition, [JSON.stringify(record.json)])
      this.#book.acknowledge('kafka', [record])
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect()
  }
}
