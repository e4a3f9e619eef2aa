/** Panels in Grafana's classic JSON model. */
import { foreignLabels, labels } from '../labels.ts'
import { dashboardUids } from '../rule-conventions.ts'
import type { DrillDown, Panel, Query, StatPanel, TablePanel, Threshold, TimeseriesPanel } from './builder.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export const datasource: JsonObject = { type: 'prometheus', uid: `\${datasource}` }

type QueryPanel = Exclude<Panel, { readonly type: 'text' }>

const letter = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index)

function target(query: Query, index: number, type: QueryPanel['type']): JsonObject {
  const range = type === 'timeseries' || type === 'heatmap'
  return {
    datasource,
    editorMode: 'code',
    expr: query.expr.text,
    format: type === 'table' || type === 'heatmap' ? type : 'time_series',
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

/** What links carry along: variables that both ends have. */
const carriedToAll = ['datasource', foreignLabels.job, foreignLabels.instance, labels.objective]
const carriedToIdentities = [...carriedToAll, labels.provider, labels.app, labels.identityType]

function drillDownLink({ uid, label, title }: DrillDown, value: string): Json {
  const carried = uid === dashboardUids.pipeline ? carriedToAll : carriedToIdentities
  const others = carried.filter((name) => name !== label).map((name) => `\${${name}:queryparam}`)
  const query = [`var-${label}=${value}`, `\${__url_time_range}`, ...others].join('&')
  return [{ title, url: `/d/${uid}?${query}` }]
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
  const { drillDown } = panel
  return {
    unit: panel.unit,
    color: { mode: panel.type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    custom: panel.type === 'timeseries' ? lines(panel) : {},
    ...(panel.decimals === undefined ? {} : { decimals: panel.decimals }),
    ...(panel.min === undefined ? {} : { min: panel.min }),
    ...(panel.max === undefined ? {} : { max: panel.max }),
    ...(drillDown && panel.type !== 'table'
      ? { links: drillDownLink(drillDown, `\${__field.labels.${drillDown.label}}`) }
      : {}),
    mappings: valueMappings(panel),
    ...(panel.whenEmpty === undefined ? {} : { noValue: panel.whenEmpty }),
    thresholds: thresholds(panel.thresholds),
  }
}

const valueWidth = 120

function isValue(key: string): boolean {
  return /^[A-Z]$/.test(key)
}

/** A table's value columns come named after their query, or just `Value` when there is one. */
function columnSource(panel: TablePanel, key: string): string {
  if (!isValue(key)) return key
  return panel.queries.length === 1 ? 'Value' : `Value #${key}`
}

function columnOverrides(panel: TablePanel): Json {
  return Object.entries(panel.columns).map(([key, column]) => {
    const { drillDown } = panel
    const link = key === drillDown?.label && {
      id: 'links',
      value: drillDownLink(drillDown, `\${__value.raw}`),
    }
    return {
      matcher: { id: 'byName', options: column.title },
      properties: [
        // What a label says is text: Grafana would write a name like 99.95 in the panel's unit.
        ...(isValue(key) ? [{ id: 'custom.width', value: valueWidth }] : [{ id: 'unit', value: 'string' }]),
        ...(column.unit ? [{ id: 'unit', value: column.unit }] : []),
        ...(column.decimals === undefined ? [] : [{ id: 'decimals', value: column.decimals }]),
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

function sorting({ columns, sortedBy = { key: 'A', smallestFirst: false } }: TablePanel): Json {
  const column = columns[sortedBy.key]
  return column === undefined ? [] : [{ displayName: column.title, desc: !sortedBy.smallestFirst }]
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

/** Beside wide panels there is room for a table; under narrow ones it would leave none for the lines. */
function legend({ width }: QueryPanel): JsonObject {
  if (width < 12) return { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true }
  return {
    calcs: ['lastNotNull'],
    displayMode: 'table',
    placement: 'right',
    showLegend: true,
    sortBy: 'Last *',
    sortDesc: true,
    width: 260,
  }
}

function options(panel: QueryPanel): JsonObject {
  switch (panel.type) {
    case 'timeseries':
      return {
        legend: legend(panel),
        tooltip: { mode: 'multi', sort: 'desc' },
      }
    case 'stat':
      return statOptions(panel)
    case 'heatmap':
      return {
        calculate: false,
        cellGap: 1,
        color: { exponent: 0.5, mode: 'scheme', scheme: 'Blues', steps: 64 },
        legend: { show: true },
        rowsFrame: { layout: 'auto' },
        tooltip: { mode: 'single', showColorScale: false, yHistogram: true },
        yAxis: { axisPlacement: 'left', unit: panel.unit },
      }
    case 'bargauge':
      return {
        displayMode: 'basic',
        orientation: 'horizontal',
        reduceOptions: lastValue,
        showUnfilled: true,
        valueMode: 'color',
      }
    case 'table':
      return { cellHeight: 'sm', showHeader: true, sortBy: sorting(panel) }
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
    ...(panel.relativeTime === undefined ? {} : { timeFrom: panel.relativeTime }),
    ...(type === 'table' ? { transformations: tableTransformations(panel) } : {}),
  }
}
