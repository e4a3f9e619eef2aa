/** The metric source `type: identity-slo`: what of our own an SLI counts. */
import type { Fault, TokenRequest } from '../../events/event.ts'
import { defaultMaxResources } from '../../indicators/blast-radius.ts'
import { type IndicatorId, indicatorIds } from '../../indicators/indicator.ts'
import { defaultThresholdMs } from '../../indicators/token-fetch-latency.ts'
import type { SliSource } from '../objective.ts'
import type { MetricSource, Sli } from './kinds/sli.ts'
import type { SloObjective } from './kinds/slo-objective.ts'
import type { Reporter } from './problem.ts'
import { lookUp, type Shelves } from './shelves.ts'
import { where } from './where.ts'
import {
  type Check,
  type Fields,
  type Located,
  listOf,
  located,
  number,
  oneOf,
  readFields,
} from './yaml/check.ts'
import { describe, sameContent } from './yaml/node.ts'
import { nearest } from './yaml/suggest.ts'

const ourType = 'identity-slo'

interface Threshold {
  readonly field: 'thresholdMs' | 'maxResources'
  readonly unit: string
  readonly fallback: number
  /** What `op: lte` means. */
  readonly meaning: string
}

/** The indicators that judge by a threshold. */
const thresholds: { readonly [id in IndicatorId]?: Threshold } = {
  'token-fetch-latency': {
    field: 'thresholdMs',
    unit: 'milliseconds',
    fallback: defaultThresholdMs,
    meaning: 'a token fetch is good if it takes at most that many milliseconds',
  },
  'blast-radius': {
    field: 'maxResources',
    unit: 'resources',
    fallback: defaultMaxResources,
    meaning: 'an identity is good if it reaches at most that many resources',
  },
}
const thresholdFields = Object.values(thresholds).map(({ field }) => field)
const indicatorsWithThreshold = Object.keys(thresholds).join(' or ')

export type ReadSource =
  | {
      readonly engine: 'ours'
      readonly source: SliSource
      readonly thresholdAt: MetricSource['at'] | undefined
    }
  | { readonly engine: 'other'; readonly type: string }

const faults = ['platform', 'caller', 'policy', 'network'] as const satisfies readonly Fault[]
const oneFault: Check<Fault> = oneOf(faults)

/** The one indicator that asks who saw it. */
const vantageIndicator = 'token-issuance'
const vantages = ['issuer', 'client', 'metadata'] as const satisfies readonly TokenRequest['vantage'][]
const oneVantage: Check<TokenRequest['vantage']> = oneOf(vantages)

const faultList: Check<readonly Fault[]> = (node, path, reporter) => {
  if (node.kind !== 'list') {
    const fault = oneFault(node, path, reporter)
    return fault && [fault]
  }
  if (node.items.length === 0) {
    reporter.error(
      node.at,
      `${path} is an empty list, so that nothing would be bad: give faults or leave it out`,
    )
  }
  return listOf(oneFault)(node, path, reporter)
}

function moreThanNone(unit: string): Check<number> {
  return (node, path, reporter) => {
    const value = number(node, path, reporter)
    if (value === undefined || value > 0) return value
    reporter.error(node.at, `${path} must be more than 0 ${unit}; found ${describe(node)}`)
    return undefined
  }
}

/** The one threshold that the indicator has; another one's is refused. */
function readThreshold(
  fields: Fields,
  indicator: IndicatorId | undefined,
  reporter: Reporter,
): Located<number> | undefined {
  let own: Located<number> | undefined
  for (const [owner, { field, unit }] of Object.entries(thresholds)) {
    const value = fields.optional(field, located(moreThanNone(unit)))
    if (indicator === owner) own = value
    else if (value && indicator)
      reporter.error(fields.keyOf(field), `${field} belongs to ${owner}, not to ${indicator}`)
  }
  return own
}

