/** Panels in Grafana's classic JSON model. */
import { labels } from '../labels.ts'
import type { Panel, Query, StatPanel, TablePanel, Threshold, TimeseriesPanel } from './builder.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export const datasource: JsonObject = { type: 'prometheus', uid: `\${datasource}` }

type QueryPanel = Exclude<Panel, { readonly type: 'text' }>

const letter = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index)

function target(query: Query, index: number, type: QueryPanel['type']): JsonObject {
  const range = type === 'timeseries'
  return {
    datasource,
    editorMode: 'code',
    expr: query.expr.text,
    format: type === 'table' ? 'table' : 'time_series',
    instant: !range,
    legendFormat: query.legend ?? '__auto',
    range,
    refId: letter(index),
  }
}

function thresholds(steps: readonly Threshold[] = [{ color: 'blue' }]): JsonObject {
  return {
    mode: 'absolute',
    steps: steps.map((step) => ({ color: step.color, value: step.from ?? null })),
  }
}

function objectiveLink(uid: string, value: string): Json {
  return [{ title: 'Look into the objective', url: `/d/${uid}?var-${labels.objective}=${value}` }]
}

/** How lines are drawn. */
function lines(panel: TimeseriesPanel): JsonObject {
  return {
    drawStyle: 'line',
    fillOpacity: panel.stacked ? 30 : 0,
    lineWidth: 1,
    showPoints: 'never',
    spanNulls: false,
    stacking: { group: 'A', mode: panel.stacked ? 'normal' : 'none' },
    thresholdsStyle: { mode: panel.thresholdLines ? 'line' : 'off' },
  }
}

function valueMappings(panel: QueryPanel): Json {
  if (panel.type !== 'stat' || !panel.texts) return []
  const options = Object.entries(panel.texts).map(([value, text], index) => [value, { index, text }] as const)
  return [{ type: 'value', options: Object.fromEntries(options) }]
}

function defaults(panel: QueryPanel): JsonObject {
  const uid = panel.objectiveLinksTo
  const linked = uid !== undefined && panel.type !== 'table'
  return {
    unit: panel.unit,
    color: { mode: panel.type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    custom: panel.type === 'timeseries' ? lines(panel) : {},
    ...(panel.decimals === undefined ? {} : { decimals: panel.decimals }),
    ...(panel.min === undefined ? {} : { min: panel.min }),
    ...(panel.max === undefined ? {} : { max: panel.max }),
    ...(linked ? { links: objectiveLink(uid, `\${__field.labels.${labels.objective}}`) } : {}),
    mappings: valueMappings(panel),
    thresholds: thresholds(panel.thresholds),
  }
}

/** A table's value columns come named after their query, or just `Value` when there is one. */
function columnSource(panel: TablePanel, key: string): string {
  if (!/^[A-Z]$/.test(key)) return key
  return panel.queries.length === 1 ? 'Value' : `Value #${key}`
}

function columnOverrides(panel: TablePanel): Json {
  return Object.entries(panel.columns).map(([key, column]) => {
    const uid = key === labels.objective ? panel.objectiveLinksTo : undefined
    const link = uid && { id: 'links', value: objectiveLink(uid, `\${__value.raw}`) }
    return {
      matcher: { id: 'byName', options: column.title },
      properties: [
        ...(column.unit ? [{ id: 'unit', value: column.unit }] : []),
        ...(column.thresholds
          ? [
              { id: 'thresholds', value: thresholds(column.thresholds) },
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
            ]
          : []),
        ...(link ? [link] : []),
      ],
    }
  })
}

function tableTransformations(panel: TablePanel): Json {
  const columns = Object.entries(panel.columns).map(
    ([key, column], index) => [columnSource(panel, key), column.title, index] as const,
  )
  const organize = {
    excludeByName: { Time: true },
    indexByName: Object.fromEntries(columns.map(([source, , index]) => [source, index])),
    renameByName: Object.fromEntries(columns.map(([source, title]) => [source, title])),
  }
  return [
    { id: 'merge', options: {} },
    { id: 'organize', options: organize },
  ]
}

const lastValue: JsonObject = { calcs: ['lastNotNull'], fields: '', values: false }

function statOptions(panel: StatPanel): JsonObject {
  return {
    colorMode: panel.thresholds ? 'value' : 'none',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    reduceOptions: lastValue,
    textMode: panel.showsName ? 'name' : 'auto',
  }
}

function options(panel: QueryPanel): JsonObject {
  switch (panel.type) {
    case 'timeseries':
      return {
        legend: {
          calcs: ['lastNotNull', 'max'],
          displayMode: 'table',
          placement: 'bottom',
          showLegend: true,
        },
        tooltip: { mode: 'multi', sort: 'desc' },
      }
    case 'stat':
      return statOptions(panel)
    case 'bargauge':
      return {
        displayMode: 'basic',
        orientation: 'horizontal',
        reduceOptions: lastValue,
        showUnfilled: true,
        valueMode: 'color',
      }
    case 'table':
      return { cellHeight: 'sm', showHeader: true }
  }
}

/** @param position where the panel lies, in Grafana's grid */
export function panelJson(panel: Panel, position: JsonObject): JsonObject {
  const { id, title, description, type } = panel
  const base = { id, title, description, type, gridPos: position }
  if (type === 'text') {
    return { ...base, options: { content: panel.markdown, mode: 'markdown' }, transparent: true }
  }
  return {
    ...base,
    datasource,
    fieldConfig: { defaults: defaults(panel), overrides: type === 'table' ? columnOverrides(panel) : [] },
    options: options(panel),
    targets: panel.queries.map((query, index) => target(query, index, type)),
    ...(type === 'table' ? { transformations: tableTransformations(panel) } : {}),
  }
}
