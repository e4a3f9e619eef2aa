/** The Monday review: which budgets are spent, by what, and what identities were up to. */
import { identityMetrics, objectiveLabels, objectiveMetrics } from '../conventions.ts'
import { labels } from '../labels.ts'
import {
  aggregate,
  compare,
  divide,
  increaseSinceBirth,
  number,
  or,
  over,
  pick,
  subtract,
  vector,
} from '../promql.ts'
import { dashboardUids } from '../rule-conventions.ts'
import { type Dashboard, legendOf, type Panel, rateWindow, shownRange } from './builder.ts'
import { figures, upkeep } from './executive-figures.ts'
import { marks } from './marks.ts'
import {
  budgetThresholds,
  burnThresholds,
  intoApp,
  intoObjective,
  objectiveLegend,
  ofApps,
  ofObjectives,
  overPeriod,
  sharedVariables,
  zeroThresholds,
} from './selection.ts'

const { errorBudgetRemaining, sliErrorRatio, objectiveRatio, burnRate } = objectiveMetrics
const { assignmentChanges, tokenRequestFailures, tokenRequests } = identityMetrics

const remaining = aggregate('max', ofObjectives(errorBudgetRemaining), objectiveLabels)

const summary: readonly Panel[] = [
  {
    id: 1,
    type: 'text',
    title: 'How to read this',
    description: 'What the figures mean.',
    width: 24,
    height: 3,
    markdown:
      'An **error budget** is the share of events that an objective allows to fail in its period. ' +
      'All figures about objectives are in event time: late records correct them afterwards, and excluded events are in none. ' +
      'Provider and app narrow the panels about tokens and assignments only.',
  },
  {
    id: 2,
    type: 'stat',
    title: 'Objectives',
    description: 'Objectives that are evaluated.',
    width: 4,
    height: 4,
    unit: 'short',
    queries: [{ expr: or(aggregate('count', remaining), vector('0')) }],
  },
  {
    id: 3,
    type: 'stat',
    title: 'Budgets spent',
    description: 'Objectives whose error budget is gone for the period: changes should wait.',
    width: 4,
    height: 4,
    unit: 'short',
    thresholds: zeroThresholds,
    queries: [{ expr: or(aggregate('count', compare(remaining, '<=', '0')), vector('0')) }],
  },
  {
    id: 4,
    type: 'stat',
    title: 'Within budget',
    description: 'Share of the objectives that have error budget left.',
    width: 4,
    height: 4,
    unit: 'percentunit',
    decimals: 0,
    thresholds: [{ color: 'red' }, { from: 0.9, color: 'orange' }, { from: 1, color: 'green' }],
    queries: [
      {
        expr: divide(
          or(aggregate('count', compare(remaining, '>', '0')), vector('0')),
          aggregate('count', remaining),
        ),
      },
    ],
  },
  {
    id: 5,
    type: 'stat',
    title: 'Least budget left',
    description: 'Error budget left to the worst objective; below zero it is overspent.',
    width: 4,
    height: 4,
    unit: 'percentunit',
    decimals: 1,
    thresholds: budgetThresholds,
    queries: [{ expr: aggregate('min', remaining) }],
  },
  {
    id: 6,
    type: 'stat',
    title: 'Token requests',
    description: 'Attempts to obtain a token in the time shown, as they were read.',
    width: 4,
    height: 4,
    unit: 'short',
    queries: [{ expr: aggregate('sum', over('increase', ofApps(tokenRequests), shownRange)) }],
  },
  {
    id: 7,
    type: 'stat',
    title: 'Failed token requests',
    description: 'Attempts to obtain a token that failed in the time shown, whoever was at fault.',
    decimals: 0,
    width: 4,
    height: 4,
    unit: 'short',
    queries: [{ expr: aggregate('sum', over('increase', ofApps(tokenRequestFailures), shownRange)) }],
  },
]

