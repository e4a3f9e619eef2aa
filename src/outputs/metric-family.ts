/** What a metric family is, and how the catalogue in conventions.ts writes one down. */

export type MetricType = 'counter' | 'gauge' | 'histogram'

/** `stable` names and labels change only with a major version. */
type Stability = 'stable' | 'experimental'

type Unit = 'count' | 'seconds' | 'unix seconds' | 'ratio' | 'info'

/** A family is either filled by the runtime, or only named so that nothing else takes the name before it is. */
export type Availability =
  | { readonly exported: true; readonly since: string }
  | { readonly exported: false; readonly waitsFor: string }

export interface MetricFamily<Label extends string = string> {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly labelNames: readonly Label[]
  readonly unit: Unit
  readonly stability: Stability
  readonly availability: Availability
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

function family(type: MetricType, availability: Availability) {
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
    stability: availability.exported ? 'stable' : 'experimental',
    availability,
  })
}

/** Constructors of the families that the runtime fills since a version. */
export function since(version: string) {
  const availability: Availability = { exported: true, since: version }
  return {
    counter: family('counter', availability),
    gauge: family('gauge', availability),
    histogram: family('histogram', availability),
  }
}

/** Constructors of the families that wait for a part of the product: neither on /metrics nor in dashboards. */
export function waitingFor(what: string) {
  const availability: Availability = { exported: false, waitsFor: what }
  return {
    counter: family('counter', availability),
    gauge: family('gauge', availability),
    histogram: family('histogram', availability),
  }
}
