/** What a dashboard is made of, in our terms; grafana-json.ts turns it into Grafana's. */
import { foreignLabels } from '../labels.ts'
import { type Expr, type Matchers, select } from '../promql.ts'

/** Units of Grafana that our panels use. */
type PanelUnit = 'none' | 'short' | 'percentunit' | 's' | 'reqps' | 'cps' | 'bool_yes_no'

export interface Query {
  readonly expr: Expr
  /** May show labels, see `legendOf`; without it Grafana shows what tells the series apart. */
  readonly legend?: string
}

/** From `from` (none: from below) upwards the value has this colour. */
export interface Threshold {
  readonly from?: number
  readonly color: 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'transparent'
}

interface PanelBase {
  /** Fixed for ever: links point to it. */
  readonly id: number
  readonly title: string
  readonly description: string
  /** Columns of 24. */
  readonly width: number
  /** Rows of 30 pixels. */
  readonly height: number
}

/** A click on a value of `label` opens the dashboard `uid` with that value chosen; time and other variables stay. */
export interface DrillDown {
  readonly uid: string
  readonly label: string
  readonly title: string
}

interface ValuePanel extends PanelBase {
  readonly unit: PanelUnit
  readonly queries: readonly Query[]
  readonly decimals?: number
  /** Shown in place of `No data`, where that is good news. */
  readonly whenEmpty?: string
  readonly min?: number
  readonly max?: number
  readonly thresholds?: readonly Threshold[]
  /** Where a click on a value of a label leads; the queries keep that label then. */
  readonly drillDown?: DrillDown
  /** Shows another time than the reader chose, as Grafana spells it: `now/M` is the month so far. */
  readonly relativeTime?: 'now/M'
}

export interface TimeseriesPanel extends ValuePanel {
  readonly type: 'timeseries'
  readonly stacked?: boolean
  /** Where a burn rate changes meaning, a line is drawn. */
  readonly thresholdLines?: boolean
}

export interface StatPanel extends ValuePanel {
  readonly type: 'stat'
  /** Texts in place of values. */
  readonly texts?: Readonly<Record<string, string>>
  /** Shows the legend in place of the value: for versions. */
  readonly showsName?: boolean
}

interface BarGaugePanel extends ValuePanel {
  readonly type: 'bargauge'
}

interface TableColumn {
  readonly title: string
  readonly unit?: PanelUnit
  readonly thresholds?: readonly Threshold[]
  readonly decimals?: number
}

export interface TablePanel extends ValuePanel {
  readonly type: 'table'
  /** Label columns by label, and value columns by the query's letter (A, B, …); others are hidden. */
  readonly columns: Readonly<Record<string, TableColumn>>
  /** The value column that the rows are in the order of; the first one, largest on top, where it is absent. */
  readonly sortedBy?: { readonly key: string; readonly smallestFirst: boolean }
}

interface TextPanel extends PanelBase {
  readonly type: 'text'
  readonly markdown: string
}

/** Its one query gives the series of a histogram by `le`. */
interface HeatmapPanel extends ValuePanel {
  readonly type: 'heatmap'
}

export type Panel = HeatmapPanel | TimeseriesPanel | StatPanel | BarGaugePanel | TablePanel | TextPanel

export interface Variable {
  /** Also the label that it selects on. */
  readonly name: string
  readonly title: string
  /** The family whose series have its values. */
  readonly from: { readonly name: string }
}

/** Marks on the time axis where the expression has a value. */
export interface Annotation {
  readonly name: string
  readonly expr: Expr
  readonly color: 'red' | 'blue'
  /** May show labels, see `legendOf`. */
  readonly title: string
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly from: `now-${string}`
  readonly refresh: string
  readonly variables: readonly Variable[]
  readonly annotations: readonly Annotation[]
  readonly panels: readonly Panel[]
}

/** Which engines the reader looks at: on every query, as Grafana's linter demands. */
export const engineMatchers: Matchers = {
  [foreignLabels.job]: { matches: '$job' },
  [foreignLabels.instance]: { matches: '$instance' },
}

/**
 * The series of a family that the reader has chosen.
 * @param by labels that a variable of the same name selects on
 */
export function chosen(
  family: { readonly name: string },
  by: readonly string[] = [],
  more: Matchers = {},
): Expr {
  const variables = by.map((label) => [label, { matches: `$${label}` }] as const)
  return select(family.name, { ...engineMatchers, ...Object.fromEntries(variables), ...more })
}

/** Windows that Grafana fills in. */
export const rateWindow = '$__rate_interval'
export const shownRange = '$__range'

/** What Grafana replaces by the values of the labels. */
export function legendOf(...labelNames: readonly string[]): string {
  return labelNames.map((label) => `{{${label}}}`).join(' ')
}
