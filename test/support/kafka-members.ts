/** Members of consumer groups for tests: sources with small timings, each over a ledger of its own. */
import { randomUUID } from 'node:crypto'
import {
  createKafkaSource,
  type KafkaSource,
  type SourceEdges,
} from '../../src/platform/kafka/kafka-source.ts'
import type { KafkaSourceOptions } from '../../src/platform/kafka/kafka-source-options.ts'
import { KafkaLedger } from './kafka-ledger.ts'

export function memberOptions(
  address: string,
  groupId: string,
  topic: string,
  changed: Partial<KafkaSourceOptions> = {},
): KafkaSourceOptions {
  return {
    brokers: [address],
    clientId: 'test',
    groupId,
    topics: [topic],
    storeId: randomUUID(),
    tls: undefined,
    sasl: undefined,
    startFrom: 'earliest',
    outOfRange: 'earliest',
    sessionTimeoutMs: 6000,
    heartbeatMs: 200,
    rebalanceTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
    maxBytes: 5 * 1024 * 1024,
    maxBytesPerPartition: 1_310_720,
    commitMs: 200,
    watchMs: 300,
    stallMs: 3000,
    ...changed,
  }
}

export class Member implements AsyncDisposable {
  readonly ledger: KafkaLedger
  readonly source: KafkaSource
  readonly options: KafkaSourceOptions

  constructor(options: KafkaSourceOptions, ledger = new KafkaLedger(), edges: Partial<SourceEdges> = {}) {
    this.options = options
    this.ledger = ledger
    this.source = createKafkaSource(options, ledger.handlers(), edges)
    this.source.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.stop()
  }
}

export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
