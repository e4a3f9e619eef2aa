/**
 * From a fault to a page, with real parts throughout: `simulate` sends records to `run`; a real Prometheus scrapes it with the
 * generated rules and tells a real Alertmanager, and the engine itself tells a cluster of two. Both end at a webhook.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ownershipText } from '../../src/simulation/ownership-text.ts'
import {
  type AlertmanagerServer,
  hasAlertmanager,
  knownAlerts,
  type Notification,
  type NotificationSink,
} from '../support/alertmanager.ts'
import { until } from '../support/embedded-service.ts'
import type { Instance } from '../support/instance.ts'
import { budgetLabelSets, incidents, labelSet } from '../support/paging/incidents.ts'
import { PagingLab } from '../support/paging/lab.ts'
import { simulateInto } from '../support/paging/simulate.ts'
import { hasPrometheus } from '../support/prometheus.ts'
import { scenarioAt } from '../support/simulated.ts'

const path = fileURLToPath(new URL('../support/paging/scenario.yaml', import.meta.url))
const scenario = scenarioAt(path)
/** The scenario's 68 minutes are 68 seconds. */
const speed = 60
const dayMs = 86_400_000

/** The whole label set of the page, whoever sends it. */
const page = {
  alertname: 'IdentitySLOErrorBudgetBurn',
  severity: 'page',
  tier: 'page-quick',
  long_window: '1h',
  short_window: '5m',
  owner: 'team-checkout',
  severity_class: 'critical',
  indicator: 'service-auth',
  provider: 'azure',
  objective: 'checkout-checkout-access',
  slo: 'checkout-access',
  slo_service: 'checkout',
  sloth_id: 'checkout-checkout-access',
  sloth_service: 'checkout',
  sloth_slo: 'checkout-access',
  sloth_severity: 'page',
}

/** The fastest page of the incident, as it was first told. */
function pageIn(sink: NotificationSink): Notification['alerts'][number] | undefined {
  const told = incidents(sink).flatMap((incident) => incident.flatMap(({ alerts }) => alerts))
  return told.find(({ status, labels }) => status === 'firing' && labelSet(labels) === labelSet(page))
}

function startRun(lab: PagingLab, replicas: readonly AlertmanagerServer[]): Promise<Instance> {
  return lab.run({
    ownership: lab.workspace.write('owners.yaml', ownershipText(scenario)),
    limits: { evaluationSeconds: 1 },
    alertmanager: { replicas: replicas.map(({ url }) => ({ url })), resendSeconds: 5 },
  })
}

describe.skipIf(!hasAlertmanager || !hasPrometheus)(
  'a simulated fault (left out without Prometheus and Alertmanager)',
  () => {
    it('is one page by the rules and one by the engine, with the same labels, and ends', {
      timeout: 240_000,
    }, async () => {
      await using lab = new PagingLab(speed)
      const [byRules, byEngine] = [await lab.sink(), await lab.sink()]
      const alertmanager = await lab.alertmanager('alertmanager', byRules)
      const cluster = await lab.cluster(byEngine)
      const run = await startRun(lab, cluster)
      await lab.prometheus(run, alertmanager)
      const all = [alertmanager, ...cluster]
      const start = Date.now() - scenario.lengthMs
      const simulation = simulateInto(lab.workspace, { scenario: path, url: run.url, start, speed })

      await until('each Alertmanager knows the same alerts on budgets, the page among them', async () => {
        const [first = '', ...others] = (await Promise.all(all.map(knownAlerts))).map((alerts) =>
          budgetLabelSets(alerts).join('\n'),
        )
        return first.includes(labelSet(page)) && others.every((sets) => sets === first)
      })
      const truth = await simulation
      for (const sink of [byRules, byEngine]) {
        await until('the page is resolved', () => incidents(sink)[0]?.at(-1)?.status === 'resolved')
        expect(incidents(sink).length).toBe(1)
        const [incident = []] = incidents(sink)
        expect(new Set(incident.map(({ receiver }) => receiver))).toEqual(new Set(['page-team-checkout']))
        const told = incident.flatMap(({ alerts }) => alerts)
        expect(new Set(told.map(({ labels }) => labels['objective']))).toEqual(new Set([page.objective]))
        expect(pageIn(sink)?.annotations).toMatchObject({
          summary: expect.stringMatching(/^checkout: Access of the checkout burns its error budget/),
          runbook_url: 'https://runbooks.example.com/identity-slo#identitysloerrorbudgetburn',
          dashboard_url: expect.stringContaining('var-objective=checkout-checkout-access&var-provider=azure'),
        })
      }
      const [fault] = truth.faults
      expect(pageIn(byEngine)?.annotations).toMatchObject({
        diagnosis: expect.stringMatching(
          new RegExp(`^${fault?.mode} .* removed .*Affected: ${fault?.culprits[0]}`),
        ),
        diagnosis_runbook_url: 'https://runbooks.example.com/identity-slo#role-misassignment',
        culprits: expect.stringMatching(new RegExp(`^identities: (\\S+ )?${fault?.culprits[0]} `)),
      })
    })

    it('of last week wakes nobody when its records are sent today', async () => {
      await using lab = new PagingLab(speed)
      const sink = await lab.sink()
      const alertmanager = await lab.alertmanager('alertmanager', sink)
      const run = await startRun(lab, [alertmanager])
      // It ends in the middle of the fault, so that the page would fire from then on.
      const more = ['--length', '14m']
      const truth = await simulateInto(lab.workspace, {
        scenario: path,
        url: run.url,
        start: Date.now() - 7 * dayMs,
        more,
      })
      expect(truth.faults[0]?.records).toBeGreaterThan(100)
      await until('alerts fire, and are held back', async () => {
        const { text } = await run.get('/metrics')
        return Number(/^identity_slo_alerts_held (\d+)$/m.exec(text)?.[1]) > 0
      })
      const { objectives } = await run.status()
      expect(JSON.stringify(objectives)).toMatch(/"id":"page-quick"[^}]*"firing":true/)
      // Whatever there was to tell has been told by the time of two further rounds.
      const watchdog = async (): Promise<string | undefined> =>
        (await knownAlerts(alertmanager)).find(({ labels }) => labels['alertname'] === 'IdentitySLOWatchdog')
          ?.updatedAt
      for (let round = 0; round < 2; round++) {
        const before = await watchdog()
        await until('a round of telling', async () => (await watchdog()) !== before)
      }
      expect((await knownAlerts(alertmanager)).map(({ labels }) => labels['alertname'])).toEqual([
        'IdentitySLOWatchdog',
      ])
      expect(incidents(sink)).toEqual([])
    })
  },
)
