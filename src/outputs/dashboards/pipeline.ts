/** The engine itself: does every record arrive, in time, and count? */
import { objectiveMetrics } from '../conventions.ts'
import { labels } from '../labels.ts'
import { alertmanagerMetrics, pipelineMetrics } from '../pipeline-conventions.ts'
import { aggregate, compare, divide, or, over, subtract, time, vector } from '../promql.ts'
import { dashboardUids } from '../rule-conventions.ts'
import {
  chosen,
  type Dashboard,
  legendOf,
  type Panel,
  type Query,
  rateWindow,
  shownRange,
} from './builder.ts'
import { alertMarks } from './marks.ts'
import {
  intoObjective,
  objectiveVariable,
  ofObjectives,
  sourceVariable,
  zeroThresholds,
} from './selection.ts'

const {
  buildInfo,
  configLastReloadSuccessful,
  duplicates,
  lateDropped,
  records,
  seriesDropped,
  sourceLag,
  watermark,
} = pipelineMetrics

const ofSources = (family: { readonly name: string }, more = {}) => chosen(family, [labels.source], more)

function ratePerSource(family: { readonly name: string }): Query {
  return {
    expr: aggregate('sum', over('rate', ofSources(family), rateWindow), [labels.source]),
    legend: legendOf(labels.source),
  }
}

const allRecords = aggregate('sum', over('increase', ofSources(records), shownRange))
const rejectedRecords = aggregate(
  'sum',
  over('increase', ofSources(records, { [labels.result]: 'rejected' }), shownRange),
)
const watermarkAge = subtract(time(), aggregate('max', ofSources(watermark), [labels.source]))

const state: readonly Panel[] = [
  {
    id: 1,
    type: 'text',
    title: 'What to check',
    description: 'The conservation identity.',
    width: 24,
    height: 3,
    markdown:
      'Every record read is **accepted, duplicate, late, rejected or irrelevant**: the results add up. ' +
      'A source whose watermark stands still is silent, and its objectives stand still with it.',
  },
  {
    id: 2,
    type: 'stat',
    title: 'Version',
    description: 'What is running.',
    width: 4,
    height: 4,
    unit: 'none',
    showsName: true,
    queries: [
      { expr: aggregate('max', chosen(buildInfo), [labels.version]), legend: legendOf(labels.version) },
    ],
  },
  {
    id: 3,
    type: 'stat',
    title: 'Last configuration reload',
    description: 'After a failed reload the former configuration and objectives still run.',
    width: 4,
    height: 4,
    unit: 'none',
    thresholds: [{ color: 'red' }, { from: 1, color: 'green' }],
    texts: { '0': 'failed', '1': 'succeeded' },
    queries: [{ expr: aggregate('min', chosen(configLastReloadSuccessful)) }],
  },
  {
    id: 4,
    type: 'stat',
    title: 'Records',
    description: 'Records read in the time shown.',
    width: 4,
    height: 4,
    unit: 'short',
    queries: [{ expr: allRecords }],
  },
  {
    id: 5,
    type: 'stat',
    title: 'Rejected',
    description: 'Share of the records of the time shown that could not be read.',
    width: 4,
    height: 4,
    unit: 'percentunit',
    decimals: 2,
    thresholds: [{ color: 'green' }, { from: 0.001, color: 'orange' }, { from: 0.01, color: 'red' }],
    queries: [{ expr: or(divide(rejectedRecords, compare(allRecords, '>', '0')), vector('0')) }],
  },
  {
    id: 6,
    type: 'stat',
    title: 'Dropped late',
    description: 'Events of the time shown that were older than the allowed lateness.',
    width: 4,
    height: 4,
    unit: 'short',
    decimals: 0,
    thresholds: zeroThresholds,
    queries: [
      { expr: or(aggregate('sum', over('increase', ofSources(lateDropped), shownRange)), vector('0')) },
    ],
  },
  {
    id: 7,
    type: 'stat',
    title: 'Series over the cap',
    description: 'Label sets of the time shown that went to the overflow value.',
    width: 4,
    height: 4,
    unit: 'short',
    decimals: 0,
    thresholds: zeroThresholds,
    queries: [
      { expr: or(aggregate('sum', over('increase', chosen(seriesDropped), shownRange)), vector('0')) },
    ],
  },
]

