/** What the brokers know of topics and of the group: asked over a connection of its own, apart from the consumer. */
import type { Admin } from 'kafkajs'
import { kafkaClient } from './kafka-client.ts'
import type { KafkaLog, KafkaSourceOptions } from './kafka-source-options.ts'
import { type CommittedOffset, type OffsetRange, offsetOf } from './start-offset.ts'
import { isDoneWithin } from './time-limit.ts'

const closeMs = 1000

/** By topic and partition. */
export type ByPartition<T> = ReadonlyMap<string, ReadonlyMap<number, T>>

/** Each call rejects when the brokers cannot be asked. */
export interface BrokerView {
  readonly ranges: (topics: readonly string[]) => Promise<ByPartition<OffsetRange>>
  /** Without the partitions that nobody has committed an offset of. */
  readonly committed: (topics: readonly string[]) => Promise<ByPartition<CommittedOffset>>
  readonly close: () => Promise<void>
}

export function createBrokerView(options: KafkaSourceOptions, log: KafkaLog): BrokerView {
  let connected: Promise<Admin> | undefined

  const connect = async (): Promise<Admin> => {
    const admin = kafkaClient(options, log).admin()
    await admin.connect()
    return admin
  }
  const close = async (): Promise<void> => {
    const closing = connected
    connected = undefined
    if (closing !== undefined)
      await isDoneWithin(
        closing.then((admin) => admin.disconnect()),
        closeMs,
      )
  }
  /** After an error the connection is made anew: brokers may have moved. */
  const ask = async <T>(question: (admin: Admin) => Promise<T>): Promise<T> => {
    connected ??= connect()
    const used = connected
    try {
      return await question(await used)
    } catch (error) {
      if (connected === used) await close()
      throw error
    }
  }

  return {
    ranges: (topics) =>
      ask(async (admin) => {
        const found = new Map<string, ReadonlyMap<number, OffsetRange>>()
        for (const topic of topics) found.set(topic, rangesOf(await admin.fetchTopicOffsets(topic)))
        return found
      }),
    committed: (topics) =>
      ask(async (admin) => {
        const offsets = await admin.fetchOffsets({ groupId: options.groupId, topics: [...topics] })
        return new Map(offsets.map(({ topic, partitions }) => [topic, committedOf(partitions)]))
      }),
    close,
  }
}

function rangesOf(
  partitions: Awaited<ReturnType<Admin['fetchTopicOffsets']>>,
): ReadonlyMap<number, OffsetRange> {
  const ranges = new Map<number, OffsetRange>()
  for (const { partition, low, high } of partitions) {
    const [lowOffset, highOffset] = [offsetOf(low), offsetOf(high)]
    if (lowOffset !== undefined && highOffset !== undefined)
      ranges.set(partition, { low: lowOffset, high: highOffset })
  }
  return ranges
}

function committedOf(
  partitions: Awaited<ReturnType<Admin['fetchOffsets']>>[number]['partitions'],
): ReadonlyMap<number, CommittedOffset> {
  const committed = new Map<number, CommittedOffset>()
  for (const { partition, offset: text, metadata } of partitions) {
    const offset = offsetOf(text)
    if (offset !== undefined) committed.set(partition, { offset, metadata: metadata ?? '' })
  }
  return committed
}
