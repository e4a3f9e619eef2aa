/** Records to a Kafka topic, in order for each log: the log is the key. Without TLS or passwords: for test brokers. */
import kafkajs from 'kafkajs'
import { mendIdleTimers } from '../kafka/idle-timers.ts'
import type { RecordSink } from './record-sink.ts'

export interface KafkaSinkOptions {
  readonly brokers: readonly string[]
  readonly topic: string
}

/** Connects. Rejects with the client's error where no broker answers. */
export async function kafkaSink({ brokers, topic }: KafkaSinkOptions): Promise<RecordSink> {
  mendIdleTimers()
  const { Kafka, logLevel, Partitioners } = kafkajs
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: 'identity-slo-simulate',
    logLevel: logLevel.NOTHING,
    retry: { retries: 5 },
  })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return {
    write: async (records) => {
      const messages = records
        .filter(({ log }) => log !== 'otlp')
        .map(({ log, text }) => ({ key: log, value: text }))
      if (messages.length > 0) await producer.send({ topic, messages })
    },
    close: () => producer.disconnect(),
  }
}
