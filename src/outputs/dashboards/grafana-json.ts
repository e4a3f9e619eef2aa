/** Dashboards in Grafana's classic JSON model, the one that every version loads. */
import { foreignLabels } from '../labels.ts'
import { pipelineMetrics } from '../pipeline-conventions.ts'
import { labelValues, select } from '../promql.ts'
import { generatedNotice } from '../rule-file.ts'
import {
  type Annotation,
  chosen,
  type Dashboard,
  engineMatchers,
  type Panel,
  type Variable,
} from './builder.ts'
import { datasource, type Json, type JsonObject, panelJson } from './panel-json.ts'

const gridColumns = 24
const schemaVersion = 39
const tag = 'identity-slo'

/** Panels flow from left to right, and into a new row where they no longer fit. */
function layOut(panels: readonly Panel[]): readonly JsonObject[] {
  let x = 0
  let y = 0
  let rowHeight = 0
  return panels.map((panel) => {
    if (x + panel.width > gridColumns) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    const position = { h: panel.height, w: panel.width, x, y }
    x += panel.width
    rowHeight = Math.max(rowHeight, panel.height)
    return panelJson(panel, position)
  })
}

const datasourceVariable: JsonObject = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: { text: 'default', value: 'default' },
  hide: 0,
  includeAll: false,
  multi: false,
  options: [],
  refresh: 1,
  regex: '',
}

function queryVariable(name: string, label: string, definition: string, allValue: string): JsonObject {
  return {
    name,
    label,
    type: 'query',
    datasource,
    query: { query: definition, refId: `${name}-values` },
    allValue,
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
    includeAll: true,
    multi: true,
    options: [],
    refresh: 2,
    regex: '',
    sort: 1,
  }
}

const { job, instance } = foreignLabels

function variables(own: readonly Variable[]): readonly JsonObject[] {
  const build = pipelineMetrics.buildInfo.name
  const ofJob = { [job]: engineMatchers[job] ?? '' }
  return [
    datasourceVariable,
    queryVariable(job, 'Job', labelValues(select(build), job), '.+'),
    queryVariable(instance, 'Instance', labelValues(select(build, ofJob), instance), '.+'),
    // A label may be empty, and "all" is to show those series too.
    ...own.map(({ name, title, from }) => queryVariable(name, title, labelValues(chosen(from), name), '.*')),
  ]
}

function annotation({ name, expr, color, title }: Annotation): JsonObject {
  return { name, datasource, enable: true, expr: expr.text, iconColor: color, titleFormat: title }
}

function dashboardLinks(): Json {
  return [
    {
      asDropdown: false,
      icon: 'external link',
      includeVars: true,
      keepTime: true,
      tags: [tag],
      targetBlank: false,
      title: tag,
      tooltip: '',
      type: 'dashboards',
      url: '',
    },
  ]
}

/** The file that Grafana provisions. JSON has no comments: that it is generated, its description says. */
export function renderDashboard(dashboard: Dashboard): string {
  const json: JsonObject = {
    annotations: { list: dashboard.annotations.map(annotation) },
    description: `${dashboard.description} ${generatedNotice}`,
    editable: false,
    graphTooltip: 1,
    links: dashboardLinks(),
    panels: layOut(dashboard.panels),
    refresh: dashboard.refresh,
    schemaVersion,
    tags: [tag],
    templating: { list: variables(dashboard.variables) },
    time: { from: dashboard.from, to: 'now' },
    timezone: 'browser',
    title: dashboard.title,
    uid: dashboard.uid,
    version: 1,
  }
  return `${JSON.stringify(json, undefined, 2)}\n`
}
