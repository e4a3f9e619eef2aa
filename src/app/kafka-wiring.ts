/** Kafka sources over the pipeline: their messages are its records, and their positions stand in the same store. */
import { randomUUID } from 'node:crypto'
import { createKafkaSource, type KafkaSource } from '../platform/kafka/kafka-source.ts'
import type { KafkaHandlers, KafkaSourceOptions } from '../platform/kafka/kafka-source-options.ts'
import type { KafkaSettings } from './config/kafka-settings.ts'
import type { Secret } from './config/secret.ts'
import type { Pipeline } from './pipeline.ts'

/** Where sources go on, kept together with the counts. */
export interface StoredPositions {
  /** As last set, committed or not. */
  readonly get: (key: string) => string | undefined
  readonly set: (key: string, value: string) => void
  /** Resolves when all that was counted and set so far is durable. */
  readonly committed: () => Promise<void>
}

export interface KafkaWiring {
  readonly pipeline: Pick<Pipeline, 'beginBatch' | 'decoder' | 'rejectInput'> &
    Partial<Pick<Pipeline, 'batches'>>
  readonly positions: StoredPositions
  /** While it is true no record is taken: such as when commits fail. */
  readonly isOverloaded: () => boolean
  readonly log: KafkaHandlers['log']
  /** Epoch ms. */
  readonly now: () => number
}

export interface NamedKafkaSource {
  /** As configured. */
  readonly name: string
  readonly source: KafkaSource
}

/** What the store calls itself towards brokers: it tells the members of a group apart. */
const storeIdKey = 'kafka'
const longestWatchMs = 10_000

/** Key of a partition's position. */
export function kafkaPositionKey(name: string, topic: string, partition: number): string {
  return `kafka:${name}:${topic}:${partition}`
}

function storeIdOf(positions: StoredPositions): string {
  const known = positions.get(storeIdKey)
  if (known !== undefined) return known
  const storeId = randomUUID()
  positions.set(storeIdKey, storeId)
  return storeId
}

export function kafkaOptions(settings: KafkaSettings, storeId: string): KafkaSourceOptions {
  const { brokers, clientId, groupId, topics, startFrom, outOfRange, maxBytes, maxBytesPerPartition } =
    settings
  const { tls, sasl } = settings
  const text = (secret: Secret | undefined): string | undefined => secret?.reveal()
  const stallMs = settings.stallSeconds * 1000
  return {
    brokers,
    clientId,
    groupId,
    topics,
    storeId,
    tls: tls.enabled
      ? { ca: text(tls.ca), certificate: text(tls.certificate), key: text(tls.key) }
      : undefined,
    sasl: sasl && {
      mechanism: sasl.mechanism,
      username: sasl.username,
      password: sasl.password.reveal(),
    },
    startFrom,
    outOfRange,
    sessionTimeoutMs: settings.sessionTimeoutSeconds * 1000,
    heartbeatMs: settings.heartbeatSeconds * 1000,
    rebalanceTimeoutMs: settings.rebalanceTimeoutSeconds * 1000,
    requestTimeoutMs: settings.requestTimeoutSeconds * 1000,
    maxBytes,
    maxBytesPerPartition,
    commitMs: settings.commitSeconds * 1000,
    watchMs: Math.min(longestWatchMs, stallMs / 4),
    stallMs,
  }
}

function kafkaHandlers(name: string, wiring: KafkaWiring): KafkaHandlers {
  const { pipeline, positions, isOverloaded, log, now } = wiring
  const named = (facts: object): object => ({ source: name, ...facts })
  return {
    positionOf: (topic, partition) => positions.get(kafkaPositionKey(name, topic, partition)),
    beginBatch: () => pipeline.beginBatch(),
    fetched: (ms) => pipeline.batches?.fetched(ms / 1000),
    open: (topic, partition) =>
      pipeline.decoder(undefined, { transport: 'kafka', lane: kafkaPositionKey(name, topic, partition) }),
    setPosition: (topic, partition, next) => positions.set(kafkaPositionKey(name, topic, partition), next),
    committed: () => positions.committed(),
    isOverloaded,
    onRecordProblem: (rejection) => pipeline.rejectInput(rejection, { transport: 'kafka', lane: name }),
    log: {
      info: (facts, message) => log.info(named(facts), message),
      warn: (facts, message) => log.warn(named(facts), message),
      error: (facts, message) => log.error(named(facts), message),
    },
    now,
  }
}

/** One source for each entry of `sources.kafka`; none is started yet. */
export function createKafkaSources(
  settings: readonly KafkaSettings[],
  wiring: KafkaWiring,
): readonly NamedKafkaSource[] {
  if (settings.length === 0) return []
  const storeId = storeIdOf(wiring.positions)
  return settings.map((one) => ({
    name: one.name,
    source: createKafkaSource(kafkaOptions(one, storeId), kafkaHandlers(one.name, wiring)),
  }))
}
