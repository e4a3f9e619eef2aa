/** Rows for whoever is on call: culprits, workloads without their metadata endpoint, role changes, refusals. */
import { identityMetrics } from '../conventions.ts'
import { labels } from '../labels.ts'
import { pipelineMetrics } from '../pipeline-conventions.ts'
import { aggregate, compare, increaseSinceBirth, over, pick, subtract, time } from '../promql.ts'
import { chosen, legendOf, type Panel, rateWindow, shownRange } from './builder.ts'
import { burnedBy, intoApp, intoObjective, intoSource, ofApps, zeroThresholds } from './selection.ts'

const {
  assignmentChanges,
  failureModeActive,
  permissionViolations,
  serviceAuthFailures,
  targetServiceRefusals,
} = identityMetrics

const burnedLabels = [labels.objective, labels.dimension, labels.contributor]
const burnedColumns = {
  [labels.objective]: { title: 'Objective' },
  [labels.dimension]: { title: 'What' },
  [labels.contributor]: { title: 'Who' },
  A: { title: 'Bad events' },
}

const half = { width: 12, height: 9, unit: 'short', decimals: 0 } as const

export const rows: readonly Panel[] = [
  {
    ...half,
    id: 23,
    type: 'bargauge',
    title: 'Active failure modes',
    whenEmpty: 'No evidence of any',
    description: 'Failure modes (F1 to F7) of which there is evidence now; empty while there is none.',
    min: 0,
    max: 1,
    thresholds: zeroThresholds,
    queries: [
      {
        expr: compare(aggregate('max', chosen(failureModeActive), [labels.mode]), '>', '0'),
        legend: legendOf(labels.mode),
      },
    ],
  },
  {
    ...half,
    id: 24,
    type: 'timeseries',
    title: 'Denials by policy',
    description:
      'Calls that a policy denied, per second. Planned: the configuration says that the flow should work.',
    unit: 'reqps',
    decimals: 2,
    min: 0,
    queries: [
      {
        expr: aggregate('sum', over('rate', ofApps(permissionViolations), rateWindow), [
          labels.app,
          labels.planned,
        ]),
        legend: `${legendOf(labels.app)}, planned: ${legendOf(labels.planned)}`,
      },
    ],
  },
  {
    ...half,
    id: 19,
    type: 'table',
    title: 'Top culprits',
    description: 'Who and what burned most of the chosen objectives since yesterday (UTC).',
    drillDown: intoObjective,
    queries: [
      {
        expr: pick('topk', 25, aggregate('max', burnedBy(['identity', 'workload', 'reason']), burnedLabels)),
      },
    ],
    columns: burnedColumns,
  },
  {
    ...half,
    id: 20,
    type: 'table',
    title: 'Pods and VMs with metadata errors',
    description:
      'Workloads whose calls to the metadata endpoint failed more than once since yesterday (UTC).',
    drillDown: intoObjective,
    queries: [
      {
        expr: compare(
          aggregate('max', burnedBy(['workload', 'identity'], 'metadata-endpoint'), burnedLabels),
          '>',
          '1',
        ),
      },
    ],
    columns: burnedColumns,
  },
  {
    ...half,
    id: 21,
    type: 'table',
    title: 'Recent role changes',
    description:
      'Roles and policies changed in the time shown. Unexpected: the baseline does not account for it.',
    drillDown: intoApp,
    queries: [
      {
        expr: compare(
          aggregate('sum', increaseSinceBirth(ofApps(assignmentChanges), shownRange), [
            labels.app,
            labels.identityType,
            labels.op,
            labels.expected,
          ]),
          '>',
          '0',
        ),
      },
    ],
    columns: {
      [labels.app]: { title: 'App' },
      [labels.identityType]: { title: 'Identity type' },
      [labels.op]: { title: 'What' },
      [labels.expected]: { title: 'Expected' },
      A: { title: 'Changes' },
    },
  },
  {
    ...half,
    id: 22,
    type: 'table',
    title: 'Who is refused, 401 and 403',
    description: 'Tokens that services refused in the time shown, by the app that called.',
    drillDown: intoApp,
    queries: [
      {
        expr: pick(
          'topk',
          15,
          compare(
            aggregate('sum', over('increase', ofApps(serviceAuthFailures), shownRange), [
              labels.app,
              labels.identityType,
              labels.status,
            ]),
            '>',
            '0',
          ),
        ),
      },
    ],
    columns: {
      [labels.app]: { title: 'App' },
      [labels.identityType]: { title: 'Identity type' },
      [labels.status]: { title: 'Status' },
      A: { title: 'Refused' },
    },
  },
  {
    ...half,
    id: 25,
    type: 'table',
    title: 'Services that refuse, 401 and 403',
    description: 'Tokens refused in the time shown, by the service that was called, whoever called.',
    queries: [
      {
        expr: pick(
          'topk',
          15,
          compare(
            aggregate(
              'sum',
              increaseSinceBirth(chosen(targetServiceRefusals, [labels.provider]), shownRange),
              [labels.provider, labels.targetService, labels.status],
            ),
            '>',
            '0',
          ),
        ),
      },
    ],
    columns: {
      [labels.targetService]: { title: 'Service' },
      [labels.provider]: { title: 'Provider' },
      [labels.status]: { title: 'Status' },
      A: { title: 'Refused' },
    },
  },
  {
    ...half,
    id: 26,
    type: 'table',
    title: 'Sources',
    description:
      'What is read, the longest behind first: an incident of a silent source is not to be seen here.',
    drillDown: intoSource,
    queries: [
      {
        expr: subtract(time(), aggregate('max', chosen(pipelineMetrics.lastRecord), [labels.source])),
      },
      { expr: subtract(time(), aggregate('max', chosen(pipelineMetrics.watermark), [labels.source])) },
      { expr: aggregate('max', chosen(pipelineMetrics.sourceSilent), [labels.source]) },
    ],
    columns: {
      [labels.source]: { title: 'Source' },
      A: { title: 'Last record, ago', unit: 's' },
      B: { title: 'Complete up to, ago', unit: 's' },
      C: { title: 'Silent', unit: 'bool_yes_no', thresholds: zeroThresholds },
    },
  },
]
