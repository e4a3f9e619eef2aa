/** A suite over a real broker of its own, with what its tests need of it. */
import { afterAll, beforeAll, describe } from 'vitest'
import type { KafkaSourceOptions } from '../../src/platform/kafka/kafka-source-options.ts'
import { type BrokerSettings, KafkaBroker, kafkaForTests } from './kafka-broker.ts'
import { memberOptions } from './kafka-members.ts'
import { KafkaTopics } from './kafka-topics.ts'

export class KafkaSuite implements AsyncDisposable {
  readonly broker: KafkaBroker
  readonly topics: KafkaTopics
  #groups = 0

  private constructor(broker: KafkaBroker, topics: KafkaTopics) {
    this.broker = broker
    this.topics = topics
  }

  static async start(libraries: string, settings?: BrokerSettings): Promise<KafkaSuite> {
    const broker = await KafkaBroker.start(libraries, settings)
    return new KafkaSuite(broker, await KafkaTopics.connect(broker.address))
  }

  /** The name of a group that nobody has used. */
  group(): string {
    return `group-${++this.#groups}`
  }

  options(group: string, topic: string, changed?: Partial<KafkaSourceOptions>): KafkaSourceOptions {
    return memberOptions(this.broker.address, group, topic, changed)
  }

  /** Messages with ids `<partition>-<number>`, numbers from `first`, in each of the partitions; gives the ids. */
  async filled(topic: string, partitions: number, count: number, first = 0): Promise<string[]> {
    const ids: string[] = []
    for (let partition = 0; partition < partitions; partition++)
      ids.push(...(await this.topics.fill(topic, partition, count, first)))
    return ids
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.topics[Symbol.asyncDispose]()
    await this.broker[Symbol.asyncDispose]()
  }
}

/** The tests ask for the suite when they run: the broker starts before the first of them. */
export function describeKafka(
  title: string,
  tests: (suite: () => KafkaSuite) => void,
  settings?: () => BrokerSettings,
): void {
  const kafka = kafkaForTests(title)
  describe.skipIf(kafka.libraries === undefined)(kafka.title, { timeout: 60_000 }, () => {
    let suite: KafkaSuite | undefined

    beforeAll(async () => {
      suite = await KafkaSuite.start(kafka.libraries ?? '', settings?.())
    })

    afterAll(async () => {
      await suite?.[Symbol.asyncDispose]()
    })

    tests(() => {
      if (suite === undefined) throw new Error('the broker has not started')
      return suite
    })
  })
}
