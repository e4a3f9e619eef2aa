import { describe, expect, it } from 'vitest'
import { budgetAlertLabels, budgetAnnotations, engineAnnotations } from '../../src/outputs/alert-text.ts'
import { anObjective } from '../support/objective.ts'

const links = { runbook: 'https://docs.example.com/runbook', grafana: 'https://grafana.example.com' }
const text = { summary: 'is broken', description: 'It is.' }
const quick = { id: 'page-quick', severity: 'page', longMs: 3_600_000, shortMs: 300_000 } as const

describe('the text of alerts', () => {
  it('labels an alert by objective, owner and tier', () => {
    expect(budgetAlertLabels(anObjective(), quick)).toEqual({
      severity: 'page',
      tier: 'page-quick',
      long_window: '1h',
      short_window: '5m',
      owner: 'team-payments',
      severity_class: 'critical',
      indicator: 'token-issuance',
      objective: 'checkout-token-issuance',
      slo: 'token-issuance',
      slo_service: 'checkout',
      sloth_id: 'checkout-token-issuance',
      sloth_service: 'checkout',
      sloth_slo: 'token-issuance',
      sloth_severity: 'page',
    })
  })

  it('has no empty labels', () => {
    const labels = budgetAlertLabels(anObjective({ owner: '' }), { ...quick, shortMs: undefined })
    expect(labels).not.toHaveProperty('owner')
    expect(labels).not.toHaveProperty('short_window')
  })

  it('links to the runbook and to the objective on the dashboard', () => {
    expect(budgetAnnotations(links, 'SomeAlert', anObjective({ id: 'a b&c' }), quick, text)).toEqual({
      summary: 'checkout: Token issuance is broken',
      description: 'It is.',
      runbook_url: 'https://docs.example.com/runbook#somealert',
      dashboard_url:
        'https://grafana.example.com/d/identity-slo-on-call?var-objective=a%20b%26c&var-app=checkout',
    })
    expect(engineAnnotations(links, 'SomeAlert', text)).toMatchObject({
      summary: 'is broken',
      dashboard_url: 'https://grafana.example.com/d/identity-slo-pipeline',
    })
  })

  it('falls back to the name, and runs no template that a name brings along', () => {
    expect(budgetAnnotations(links, 'A', anObjective({ displayName: '' }), quick, text)['summary']).toBe(
      'checkout: token-issuance is broken',
    )
    expect(
      budgetAnnotations(links, 'A', anObjective({ displayName: '{{ x }}' }), quick, text)['summary'],
    ).toBe('checkout: {{ "{{" }} x }} is broken')
  })
})
