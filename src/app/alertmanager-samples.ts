/** What the engine has told each Alertmanager, as samples. */
import { labelValue } from '../outputs/label-value.ts'
import { alertmanagerMetrics } from '../outputs/pipeline-conventions.ts'
import type { ReplicaFacts } from '../platform/alertmanager/replica.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { samples } from './metric-samples.ts'
import type { Pager } from './pager.ts'

export function alertmanagerSamples(pager: Pager): FamilySamples[] {
  const replicas = pager
    .replicas()
    .map((facts) => ({ ...facts, labels: { alertmanager: labelValue(facts.name) } }))
  const of = (value: (facts: ReplicaFacts) => number) =>
    replicas.map((facts) => ({ labels: facts.labels, value: value(facts) }))
  return [
    samples(
      alertmanagerMetrics.up,
      replicas.flatMap(({ labels, isUp }) => (isUp === undefined ? [] : [{ labels, value: isUp ? 1 : 0 }])),
    ),
    samples(
      alertmanagerMetrics.alertsSent,
      of(({ sent }) => sent),
    ),
    samples(
      alertmanagerMetrics.alertsRefused,
      of(({ refused }) => refused),
    ),
    samples(
      alertmanagerMetrics.failures,
      of(({ failed }) => failed),
    ),
    samples(
      alertmanagerMetrics.pending,
      of(({ pending }) => pending),
    ),
    samples(alertmanagerMetrics.held, [{ labels: {}, value: pager.held }]),
  ]
}
