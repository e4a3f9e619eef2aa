import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { dashboardOfLabel, objectiveDashboard } from '../../src/outputs/dashboard-links.ts'
import { outgoingEngineAlerts } from '../../src/outputs/outgoing-engine-alerts.ts'
import { dashboards } from '../support/dashboards.ts'
import { anObjective } from '../support/objective.ts'

const root = new URL('../../', import.meta.url).pathname
const links = { runbook: 'https://docs.example.com/runbook', grafana: 'https://grafana.example.com' }
const hourMs = 3_600_000

const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.looseObject({
          alert: z.string().optional(),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.looseObject({ dashboard_url: z.string() }).optional(),
        }),
      ),
    }),
  ),
})

/** All alerts of the committed rule files. */
const alerts = globSync('alerts/**/*.yaml', { cwd: root }).flatMap((file) =>
  ruleFile
    .parse(parse(readFileSync(root + file, 'utf8')))
    .groups.flatMap(({ rules }) => rules)
    .flatMap(({ alert, labels = {}, annotations }) =>
      alert === undefined ? [] : [{ alert, labels, url: new URL(annotations?.dashboard_url ?? '') }],
    ),
)

describe('links from alerts', () => {
  it('lead to dashboards that there are, and set variables that those have', () => {
    expect(alerts.length).toBeGreaterThan(50)
    for (const { alert, url } of alerts) {
      const [, uid] = /^\/d\/([a-z-]+)$/.exec(url.pathname) ?? []
      const target = dashboards.find((each) => each.uid === uid)
      expect([alert, uid, target?.uid]).toEqual([alert, uid, uid])
      const names = [...url.searchParams.keys()].filter((name) => name.startsWith('var-'))
      const known = target?.variables.map(({ name }) => `var-${name}`)
      for (const name of names) expect(known).toContain(name)
    }
  })

  it('say which objective, provider, type of identity or source the alert is about', () => {
    for (const { labels, url, alert } of alerts) {
      const { objective, provider, identity_type: type } = labels
      const said = (name: string): string | null => url.searchParams.get(`var-${name}`)
      expect([alert, said('objective')]).toEqual([alert, objective ?? null])
      expect(said('identity_type')).toBe(type ?? null)
      if (provider !== undefined) expect(said('provider')).toBe(provider)
      if (/Source|Records|Late$/.test(alert)) expect(said('source')).toBe('{{ $labels.source | urlquery }}')
    }
  })

  it('show all of the time that the alert is about', () => {
    const objective = anObjective({ id: 'a' })
    expect(objectiveDashboard(objective, hourMs)).toBe(
      'identity-slo-on-call?var-objective=a&var-app=checkout',
    )
    expect(objectiveDashboard(objective, 72 * hourMs)).toBe(
      'identity-slo-on-call?var-objective=a&var-app=checkout&from=now-3d&to=now',
    )
  })

  it('lead to Debug where the evidence is there', () => {
    const sli = { indicator: 'blast-radius', where: { app: ['shop', 'cart'], provider: ['a*'] } } as const
    expect(objectiveDashboard(anObjective({ id: 'a', sli }), hourMs)).toBe(
      'identity-slo-debug?var-objective=a',
    )
  })

  it('are the same from the engine, with the value in place of the template', () => {
    expect(dashboardOfLabel('x', 'source')).toBe('x?var-source={{ $labels.source | urlquery }}')
    const evidence = { silentSources: ['logs & more'], isIntakePaused: false }
    const silent = outgoingEngineAlerts(evidence, links, {}).find(({ labels }) => 'source' in labels)
    expect(silent?.annotations).toMatchObject({
      summary: 'Source logs & more is silent',
      dashboard_url: 'https://grafana.example.com/d/identity-slo-pipeline?var-source=logs%20%26%20more',
    })
  })
})
