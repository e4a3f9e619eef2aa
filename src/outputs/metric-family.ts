/** What a metric family is, and how the catalogue in conventions.ts writes one down. */

export type MetricType = 'counter' | 'gauge' | 'histogram'

type Unit = 'count' | 'seconds' | 'unix seconds' | 'ratio' | 'info'

export interface MetricFamily<Label extends string = string> {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly labelNames: readonly Label[]
  readonly unit: Unit
  /** Version that first filled it. Names and labels change with a major version only. */
  readonly since: string
  /** Upper bounds, ascending, without +Inf: histograms only. */
  readonly buckets?: readonly number[]
}

/** The labels that a series of the family takes: what the runtime passes when it sets a value. */
export type LabelsOf<F extends MetricFamily> = Readonly<Record<F['labelNames'][number], string>>

/** Metric names end in their unit, so the unit is read off the name. */
function unitOf(name: string): Unit {
  if (name.endsWith('_timestamp_seconds')) return 'unix seconds'
  if (name.endsWith('_seconds')) return 'seconds'
  if (name.endsWith('_ratio') || name.endsWith('_burn_rate')) return 'ratio'
  return name.endsWith('_info') ? 'info' : 'count'
}

function family(type: MetricType, version: string) {
  return <const Labels extends readonly string[]>(
    name: string,
    labelNames: Labels,
    help: string,
  ): MetricFamily<Labels[number]> => ({
    name,
    type,
    help,
    labelNames,
    unit: unitOf(name),
    since: version,
  })
}

/** Constructors of the families that the runtime fills since a version. */
export function since(version: string) {
  return {
    counter: family('counter', version),
    gauge: family('gauge', version),
    histogram: family('histogram', version),
  }
}