/** `{indicator, where, faults?, vantage?, thresholdMs? or maxResources?}`. */
function readOurSpec(source: MetricSource, reporter: Reporter): ReadSource | undefined {
  const path = `${ourType} spec`
  const allowed = ['indicator', 'where', 'faults', 'vantage', ...thresholdFields]
  const fields = readFields(source.spec, path, allowed, reporter)
  if (!fields) return undefined
  const indicator = fields.required('indicator', oneOf(indicatorIds))
  const selection = fields.optional('where', where) ?? {}
  const vantage = fields.optional('vantage', oneVantage)
  const judgedFaults = fields.optional('faults', faultList)
  const threshold = readThreshold(fields, indicator, reporter)
  if (!indicator) return undefined
  if (vantage && indicator !== vantageIndicator)
    reporter.error(fields.keyOf('vantage'), `vantage belongs to ${vantageIndicator}, not to ${indicator}`)
  const field = thresholds[indicator]?.field
  const options = {
    // The issuer's is what is meant where nothing is said: writing it down changes no revision.
    ...(vantage && vantage !== 'issuer' && { vantage }),
    ...(judgedFaults && { faults: judgedFaults.toSorted() }),
    ...(threshold && field && { [field]: threshold.value }),
    ...(selection.identityType?.includes('user') && { includesPeople: true }),
  }
  return { engine: 'ours', source: { indicator, where: selection, ...options }, thresholdAt: threshold?.at }
}

/** The source's own type, else its DataSource's; they must not contradict each other. */
function typeOf(source: MetricSource, shelves: Shelves, reporter: Reporter): string | undefined {
  const { ref, type } = source
  const dataSource = ref && lookUp(shelves.DataSource, 'DataSource', ref, reporter)
  if (type && dataSource && dataSource.type !== type.value) {
    const other = `DataSource "${dataSource.metadata.name}" has type "${dataSource.type}"`
    reporter.error(type.at, `type is "${type.value}" but ${other}: leave type out or write the same`)
  }
  return type?.value ?? dataSource?.type
}

/** Reads an SLI's metric sources. Undefined if something is wrong, which is reported. */
export function readSource(sli: Sli, shelves: Shelves, reporter: Reporter): ReadSource | undefined {
  const { metric } = sli
  const sources = metric.kind === 'ratio' ? [metric.part, metric.total] : [metric.source]
  const types = sources.map((source) => typeOf(source, shelves, reporter))
  const [main] = sources
  const [type, totalType = type] = types
  if (!main || type === undefined || totalType === undefined) return undefined
  if (type !== ourType && totalType !== ourType) return { engine: 'other', type }
  if (metric.kind !== 'ratio') return readOurSpec(main, reporter)
  const side = `${metric.numerator} and total`
  if (type !== totalType) {
    reporter.error(
      metric.total.at,
      `${side} must have the same type: one is "${type}", the other "${totalType}"`,
    )
    return undefined
  }
  if (!sameContent(metric.part.spec, metric.total.spec)) {
    const rule = 'the indicator itself tells good events from bad ones'
    reporter.error(metric.total.spec.at, `${side} must have the same ${ourType} spec: ${rule}`)
  }
  return readOurSpec(main, reporter)
}

/** Why an SLO over a source of another type is not evaluated. */
export function otherTypeText(sli: Sli, type: string): string {
  const hint = nearest(type, [ourType]) === undefined ? '' : `; did you mean "${ourType}"?`
  return `SLI "${sli.metadata.name}" reads from "${type}", and this engine evaluates only ${ourType}${hint}`
}

/** The source as one objective judges it: its threshold, from the SLI or from `op` and `value`. */
export function sourceFor(
  read: ReadSource & { readonly engine: 'ours' },
  sli: Sli,
  objective: SloObjective,
  reporter: Reporter,
): SliSource | undefined {
  const { source } = read
  const { op, value } = objective
  const threshold = thresholds[source.indicator]
  if (sli.metric.kind !== 'threshold')
    return threshold
      ? { ...source, [threshold.field]: source[threshold.field] ?? threshold.fallback }
      : source
  if (!op || !value) return undefined
  if (threshold === undefined) {
    const message = `a thresholdMetric over ${ourType} must be of ${indicatorsWithThreshold}, not of ${source.indicator}`
    reporter.error(objective.at, message)
    return undefined
  }
  const { field, unit, meaning } = threshold
  if (op.value !== 'lte') reporter.error(op.at, `op must be lte: ${meaning}`)
  if (value.value <= 0) reporter.error(value.at, `value must be more than 0 ${unit}`)
  const written = source[field]
  if (written !== undefined && written !== value.value) {
    const own = `${field} ${written} of SLI "${sli.metadata.name}"`
    reporter.error(value.at, `value ${value.value} contradicts ${own}`)
  }
  return { ...source, [field]: value.value }
}
