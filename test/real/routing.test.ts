/** Who gets which alert, and which alert says nothing new: the generated configuration under amtool and a real Alertmanager. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { requireDefinitions } from '../../src/app/definition-files.ts'
import type { IndicatorId } from '../../src/indicators/indicator.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { budgetAlertLabels } from '../../src/outputs/alert-text.ts'
import { renderAlertmanagerConfig } from '../../src/outputs/alertmanager-config.ts'
import { budgetAlertKind, tiersBySpeed } from '../../src/outputs/budget-alert-kinds.ts'
import {
  amtool,
  hasAlertmanager,
  hasAmtool,
  knownAlerts,
  startAlertmanager,
  startNotificationSink,
} from '../support/alertmanager.ts'
import { until } from '../support/embedded-service.ts'
import { anObjective } from '../support/objective.ts'
import { incidents } from '../support/paging/incidents.ts'
import { scaledRouting } from '../support/paging/scaled.ts'
import { Workspace } from '../support/workspace.ts'

const shipped = fileURLToPath(new URL('../../alertmanager/alertmanager.yaml', import.meta.url))
const { objectives: ofTwoTeams } = requireDefinitions([
  fileURLToPath(new URL('../support/paging/slo.yaml', import.meta.url)),
])

const own = ['system-assigned', 'role', 'service-account', 'spiffe', 'unknown', undefined]
const shared = ['user-assigned', 'service-principal', 'federated']

interface Routed {
  readonly severity: string
  readonly owner: string | undefined
  readonly type: string | undefined
  readonly receiver: string
}

/** Each severity with each owner and each type of identity. */
const table: readonly Routed[] = ['page', 'ticket'].flatMap((severity) => [
  ...['team-checkout', 'team-orders'].flatMap((owner) => [
    ...own.map((type) => ({ severity, owner, type, receiver: `${severity}-${owner}` })),
    ...shared.map((type) => ({ severity, owner, type, receiver: `${severity}-platform` })),
  ]),
  ...['platform', 'team-without-objectives', undefined].flatMap((owner) =>
    [...own, ...shared].map((type) => ({ severity, owner, type, receiver: `${severity}-platform` })),
  ),
])

function routed(
  config: string,
  receiver: string,
  labels: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const { status, output } = amtool(
    'config',
    'routes',
    'test',
    `--config.file=${config}`,
    `--verify.receivers=${receiver}`,
    ...given,
  )
  return status === 0 ? '' : `${given.join(' ')}: ${output}`
}

describe.skipIf(!hasAmtool)('the generated configuration under amtool (left out without amtool)', () => {
  it('is valid, for the shipped objectives and for those of two teams', () => {
    using workspace = new Workspace()
    const config = workspace.write('alertmanager.yaml', renderAlertmanagerConfig(ofTwoTeams))
    for (const file of [shipped, config]) expect(amtool('check-config', file)).toMatchObject({ status: 0 })
  })

  it('sends alerts on system-assigned identities to their owner, on shared and unowned ones to the platform team', () => {
    using workspace = new Workspace()
    const config = workspace.write('alertmanager.yaml', renderAlertmanagerConfig(ofTwoTeams))
    expect(table.length).toBe(2 * 5 * (own.length + shared.length))
    const wrong = table.map(({ severity, owner, type, receiver }) =>
      routed(config, receiver, {
        severity,
        owner,
        identity_type: type,
        alertname: 'IdentitySLOErrorBudgetBurn',
      }),
    )
    expect(wrong.filter((each) => each !== '')).toEqual([])
    // The table can be wrong.
    expect(routed(config, 'page-team-orders', { severity: 'page', owner: 'team-checkout' })).toContain(
      'page-team-checkout',
    )
  })

  it.each([
    ['a page of a team', 'page-identity-team', { owner: 'identity-team', severity: 'page' }],
    ['a ticket of a team', 'ticket-identity-team', { owner: 'identity-team', severity: 'ticket' }],
    [
      'many critical services at once',
      'page-platform',
      { alertname: 'IdentitySLOCriticalOutage', owner: 'platform', severity: 'page' },
    ],
    [
      'the engine, when it is down',
      'page-platform',
      { alertname: 'IdentitySLOEngineDown', severity: 'page' },
    ],
    [
      'a silent source',
      'ticket-platform',
      { alertname: 'IdentitySLOSourceSilent', severity: 'ticket', source: 'azure-entra' },
    ],
    ['the watchdog', 'watchdog', { alertname: 'IdentitySLOWatchdog', severity: 'none' }],
    ['anything else', 'ticket-platform', { alertname: 'Other' }],
  ])('of the shipped objectives sends %s to %s', (_, receiver, labels) => {
    expect(routed(shipped, receiver, labels)).toBe('')
  })
})

type Labels = Readonly<Record<string, string>>

