/** The configuration of Alertmanager: who gets which alert, what is told as one, and what says nothing new. */
import { stringify } from 'yaml'
import type { Objective } from '../objectives/objective.ts'
import { tiersBySpeed } from './budget-alert-kinds.ts'
import { labels } from './labels.ts'
import { alertLabels, alertNames, alertsSeries } from './rule-conventions.ts'
import { generatedNotice } from './rule-file.ts'

/** Who answers for the platform itself: shared identities, the engine, and what nobody owns. */
export const platformOwner = 'platform'

/** Where the secrets of receivers lie on the machine of Alertmanager; they are in no generated file. */
const secretsFolder = '/etc/alertmanager/secrets'

/** What people mean by working hours: tickets are told then, pages always. */
const workingHours = 'working-hours'

/** Identities that no single service owns: whoever breaks one of them breaks several. */
const sharedIdentityTypes = ['user-assigned', 'service-principal', 'federated']

type Matchers = readonly string[]

function equals(label: string, value: string): string {
  return `${label}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

function isAnyOf(label: string, values: readonly string[]): string {
  return `${label}=~"${values.join('|')}"`
}

const budgetAlerts = isAnyOf(alertsSeries.alertName, [
  alertNames.burn,
  alertNames.sustained,
  alertNames.halfBudget,
  alertNames.exhausted,
])

/** Names of receivers and of files: what is no plain file name becomes `-`. */
function fileName(owner: string): string {
  return owner.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '-')
}

function pageReceiver(owner: string): string {
  return `page-${fileName(owner)}`
}

function ticketReceiver(owner: string): string {
  return `ticket-${fileName(owner)}`
}

function receiversOf(owner: string): readonly object[] {
  const name = fileName(owner)
  return [
    {
      name: pageReceiver(owner),
      pagerduty_configs: [
        {
          routing_key_file: `${secretsFolder}/${name}.pagerduty-routing-key`,
          send_resolved: true,
        },
      ],
    },
    {
      name: ticketReceiver(owner),
      slack_configs: [{ api_url_file: `${secretsFolder}/${name}.slack-webhook-url`, send_resolved: true }],
    },
  ]
}

/** Pages at once and one for all that burns at an owner; tickets gathered by objective, in working hours. */
function routesOf(owner: string, matchers: Matchers): readonly object[] {
  return [
    {
      receiver: pageReceiver(owner),
      matchers: [...matchers, equals(alertLabels.severity, 'page')],
      group_by: [alertLabels.owner],
      group_wait: '10s',
      group_interval: '1m',
      repeat_interval: '4h',
    },
    {
      receiver: ticketReceiver(owner),
      matchers: [...matchers, equals(alertLabels.severity, 'ticket')],
      group_by: [alertLabels.owner, labels.objective],
      group_wait: '5m',
      group_interval: '30m',
      repeat_interval: '3d',
      active_time_intervals: [workingHours],
    },
  ]
}

/** The faster tier of an objective says all that its slower ones say; a page says what a ticket says. */
function inhibitRules(): readonly object[] {
  const fasterTiers = tiersBySpeed.slice(0, -1).map((tier, i) => ({
    source_matchers: [budgetAlerts, equals(alertLabels.tier, tier)],
    target_matchers: [budgetAlerts, isAnyOf(alertLabels.tier, tiersBySpeed.slice(i + 1))],
    equal: [labels.objective],
  }))
  return [
    ...fasterTiers,
    {
      // An issuer that fails everybody explains the services that ask it, and not those that ask others.
      source_matchers: [equals(alertsSeries.alertName, alertNames.platformOutage)],
      target_matchers: [
        budgetAlerts,
        isAnyOf(labels.indicator, ['token-issuance', 'token-fetch-latency', 'token-refresh']),
      ],
      equal: [labels.provider],
    },
    {
      // Who is told that nothing is read need not be told that the numbers stand still.
      source_matchers: [equals(alertsSeries.alertName, alertNames.engineDown)],
      target_matchers: [isAnyOf(alertsSeries.alertName, [alertNames.sourceSilent, alertNames.sourceLagging])],
    },
  ]
}

function ownersOf(objectives: readonly Objective[]): readonly string[] {
  const owners = new Set(objectives.map(({ owner }) => owner).filter((owner) => owner !== ''))
  owners.delete(platformOwner)
  return [...owners].sort((a, b) => (a < b ? -1 : 1))
}

/** The whole file. The same objectives give the same bytes, in whatever order they come. */
export function renderAlertmanagerConfig(objectives: readonly Objective[]): string {
  const owners = ownersOf(objectives)
  const shared = isAnyOf(labels.identityType, sharedIdentityTypes)
  const config = {
    global: { resolve_timeout: '5m' },
    time_intervals: [
      {
        name: workingHours,
        time_intervals: [
          {
            weekdays: ['monday:friday'],
            times: [{ start_time: '08:00', end_time: '18:00' }],
            location: 'UTC',
          },
        ],
      },
    ],
    route: {
      receiver: ticketReceiver(platformOwner),
      group_by: [alertLabels.owner, alertsSeries.alertName],
      routes: [
        {
          receiver: 'watchdog',
          matchers: [equals(alertsSeries.alertName, alertNames.watchdog)],
          group_by: [alertsSeries.alertName],
          group_wait: '0s',
          group_interval: '1m',
          repeat_interval: '1m',
        },
        ...routesOf(platformOwner, [shared]),
        ...owners.flatMap((owner) => routesOf(owner, [equals(alertLabels.owner, owner)])),
        ...routesOf(platformOwner, []),
      ],
    },
    inhibit_rules: inhibitRules(),
    receivers: [{ name: 'watchdog' }, ...[platformOwner, ...owners].flatMap((owner) => receiversOf(owner))],
  }
  const body = stringify(config, { lineWidth: 0, aliasDuplicateObjects: false })
  return [
    `# ${generatedNotice}`,
    '# Secrets are read from the files named here; docs/paging.md lists them. The receiver "watchdog" is yours to fill:',
    '# something outside of this cluster that raises an alarm when the watchdog no longer comes.',
    body,
  ].join('\n')
}
