/** What the review asks of identities: successes, failures this month, rights, drift, orphans, fallbacks. */
import { identityMetrics } from '../conventions.ts'
import { labels } from '../labels.ts'
import {
  aggregate,
  compare,
  divide,
  increaseSinceBirth,
  number,
  or,
  over,
  subtract,
  vector,
} from '../promql.ts'
import { chosen, legendOf, type Panel, rateWindow, shownRange } from './builder.ts'
import { intoApp, ofApps, zeroThresholds } from './selection.ts'

const {
  assignmentChanges,
  inventoryGrantedResources,
  inventoryIdentities,
  orphaned,
  secretFallback,
  serviceAuthFailures,
  tokenRequestFailures,
  tokenRequests,
} = identityMetrics

const increaseOf = (family: { readonly name: string }) =>
  aggregate('sum', over('increase', ofApps(family), shownRange))

const figure = { type: 'stat', width: 4, height: 4, unit: 'short', decimals: 0 } as const

export const figures: readonly Panel[] = [
  {
    ...figure,
    id: 14,
    title: 'Token requests that succeed',
    description: 'Share of the attempts to obtain a token in the time shown that succeeded.',
    unit: 'percentunit',
    decimals: 2,
    thresholds: [{ color: 'red' }, { from: 0.99, color: 'orange' }, { from: 0.999, color: 'green' }],
    queries: [
      {
        expr: subtract(
          number('1'),
          divide(
            or(increaseOf(tokenRequestFailures), vector('0')),
            compare(increaseOf(tokenRequests), '>', '0'),
          ),
        ),
      },
    ],
  },
  {
    ...figure,
    id: 15,
    title: 'Auth failures, month to date',
    description:
      'Since the start of this month: token requests that failed, and tokens that services refused.',
    relativeTime: 'now/M',
    queries: [
      { expr: or(increaseOf(tokenRequestFailures), vector('0')), legend: 'requests' },
      { expr: or(increaseOf(serviceAuthFailures), vector('0')), legend: 'refused' },
    ],
  },
  {
    ...figure,
    id: 16,
    title: 'Identities',
    description: 'Identities in the inventory.',
    queries: [{ expr: aggregate('sum', chosen(inventoryIdentities)) }],
  },
  {
    ...figure,
    id: 17,
    title: 'Resources per identity',
    description:
      'How many resources an identity of the inventory can reach on average, inherited rights included.',
    decimals: 1,
    thresholds: [{ color: 'green' }, { from: 5, color: 'orange' }],
    queries: [
      {
        expr: divide(
          aggregate('sum', chosen(inventoryGrantedResources)),
          compare(aggregate('sum', chosen(inventoryIdentities)), '>', '0'),
        ),
      },
    ],
  },
  {
    ...figure,
    id: 18,
    title: 'Unexpected role changes',
    description: 'Changes of rights in the time shown that the baseline does not account for.',
    thresholds: zeroThresholds,
    queries: [
      {
        expr: or(
          aggregate(
            'sum',
            increaseSinceBirth(ofApps(assignmentChanges, { [labels.expected]: 'false' }), shownRange),
          ),
          vector('0'),
        ),
      },
    ],
  },
  {
    ...figure,
    id: 19,
    title: 'Orphaned identities',
    description:
      'Identities with rights that nobody needs: not used for 90 days, deleted, disabled, or never there.',
    thresholds: [{ color: 'green' }, { from: 1, color: 'orange' }],
    queries: [{ expr: or(aggregate('sum', ofApps(orphaned)), vector('0')) }],
  },
]

export const upkeep: readonly Panel[] = [
  {
    id: 20,
    type: 'table',
    title: 'Orphans by app',
    description: 'Where to clean up: identities with rights that nobody needs.',
    width: 12,
    height: 8,
    unit: 'short',
    decimals: 0,
    drillDown: intoApp,
    queries: [
      { expr: aggregate('sum', ofApps(orphaned), [labels.app, labels.provider, labels.identityType]) },
    ],
    columns: {
      [labels.app]: { title: 'App' },
      [labels.provider]: { title: 'Provider' },
      [labels.identityType]: { title: 'Identity type' },
      A: { title: 'Orphans' },
    },
  },
  {
    id: 21,
    type: 'timeseries',
    title: 'Fallbacks to static secrets',
    description:
      'Static secrets used by workloads that have a managed identity: it should go towards nothing.',
    width: 12,
    height: 8,
    unit: 'cps',
    min: 0,
    stacked: true,
    queries: [
      {
        expr: aggregate('sum', over('rate', ofApps(secretFallback), rateWindow), [labels.app]),
        legend: legendOf(labels.app),
      },
    ],
  },
]
