/** Rows for debugging: codes, failed refreshes, what identities may reach, and who calls what. */
import { identityMetrics } from '../conventions.ts'
import { labels } from '../labels.ts'
import { aggregate, over, pick } from '../promql.ts'
import { type Panel, shownRange, type Threshold } from './builder.ts'
import { burnedBy, intoApp, intoObjective, objectiveLegend, ofApps } from './selection.ts'

const {
  accessPatternCalls,
  grantedResources,
  serviceAuth,
  serviceAuthFailures,
  tokenRequestFailures,
  tokenRequests,
  usedResources,
} = identityMetrics

const refusalThresholds: readonly Threshold[] = [{ color: 'green' }, { from: 1, color: 'orange' }]

const contributorColumns = (contributor: string) => ({
  [labels.sloService]: { title: 'Service' },
  [labels.objective]: { title: 'Objective' },
  [labels.contributor]: { title: contributor },
  A: { title: 'Bad events' },
})
const contributorLabels = [labels.sloService, labels.objective, labels.contributor]

export const rows: readonly Panel[] = [
  {
    id: 13,
    type: 'table',
    title: 'Errors by code',
    description: "The providers' own codes that burned most of the chosen objectives since yesterday (UTC).",
    width: 12,
    height: 9,
    unit: 'short',
    decimals: 0,
    drillDown: intoObjective,
    queries: [
      {
        expr: pick('topk', 25, aggregate('max', burnedBy(['code']), contributorLabels)),
        legend: objectiveLegend,
      },
    ],
    columns: contributorColumns('Code'),
  },
  {
    id: 14,
    type: 'table',
    title: 'Who fails to refresh',
    description: 'Identities, workloads and codes with most failed refreshes since yesterday (UTC).',
    width: 12,
    height: 9,
    unit: 'short',
    decimals: 0,
    drillDown: intoObjective,
    queries: [
      {
        expr: aggregate('max', burnedBy(['identity', 'workload', 'code'], 'token-refresh'), [
          labels.objective,
          labels.dimension,
          labels.contributor,
        ]),
      },
    ],
    columns: {
      [labels.objective]: { title: 'Objective' },
      [labels.dimension]: { title: 'What' },
      [labels.contributor]: { title: 'Who' },
      A: { title: 'Failures' },
    },
  },
  {
    id: 15,
    type: 'table',
    title: 'What identities may reach and do reach',
    description:
      'The widest identities of the inventory: resources granted, and used in 90 days. `other` is the most of all others.',
    width: 12,
    height: 9,
    unit: 'short',
    decimals: 0,
    queries: [grantedResources, usedResources].map((family) => ({
      expr: aggregate('max', ofApps(family), [labels.identity, labels.app]),
    })),
    columns: {
      [labels.identity]: { title: 'Identity' },
      [labels.app]: { title: 'App' },
      A: {
        title: 'Granted',
        thresholds: [{ color: 'green' }, { from: 6, color: 'orange' }, { from: 50, color: 'red' }],
      },
      B: { title: 'Used' },
    },
  },
  {
    id: 16,
    type: 'table',
    title: 'What each app did',
    description: 'In the time shown, by type of identity and place.',
    width: 12,
    height: 9,
    unit: 'short',
    decimals: 0,
    queries: [tokenRequests, tokenRequestFailures, serviceAuth, serviceAuthFailures].map((family) => ({
      expr: aggregate('sum', over('increase', ofApps(family), shownRange), [
        labels.app,
        labels.identityType,
        labels.layer,
      ]),
    })),
    columns: {
      [labels.app]: { title: 'App' },
      [labels.identityType]: { title: 'Identity type' },
      [labels.layer]: { title: 'Layer' },
      A: { title: 'Tokens asked for' },
      B: { title: 'Not given' },
      C: { title: 'Calls' },
      D: { title: 'Refused' },
    },
  },
  {
    id: 18,
    type: 'table',
    title: 'Access patterns',
    description:
      'Who called what since yesterday (UTC): the busiest pairs of identity and service, and the most refused.',
    width: 24,
    height: 10,
    unit: 'short',
    decimals: 0,
    drillDown: intoApp,
    queries: ['allowed', 'unauthenticated', 'forbidden'].map((decision) => ({
      expr: aggregate('max', ofApps(accessPatternCalls, { [labels.decision]: decision }), [
        labels.identity,
        labels.app,
        labels.identityType,
        labels.targetService,
      ]),
    })),
    columns: {
      [labels.identity]: { title: 'Identity' },
      [labels.app]: { title: 'App' },
      [labels.identityType]: { title: 'Identity type' },
      [labels.targetService]: { title: 'Service' },
      A: { title: 'Allowed' },
      B: { title: '401', thresholds: refusalThresholds },
      C: { title: '403', thresholds: refusalThresholds },
    },
  },
]
