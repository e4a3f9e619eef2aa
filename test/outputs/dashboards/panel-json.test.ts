import { describe, expect, it } from 'vitest'
import type { TablePanel } from '../../../src/outputs/dashboards/builder.ts'
import { panelJson } from '../../../src/outputs/dashboards/panel-json.ts'
import { select } from '../../../src/outputs/promql.ts'

const base = { id: 7, title: 'Title', description: 'What it shows.', width: 12, height: 8 } as const
const position = { h: 8, w: 12, x: 0, y: 0 }
const query = { expr: select('a'), legend: '{{x}}' }

const table: TablePanel = {
  ...base,
  type: 'table',
  unit: 'short',
  drillDown: { uid: 'other', label: 'objective', title: 'Look' },
  queries: [query, query],
  columns: { objective: { title: 'Objective' }, A: { title: 'First' }, B: { title: 'Second', unit: 's' } },
}

describe('panels in JSON', () => {
  it('query lines over the range, and single values at its end', () => {
    const line = panelJson({ ...base, type: 'timeseries', unit: 's', queries: [query, query] }, position)
    expect(line).toMatchObject({
      datasource: { type: 'prometheus', uid: `\${datasource}` },
      targets: [
        { refId: 'A', expr: 'a', range: true, instant: false, legendFormat: '{{x}}' },
        { refId: 'B' },
      ],
    })
    const stat = panelJson({ ...base, type: 'stat', unit: 's', queries: [query] }, position)
    expect(stat).toMatchObject({ targets: [{ range: false, instant: true }] })
  })

  it('write thresholds with an open lowest step', () => {
    const thresholds = [{ color: 'red' }, { from: 0.5, color: 'green' }] as const
    const stat = panelJson({ ...base, type: 'stat', unit: 's', queries: [query], thresholds }, position)
    expect(stat).toMatchObject({
      options: { colorMode: 'value' },
      fieldConfig: {
        defaults: {
          thresholds: {
            steps: [
              { color: 'red', value: null },
              { color: 'green', value: 0.5 },
            ],
          },
        },
      },
    })
  })

  it('replace values by texts', () => {
    const stat = panelJson(
      { ...base, type: 'stat', unit: 'none', queries: [query], texts: { '0': 'no' } },
      position,
    )
    expect(stat).toMatchObject({
      fieldConfig: { defaults: { mappings: [{ type: 'value', options: { '0': { text: 'no' } } }] } },
    })
  })

  it('name the columns of a table, hide the time and link the objective', () => {
    const width = { id: 'custom.width', value: 120 }
    expect(panelJson(table, position)).toMatchObject({
      transformations: [
        { id: 'merge' },
        {
          id: 'organize',
          options: {
            excludeByName: { Time: true },
            renameByName: { objective: 'Objective', 'Value #A': 'First', 'Value #B': 'Second' },
          },
        },
      ],
      fieldConfig: {
        overrides: [
          {
            matcher: { options: 'Objective' },
            properties: [
              { id: 'unit', value: 'string' },
              {
                id: 'links',
                value: [
                  { title: 'Look', url: expect.stringContaining(`/d/other?var-objective=\${__value.raw}&`) },
                ],
              },
            ],
          },
          { matcher: { options: 'First' }, properties: [width] },
          { matcher: { options: 'Second' }, properties: [width, { id: 'unit', value: 's' }] },
        ],
      },
    })
  })

  it('sort a table by its first value, the largest on top, or as it is asked for', () => {
    expect(panelJson(table, position)).toMatchObject({
      options: { sortBy: [{ displayName: 'First', desc: true }] },
    })
    const sortedBy = { key: 'B', smallestFirst: true }
    expect(panelJson({ ...table, sortedBy }, position)).toMatchObject({
      options: { sortBy: [{ displayName: 'Second', desc: false }] },
    })
  })

  it('know that a single query has no letter in its column', () => {
    const single = panelJson({ ...table, queries: [query], columns: { A: { title: 'Only' } } }, position)
    expect(JSON.stringify(single)).toContain('"renameByName":{"Value":"Only"}')
  })

  it('have no data source where there is only text', () => {
    const text = panelJson({ ...base, type: 'text', markdown: '**hi**' }, position)
    expect(text).not.toHaveProperty('targets')
    expect(text).toMatchObject({ options: { content: '**hi**', mode: 'markdown' } })
  })
})
