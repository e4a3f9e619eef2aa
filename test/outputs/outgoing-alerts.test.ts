import { describe, expect, it } from 'vitest'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { type AlertReading, evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { alertGroup } from '../../src/outputs/alert-rules.ts'
import { unconfiguredLinks } from '../../src/outputs/alert-text.ts'
import { engineAlertGroup } from '../../src/outputs/engine-alerts.ts'
import { alertKey, outgoingAlert } from '../../src/outputs/outgoing-alerts.ts'
import { outgoingEngineAlerts } from '../../src/outputs/outgoing-engine-alerts.ts'
import { aTokenRequest } from '../support/event.ts'
import { anObjective, calendarMonth, rollingDays } from '../support/objective.ts'

const at = Date.UTC(2026, 0, 20)

/** After ten requests a minute ago, four of which failed for one workload. */
function burning(objective: Objective): ObjectiveStatus {
  const engine = new Engine([objective], availableIndicators, { fineMs: 7_200_000, slicesMs: 7_200_000 })
  for (let i = 0; i < 10; i++) {
    const outcome = i < 4 ? ({ outcome: 'failure', reason: 'throttled', fault: 'platform' } as const) : {}
    const event = aTokenRequest({ id: `e${i}`, time: at - 60_000, app: 'checkout', ...outcome })
    engine.observe(
      event,
      engine.targetsFor(event, { app: 'checkout', team: '', criticality: 'standard', isOwned: true }),
    )
  }
  const [state] = engine.states
  if (state === undefined) throw new Error('no objective')
  return evaluate(state, at)
}

function allOf(objective: Objective): readonly { id: AlertReading['id']; labels: Record<string, string> }[] {
  const status = burning(objective)
  return status.alerts.flatMap(({ id }) => {
    const alert = outgoingAlert({ alert: id, since: at }, status, unconfiguredLinks, {})
    return alert === undefined ? [] : [{ id, labels: { ...alert.labels } }]
  })
}

describe('an alert that the engine sends', () => {
  it.each([
    ['30 days', anObjective()],
    ['an hour', anObjective({ window: { kind: 'rolling', durationMs: 3_600_000, text: '1h' } })],
    [
      '7 days of some tiers',
      anObjective({ window: rollingDays(7), alertTiers: ['page-quick', 'ticket-slow'] }),
    ],
    ['a calendar month', anObjective({ window: calendarMonth })],
  ])('has the labels that Prometheus gives it by the generated rules: %s', (_, objective) => {
    const rules = alertGroup(objective, unconfiguredLinks).rules.flatMap((rule) =>
      'alert' in rule ? [{ id: rule.labels['tier'], labels: { alertname: rule.alert, ...rule.labels } }] : [],
    )
    const sent = allOf(objective)
    for (const rule of rules) {
      const own = sent.find(({ id }) => id === rule.id)
      expect(own?.labels).toEqual(rule.labels)
    }
    expect(sent.length).toBe(rules.length)
  })

  it('says how bad it is, what is left and who it was', () => {
    const alert = outgoingAlert(
      { alert: 'page-quick', since: at },
      burning(anObjective()),
      unconfiguredLinks,
      {},
    )
    expect(alert?.annotations['description']).toBe(
      'Over the last 1h 40 % were bad (4 of 10), burn rate 800. ' +
        'The objective is 99.95 % over 30d; 80000 % of the error budget is spent.',
    )
    expect(alert?.annotations['culprits']).toMatch(/^identities: .+ \(4\); .*reasons: throttled \(4\)/)
  })

  it('says why, where a diagnosis is about those who burned the budget, and where its runbook is', () => {
    const sent = (identity: string, confidence: number) =>
      outgoingAlert(
        { alert: 'page-quick', since: at },
        burning(anObjective()),
        unconfiguredLinks,
        {},
        undefined,
        [
          {
            mode: 'F2',
            title: 'Token requests are throttled',
            confidence,
            since: at - 60_000,
            failures: 4,
            affected: {
              identities: [identity],
              apps: ['checkout'],
              services: [],
              workloads: [],
              layers: ['vm'],
            },
            evidence: [],
            change: { what: 'quota changed', actor: 'deployer', time: at - 120_000, eventId: 'c' },
            runbook: 'refresh-failures',
          },
        ],
      )?.annotations
    expect(sent('identity-1', 0.9)?.['diagnosis']).toBe(
      'F2 Token requests are throttled, since 2026-01-19T23:59:00.000Z (90 %). Before: quota changed, by deployer ' +
        'at 2026-01-19T23:58:00.000Z. Affected: identity-1; applications: checkout.',
    )
    expect(sent('identity-1', 0.9)?.['diagnosis_runbook_url']).toMatch(/#refresh-failures$/)
    expect(sent('identity-1', 0.4)).not.toHaveProperty('diagnosis')
    expect(sent('identity-2', 0.9)).not.toHaveProperty('diagnosis')
  })

  it('carries the labels of the installation, and its own win', () => {
    const extra = { cluster: 'east', severity: 'none' }
    const alert = outgoingAlert(
      { alert: 'page-quick', since: at },
      burning(anObjective()),
      unconfiguredLinks,
      extra,
    )
    expect(alert?.labels).toMatchObject({ cluster: 'east', severity: 'page' })
  })

  it('has one key, in whatever order its labels come', () => {
    expect(alertKey({ labels: { a: '1', b: '2' } })).toBe(alertKey({ labels: { b: '2', a: '1' } }))
    expect(alertKey({ labels: { a: '1' } })).not.toBe(alertKey({ labels: { a: '2' } }))
  })
})

describe('alerts about the engine that it sends', () => {
  it('have the labels that Prometheus gives them, and no template is left in them', () => {
    const evidence = { silentSources: ['azure-entra'], isIntakePaused: true }
    const sent = outgoingEngineAlerts(evidence, unconfiguredLinks, {})
    expect(sent.map(({ labels }) => labels)).toEqual([
      { alertname: 'IdentitySLOWatchdog', severity: 'none' },
      { alertname: 'IdentitySLOSourceSilent', severity: 'ticket', source: 'azure-entra' },
      { alertname: 'IdentitySLOIntakePaused', severity: 'page' },
    ])
    expect(JSON.stringify(sent)).not.toContain('{{')
    const names = engineAlertGroup(unconfiguredLinks).rules.flatMap((rule) =>
      'alert' in rule ? [rule.alert] : [],
    )
    for (const { labels } of sent) expect(names).toContain(labels['alertname'])
  })

  it('are the watchdog alone while all is well', () => {
    const sent = outgoingEngineAlerts({ silentSources: [], isIntakePaused: false }, unconfiguredLinks, {})
    expect(sent.map(({ labels }) => labels['alertname'])).toEqual(['IdentitySLOWatchdog'])
  })
})