/** The alert of each tier that the objective has, the fastest first. */
function alertsOf(objective: Objective): readonly Labels[] {
  return tiersBySpeed.flatMap((tier) => {
    const known = budgetAlertKind(objective, tier)
    return known === undefined
      ? []
      : [{ alertname: known.alert, ...budgetAlertLabels(objective, known.kind) }]
  })
}

function issuance(provider: string, indicator: IndicatorId = 'token-issuance'): Objective {
  return anObjective({
    name: `${indicator}-${provider}`,
    sli: { indicator, where: { provider: [provider] } },
  })
}

function nameOf(labels: Labels): string {
  return labels['tier'] === undefined ? (labels['alertname'] ?? '') : `${labels['slo']} ${labels['tier']}`
}

/** What an Alertmanager of its own makes of the alerts: the names of those that are told, and of those that say nothing new. */
async function told(
  alerts: readonly Labels[],
): Promise<{ readonly told: readonly string[]; readonly pages: number }> {
  await using sink = await startNotificationSink()
  using workspace = new Workspace()
  const config = renderAlertmanagerConfig([issuance('azure'), issuance('aws')])
  const file = workspace.write('alertmanager.yaml', scaledRouting(config, 300, sink.url))
  mkdirSync(workspace.at('data'))
  await using server = await startAlertmanager(file, workspace.at('data'))
  const response = await fetch(`${server.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map((labels) => ({ labels, startsAt: new Date().toISOString() }))),
  })
  expect(response.status).toBe(200)
  const active = async (): Promise<readonly Labels[]> =>
    (await knownAlerts(server)).filter(({ status }) => status.state === 'active').map(({ labels }) => labels)
  // Every alert has a state when it is known: those that wait for their group as well.
  await until('it knows them all', async () => {
    const known = await knownAlerts(server)
    return known.length === alerts.length && known.every(({ status }) => status.state !== 'unprocessed')
  })
  const expected = await active()
  await until('it has told them', () => {
    const names = sink.received.flatMap((notification) =>
      notification.alerts.map(({ labels }) => nameOf(labels)),
    )
    return expected.every((labels) => labels['severity'] === 'none' || names.includes(nameOf(labels)))
  })
  const names = sink.received.flatMap((notification) =>
    notification.alerts.map(({ labels }) => nameOf(labels)),
  )
  expect(new Set(names)).toEqual(new Set(expected.map(nameOf)))
  return { told: expected.map(nameOf).toSorted((a, b) => (a < b ? -1 : 1)), pages: incidents(sink).length }
}

describe.skipIf(!hasAlertmanager)('of alerts at once, a real Alertmanager (left out without one)', () => {
  const azure = issuance('azure')
  const aws = issuance('aws')
  let all: readonly Labels[] = []

  beforeAll(() => {
    all = alertsOf(azure)
    expect(all.length).toBeGreaterThan(4)
  })

  it.each(tiersBySpeed.slice(0, -1).map((_, index) => index))(
    'tells of one objective only the fastest tier, and all of another one (%d)',
    async (index) => {
      const slower = all.slice(index)
      const [fastest = {}] = slower
      const other = alertsOf(aws).at(-1) ?? {}
      const { told: names } = await told([...slower, other])
      expect(names).toEqual([nameOf(fastest), nameOf(other)].toSorted((a, b) => (a < b ? -1 : 1)))
    },
  )

  it('tells the outage of a platform and not the services that it explains, and those of another platform', async () => {
    const outage = {
      alertname: 'IdentitySLOPlatformOutage',
      provider: 'azure',
      severity: 'page',
      owner: 'platform',
    }
    const explained = [azure, issuance('azure', 'token-fetch-latency'), issuance('azure', 'token-refresh')]
    const others = [issuance('azure', 'service-auth'), aws]
    const page = (objective: Objective): readonly Labels[] =>
      alertsOf(objective).filter(({ tier }) => tier === 'page-quick')
    const { told: names } = await told([outage, ...explained.flatMap(page), ...others.flatMap(page)])
    expect(names).toEqual([
      'IdentitySLOPlatformOutage',
      'service-auth-azure page-quick',
      'token-issuance-aws page-quick',
    ])
  })

  it('tells that the engine is down and not that its sources are silent', async () => {
    const down = { alertname: 'IdentitySLOEngineDown', severity: 'page' }
    const silent = { alertname: 'IdentitySLOSourceSilent', severity: 'ticket', source: 'azure-entra' }
    const lagging = { alertname: 'IdentitySLOSourceLagging', severity: 'ticket', source: 'azure-entra' }
    expect((await told([down, silent, lagging])).told).toEqual(['IdentitySLOEngineDown'])
  })

  it('makes one page of all that burns at an owner', async () => {
    const page = (objective: Objective): readonly Labels[] =>
      alertsOf(objective).filter(({ tier }) => tier === 'page-quick')
    const result = await told([azure, aws, issuance('aws', 'service-auth')].flatMap(page))
    expect(result.told.length).toBe(3)
    expect(result.pages).toBe(1)
  })
})
