/** A kafkajs client from our options: connection, retries, and its messages through our log. */
import type { ConnectionOptions } from 'node:tls'
import kafkajs, {
  type Kafka,
  type KafkaConfig,
  type LogEntry,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs'
import { useCodecs } from './codecs.ts'
import { mendIdleTimers } from './idle-timers.ts'
import type { KafkaLog, KafkaSourceOptions, KafkaTls } from './kafka-source-options.ts'

const connectionTimeoutMs = 10_000

/** Short: what lasts longer is ours to deal with, by building the consumer anew. */
export const retryOptions: RetryOptions = { initialRetryTime: 300, maxRetryTime: 5000, retries: 5 }

/** Facts of the client's messages that are safe and useful to pass on; the rest is its inner life. */
const passedFacts = ['broker', 'topic', 'partition', 'groupId', 'memberId', 'error', 'retryCount'] as const

/** Its errors are our warnings: it tries again, and we judge by what moves. */
function passOn(log: KafkaLog): (entry: LogEntry) => void {
  return (entry) => {
    const facts: Record<string, unknown> = { client: entry.namespace, detail: entry.log.message }
    for (const name of passedFacts) {
      const value: unknown = entry.log[name]
      if (typeof value === 'string' || typeof value === 'number') facts[name] = value
    }
    log.warn(facts, 'kafka: the client reports a problem')
  }
}

function tlsOptions({ ca, certificate, key }: KafkaTls): ConnectionOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  }
}

export function kafkaClient(options: KafkaSourceOptions, log: KafkaLog): Kafka {
  useCodecs()
  mendIdleTimers()
  const { Kafka, logLevel } = kafkajs
  const config: KafkaConfig = {
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    retry: retryOptions,
    logLevel: logLevel.ERROR,
    logCreator: () => passOn(log),
  }
  if (options.tls !== undefined) config.ssl = tlsOptions(options.tls)
  const sasl: SASLOptions | undefined = options.sasl
  if (sasl !== undefined) config.sasl = sasl
  return new Kafka(config)
}
