/** Rules that every generated dashboard keeps, dashboard-linter's among them. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { metricFamilies } from '../../../src/outputs/conventions.ts'
import { renderDashboard } from '../../../src/outputs/dashboards/grafana-json.ts'
import { labels } from '../../../src/outputs/labels.ts'
import { dashboards } from '../../support/dashboards.ts'

const datasourceSchema = z.object({ type: z.string(), uid: z.string() })
const dashboardSchema = z.looseObject({
  panels: z.array(
    z.object({
      type: z.string(),
      datasource: datasourceSchema.optional(),
      fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }).optional(),
      targets: z.array(z.object({ datasource: datasourceSchema, expr: z.string() })).optional(),
    }),
  ),
})
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
      const selectors = expr.match(/\bidentity_(?!type\b)\w+(\{[^}]*\})?/g) ?? []
      expect(selectors.length).toBeGreaterThan(0)
      for (const selector of selectors) expect(selector).toContain('job=~"$job",instance=~"$instance"')
    }
  })

  it('aggregates counters by rate or increase only, and rates over $__rate_interval', () => {
    for (const expr of expressions(dashboard)) {
      // `(a unless a offset w) or increase(a[w])`: what was born in the window counts from nothing.
      const plain = expr.replaceAll(/\((\w+\{[^}]*\}) unless \1 offset \S+\)\s+or\s+/g, '')
      const counters = plain.match(/\w*\(?\bidentity_\w+_total\b/g) ?? []
      for (const counter of counters) expect(counter).toMatch(/^(rate|increase)\(/)
      for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]*)\]/g))
        expect(window).toBe('$__rate_interval')
    }
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
    const shared = ['objective', 'provider', 'app', 'identity_type']
    const known = new Set(['datasource', 'job', 'instance', ...dashboard.variables.map(({ name }) => name)])
    // Links hand on variables that the other dashboards have.
    const own = json.replaceAll(/\$\{(\w+):queryparam\}/g, (all, name) => (shared.includes(name) ? '' : all))
    const used = [...own.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = '']) => name)
    expect(used.filter((name) => !known.has(name))).toEqual([])
    for (const { name } of dashboard.variables) expect(used).toContain(name)
  })

  it('keeps the rules of dashboard-linter about panels', () => {
    expect(dashboardSchema.parse(JSON.parse(json))).toMatchObject({
      editable: false,
      links: [{ keepTime: true, includeVars: true }],
    })
    for (const panel of dashboardSchema.parse(JSON.parse(json)).panels) {
      if (panel.type === 'text') continue
      expect(panel.datasource).toEqual({ type: 'prometheus', uid: `\${datasource}` })
      expect(panel.fieldConfig?.defaults.unit).toMatch(/^[a-z_]+$/)
      expect(panel.targets?.length).toBeGreaterThan(0)
      for (const { datasource, expr } of panel.targets ?? []) {
        expect(datasource).toEqual(panel.datasource)
        expect(expr).not.toBe('')
      }
    }
  })

  it('leads to dashboards that there are, with the time, and to variables that they have', () => {
    const links = [...json.matchAll(/\/d\/([a-z-]+)\?([^"]*)/g)]
    if (dashboard.uid !== 'identity-slo-pipeline') expect(links.length).toBeGreaterThan(0)
    for (const [, uid, query = ''] of links) {
      const target = dashboards.find((each) => each.uid === uid)
      expect(target).toBeDefined()
      expect(query).toContain(`\${__url_time_range}`)
      const set = [...query.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)].map(([, a, b]) => a ?? b)
      const has = new Set([
        'datasource',
        'job',
        'instance',
        ...(target?.variables.map(({ name }) => name) ?? []),
      ])
      for (const name of set) expect(has).toContain(name)
    }
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
      'identity-slo-pipeline',
    ])
  })
})
