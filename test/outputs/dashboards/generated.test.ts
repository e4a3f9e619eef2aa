/** Rules that every generated dashboard keeps, dashboard-linter's among them. */
import { describe, expect, it } from 'vitest'
import { metricFamilies } from '../../../src/outputs/conventions.ts'
import { debugDashboard } from '../../../src/outputs/dashboards/debug.ts'
import { executiveDashboard } from '../../../src/outputs/dashboards/executive.ts'
import { renderDashboard } from '../../../src/outputs/dashboards/grafana-json.ts'
import { onCallDashboard } from '../../../src/outputs/dashboards/on-call.ts'
import { labels } from '../../../src/outputs/labels.ts'

const dashboards = [executiveDashboard, onCallDashboard, debugDashboard]
const expressions = (dashboard: (typeof dashboards)[number]) =>
  dashboard.panels.flatMap((panel) =>
    panel.type === 'text' ? [] : panel.queries.map(({ expr }) => expr.text),
  )

describe.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))('%s', (_, dashboard) => {
  const json = renderDashboard(dashboard)

  it('has titles and descriptions on every panel, and every panel once', () => {
    const { panels } = dashboard
    for (const panel of panels) {
      expect(panel.title).toMatch(/^[A-Z]/)
      expect(panel.description).toMatch(/^[0-9A-Z].*\.$/)
      expect(panel.width).toBeLessThanOrEqual(24)
    }
    expect(new Set(panels.map((panel) => panel.id)).size).toBe(panels.length)
    expect(new Set(panels.map((panel) => panel.title)).size).toBe(panels.length)
  })

  it('selects job and instance in every selector', () => {
    for (const expr of expressions(dashboard)) {
      const selectors = expr.match(/\bidentity_\w+(\{[^}]*\})?/g) ?? []
      expect(selectors.length).toBeGreaterThan(0)
      for (const selector of selectors) expect(selector).toContain('job=~"$job",instance=~"$instance"')
    }
  })

  it('aggregates counters by rate or increase only, and rates over $__rate_interval', () => {
    for (const expr of expressions(dashboard)) {
      const counters = expr.match(/\w*\(?\bidentity_\w+_total\b/g) ?? []
      for (const counter of counters) expect(counter).toMatch(/^(rate|increase)\(/)
      for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]*)\]/g))
        expect(window).toBe('$__rate_interval')
    }
  })

  it('shows only families that are exported', () => {
    const waiting = metricFamilies.filter((family) => !family.availability.exported)
    for (const family of waiting) expect(json).not.toMatch(new RegExp(`\\b${family.name}\\b`))
  })

  it('has a data source, job and instance to choose, and variables that reload with the time range', () => {
    const parsed: unknown = JSON.parse(json)
    const query = { type: 'query', refresh: 2, multi: true, datasource: { uid: `\${datasource}` } }
    expect(parsed).toMatchObject({
      templating: {
        list: [
          { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
          { ...query, name: 'job', label: 'Job', allValue: '.+' },
          { ...query, name: 'instance', label: 'Instance', allValue: '.+' },
          ...dashboard.variables.map(({ name }) => ({ ...query, name })),
        ],
      },
    })
  })

  it('uses no variable that it does not have', () => {
    const known = new Set(['datasource', 'job', 'instance', ...dashboard.variables.map(({ name }) => name)])
    const used = [...json.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = '']) => name)
    expect(used.filter((name) => !known.has(name))).toEqual([])
    for (const { name } of dashboard.variables) expect(used).toContain(name)
  })

  it('selects with variables on labels of the same name', () => {
    const known = new Set<string>(Object.values(labels))
    for (const { name, from } of dashboard.variables) {
      expect(known).toContain(name)
      expect(metricFamilies.find((family) => family.name === from.name)?.labelNames).toContain(name)
    }
  })
})

describe('the dashboards', () => {
  it('have uids that links rely on', () => {
    expect(dashboards.map((dashboard) => dashboard.uid)).toEqual([
      'identity-slo-executive',
      'identity-slo-on-call',
      'identity-slo-debug',
    ])
  })
})
