/** What a Kafka source is told, and what it tells: its contract with the program around it. */
import type { Rejection } from '../../events/rejection.ts'
import type { ByteTaker } from '../file-follower.ts'
import type { OutOfRangePolicy } from './start-offset.ts'

export interface KafkaTls {
  /** PEM; without it the system's authorities are trusted. */
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

export interface KafkaSourceOptions {
  /** `host:port`; any of them leads to the rest. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly groupId: string
  readonly topics: readonly string[]
  /** Of the store that keeps the positions; the same for as long as that store lives. At most 64 characters. */
  readonly storeId: string
  readonly tls: KafkaTls | undefined
  readonly sasl: KafkaSasl | undefined
  readonly startFrom: 'earliest' | 'latest'
  readonly outOfRange: OutOfRangePolicy
  /** A member that is silent for this long loses its partitions. */
  readonly sessionTimeoutMs: number
  readonly heartbeatMs: number
  /** How long the group waits for a member to give its partitions back. */
  readonly rebalanceTimeoutMs: number
  readonly requestTimeoutMs: number
  /** Of one fetch from one broker, compressed. */
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
  /** How often the broker is told our positions. */
  readonly commitMs: number
  /** How often lag is measured and progress is checked. */
  readonly watchMs: number
  /** Lag without progress for this long: the consumer is built anew. */
  readonly stallMs: number
}

export interface KafkaLog {
  readonly info: (facts: object, message: string) => void
  readonly warn: (facts: object, message: string) => void
  readonly error: (facts: object, message: string) => void
}

export interface MessagePlace {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

export interface KafkaHandlers {
  /** Offset of the next record of ours to read, as last set; undefined if there is none. */
  readonly positionOf: (topic: string, partition: number) => string | undefined
  /** Called before each run of messages. */
  readonly beginBatch: () => void
  /** Each message is pushed and ended as a document of its own. */
  readonly open: (topic: string, partition: number) => Pick<ByteTaker, 'push' | 'end'>
  /** A fetch that gave records took so many ms. */
  readonly fetched?: ((ms: number) => void) | undefined
  /** Called in the same turn in which the messages before it were pushed: a commit holds both or neither. */
  readonly setPosition: (topic: string, partition: number, nextOffset: string) => void
  /** Resolves when all that was pushed and set so far is durable; only then is the broker told. */
  readonly committed: () => Promise<void>
  /** While it is true nothing is pushed. */
  readonly isOverloaded: () => boolean
  /** A message that no record could be read from; it counts as one. */
  readonly onRecordProblem: (rejection: Rejection, at: MessagePlace) => void
  readonly log: KafkaLog
  /** Epoch ms. */
  readonly now: () => number
}