const objectives: readonly Panel[] = [
  {
    id: 8,
    type: 'bargauge',
    title: 'Error budget left, worst first',
    description: 'The twenty objectives with the least error budget left in their period.',
    width: 10,
    height: 11,
    unit: 'percentunit',
    decimals: 1,
    min: 0,
    max: 1,
    thresholds: budgetThresholds,
    drillDown: intoObjective,
    queries: [{ expr: pick('bottomk', 20, remaining), legend: objectiveLegend }],
  },
  {
    id: 9,
    type: 'table',
    sortedBy: { key: 'C', smallestFirst: true },
    title: 'Objectives in detail',
    description: 'Target, error ratio over the period, budget left and burn rate of the last hour.',
    width: 14,
    height: 11,
    unit: 'percentunit',
    drillDown: intoObjective,
    queries: [
      { expr: aggregate('max', ofObjectives(objectiveRatio), objectiveLabels) },
      { expr: subtract(number('1'), aggregate('max', overPeriod(sliErrorRatio), objectiveLabels)) },
      { expr: remaining },
      { expr: aggregate('max', ofObjectives(burnRate, '1h'), objectiveLabels) },
    ],
    columns: {
      [labels.sloService]: { title: 'Service' },
      [labels.slo]: { title: 'SLO' },
      [labels.objective]: { title: 'Objective' },
      A: { title: 'Target', decimals: 3 },
      B: { title: 'Achieved', decimals: 3 },
      C: { title: 'Budget left', thresholds: budgetThresholds },
      D: { title: 'Burn rate 1h', unit: 'short', thresholds: burnThresholds },
    },
  },
  {
    id: 10,
    type: 'timeseries',
    title: 'Error budget left',
    description:
      'How each budget went down, and came back as old failures left the period. Drawn down to -100 %.',
    min: -1,
    width: 24,
    height: 9,
    unit: 'percentunit',
    max: 1,
    queries: [{ expr: remaining, legend: objectiveLegend }],
  },
]

const identities: readonly Panel[] = [
  {
    id: 11,
    type: 'timeseries',
    title: 'Token requests by provider',
    description: 'Attempts to obtain a token per second, as they were read.',
    width: 8,
    height: 8,
    unit: 'reqps',
    stacked: true,
    queries: [
      {
        expr: aggregate('sum', over('rate', ofApps(tokenRequests), rateWindow), [labels.provider]),
        legend: legendOf(labels.provider),
      },
    ],
  },
  {
    id: 12,
    type: 'table',
    title: 'Apps with most failed token requests',
    drillDown: intoApp,
    description: 'Who spent the budget: failed token requests in the time shown, by app and fault.',
    width: 8,
    height: 8,
    unit: 'short',
    decimals: 0,
    queries: [
      {
        expr: pick(
          'topk',
          10,
          aggregate('sum', over('increase', ofApps(tokenRequestFailures), shownRange), [
            labels.app,
            labels.fault,
          ]),
        ),
      },
    ],
    columns: {
      [labels.app]: { title: 'App' },
      [labels.fault]: { title: 'Fault' },
      A: { title: 'Failures' },
    },
  },
  {
    id: 13,
    type: 'timeseries',
    title: 'Assignment changes',
    description: 'Roles and policies granted, removed and changed.',
    width: 8,
    height: 8,
    unit: 'short',
    stacked: true,
    queries: [
      {
        expr: aggregate('sum', increaseSinceBirth(ofApps(assignmentChanges), rateWindow), [labels.op]),
        legend: legendOf(labels.op),
      },
    ],
  },
]

export const executiveDashboard: Dashboard = {
  uid: dashboardUids.executive,
  title: 'Identity SLO / Executive',
  description: 'Error budgets of machine identities: how much is left, and who spent it.',
  from: 'now-30d',
  refresh: '5m',
  variables: sharedVariables,
  annotations: marks,
  panels: [...summary, ...figures, ...objectives, ...identities, ...upkeep],
}
