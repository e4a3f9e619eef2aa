/** What the consumers of Kafka topics say about themselves, as samples. */

import { labelValue } from '../outputs/label-value.ts'
import { kafkaMetrics } from '../outputs/pipeline-conventions.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import type { NamedKafkaSource } from './kafka-wiring.ts'
import { samples } from './metric-samples.ts'

export function kafkaSamples(sources: readonly NamedKafkaSource[]): FamilySamples[] {
  const consumers = sources.map(({ name, source }) => ({
    labels: { consumer: labelValue(name) },
    ...source.facts(),
  }))
  const partitions = sources.flatMap(({ name, source }) =>
    source.partitions().map((facts) => ({
      ...facts,
      labels: {
        consumer: labelValue(name),
        topic: labelValue(facts.topic),
        partition: String(facts.partition),
      },
    })),
  )
  return [
    samples(
      kafkaMetrics.joined,
      consumers.map(({ labels, isJoined }) => ({ labels, value: isJoined ? 1 : 0 })),
    ),
    samples(
      kafkaMetrics.caughtUp,
      consumers.map(({ labels, isCaughtUp }) => ({ labels, value: isCaughtUp ? 1 : 0 })),
    ),
    samples(
      kafkaMetrics.partitionLag,
      partitions.flatMap(({ labels, lag }) => (lag === undefined ? [] : [{ labels, value: lag }])),
    ),
    samples(
      kafkaMetrics.partitionStalled,
      partitions.map(({ labels, isStalled }) => ({ labels, value: isStalled ? 1 : 0 })),
    ),
    samples(
      kafkaMetrics.outOfRange,
      partitions.map(({ labels, outOfRange }) => ({ labels, value: outOfRange })),
    ),
    samples(
      kafkaMetrics.rebalances,
      consumers.map(({ labels, rebalances }) => ({ labels, value: rebalances })),
    ),
    samples(
      kafkaMetrics.rebuilds,
      consumers.flatMap(({ labels, rebuilds }) =>
        Object.entries(rebuilds).map(([why, value]) => ({ labels: { ...labels, why }, value })),
      ),
    ),
    samples(
      kafkaMetrics.unsettled,
      consumers.map(({ labels, unsettled }) => ({ labels, value: unsettled })),
    ),
  ]
}