const flow: readonly Panel[] = [
  {
    id: 8,
    type: 'timeseries',
    title: 'Records by result',
    description: 'What became of the records read, per second.',
    width: 12,
    height: 8,
    unit: 'cps',
    stacked: true,
    queries: [
      {
        expr: aggregate('sum', over('rate', ofSources(records), rateWindow), [labels.result]),
        legend: legendOf(labels.result),
      },
    ],
  },
  {
    id: 9,
    type: 'timeseries',
    title: 'Records by source',
    description: 'Records read per second.',
    width: 12,
    height: 8,
    unit: 'cps',
    stacked: true,
    queries: [ratePerSource(records)],
  },
  {
    id: 10,
    type: 'timeseries',
    title: 'Watermark age',
    description: 'How far back each source is complete. A straight rise is a silent source.',
    width: 12,
    height: 8,
    unit: 's',
    min: 0,
    queries: [{ expr: watermarkAge, legend: legendOf(labels.source) }],
  },
  {
    id: 11,
    type: 'timeseries',
    title: 'Delivery lag',
    description: 'How old the newest events were when they were read.',
    width: 12,
    height: 8,
    unit: 's',
    min: 0,
    queries: [
      { expr: aggregate('max', ofSources(sourceLag), [labels.source]), legend: legendOf(labels.source) },
    ],
  },
  {
    id: 12,
    type: 'timeseries',
    title: 'Duplicates',
    description: 'Events seen before, per second: redelivery, or a source that is read twice.',
    width: 12,
    height: 8,
    unit: 'cps',
    queries: [ratePerSource(duplicates)],
  },
  {
    id: 13,
    type: 'timeseries',
    title: 'Dropped late by source',
    description: 'Events older than the allowed lateness, per second.',
    width: 12,
    height: 8,
    unit: 'cps',
    queries: [ratePerSource(lateDropped)],
  },
]

const inside: readonly Panel[] = [
  {
    id: 16,
    type: 'timeseries',
    title: 'Alerts told and not told',
    description: 'Alerts that each Alertmanager took per second, attempts that failed, and alerts that wait.',
    width: 8,
    height: 8,
    unit: 'short',
    min: 0,
    queries: [
      {
        expr: aggregate('sum', over('rate', chosen(alertmanagerMetrics.alertsSent), rateWindow)),
        legend: 'taken per second',
      },
      {
        expr: aggregate('sum', over('rate', chosen(alertmanagerMetrics.failures), rateWindow)),
        legend: 'failed attempts per second',
      },
      { expr: aggregate('sum', chosen(alertmanagerMetrics.pending)), legend: 'waiting' },
    ],
  },
  {
    id: 17,
    type: 'timeseries',
    title: 'Ledger and fallbacks',
    description: 'Tokens alive that are remembered, and events that wait for what belongs to them.',
    width: 8,
    height: 8,
    unit: 'short',
    min: 0,
    queries: [
      { expr: aggregate('sum', chosen(pipelineMetrics.ledgerTokens)), legend: 'tokens' },
      { expr: aggregate('sum', chosen(pipelineMetrics.ledgerWaiting)), legend: 'events waiting' },
      { expr: aggregate('sum', chosen(pipelineMetrics.fallbackWaiting)), legend: 'fallbacks waiting' },
    ],
  },
  {
    id: 18,
    type: 'timeseries',
    title: 'Requests with records',
    description:
      'Webhook requests per second, by the HTTP status that answered them: 429 and 503 are asked to come again.',
    width: 8,
    height: 8,
    unit: 'reqps',
    stacked: true,
    queries: [
      {
        expr: aggregate('sum', over('rate', chosen(pipelineMetrics.webhookRequests), rateWindow), [
          labels.code,
        ]),
        legend: legendOf(labels.code),
      },
    ],
  },
]

const details: readonly Panel[] = [
  {
    id: 14,
    type: 'table',
    title: 'Sources',
    description: 'Watermark age, delivery lag and records of the time shown.',
    width: 10,
    height: 9,
    unit: 's',
    queries: [
      { expr: watermarkAge },
      { expr: aggregate('max', ofSources(sourceLag), [labels.source]) },
      { expr: aggregate('sum', over('increase', ofSources(records), shownRange), [labels.source]) },
    ],
    columns: {
      [labels.source]: { title: 'Source' },
      A: { title: 'Watermark age' },
      B: { title: 'Delivery lag' },
      C: { title: 'Records', unit: 'short' },
    },
  },
  {
    id: 15,
    type: 'table',
    title: 'Objectives as evaluated',
    description:
      'Which revision of which definition runs. A new revision counts afresh from the events kept.',
    width: 14,
    height: 9,
    unit: 'none',
    drillDown: intoObjective,
    queries: [
      {
        expr: aggregate('max', ofObjectives(objectiveMetrics.info), [
          labels.objective,
          labels.indicator,
          labels.target,
          labels.window,
          labels.budgeting,
          labels.sloOwner,
          labels.revision,
        ]),
      },
    ],
    columns: {
      [labels.objective]: { title: 'Objective' },
      [labels.indicator]: { title: 'Indicator' },
      [labels.target]: { title: 'Target, %' },
      [labels.window]: { title: 'Window' },
      [labels.budgeting]: { title: 'Budgeting' },
      [labels.sloOwner]: { title: 'Owner' },
      [labels.revision]: { title: 'Revision' },
    },
  },
]

export const pipelineDashboard: Dashboard = {
  uid: dashboardUids.pipeline,
  title: 'Identity SLO / Pipeline',
  description: 'The pipeline of the engine: sources, watermarks, rejections and losses.',
  from: 'now-24h',
  refresh: '1m',
  variables: [sourceVariable, objectiveVariable],
  annotations: [alertMarks],
  panels: [...state, ...flow, ...inside, ...details],
}
