/** kind SLI: how a service level is read from a metric source. */

import type { Location, Reporter } from '../problem.ts'
import {
  boolean,
  type Check,
  description,
  type Fields,
  type Located,
  located,
  oneOf,
  readFields,
  text,
} from '../yaml/check.ts'
import { describe, type MapNode } from '../yaml/node.ts'
import { type Metadata, type Ref, reference, type SpecReader } from './metadata.ts'

export interface MetricSource {
  readonly at: Location
  readonly ref: Ref | undefined
  readonly type: Located<string> | undefined
  readonly spec: MapNode
}

type Metric =
  | { readonly kind: 'threshold'; readonly source: MetricSource }
  | {
      readonly kind: 'ratio'
      readonly numerator: 'good' | 'bad'
      readonly part: MetricSource
      readonly total: MetricSource
    }
  | { readonly kind: 'raw'; readonly rawType: 'success' | 'failure'; readonly source: MetricSource }

export interface Sli {
  readonly metadata: Metadata
  readonly description: string
  readonly metric: Metric
}

const sourceSpec: Check<MapNode> = (node, path, reporter) => {
  if (node.kind === 'map' && node.entries.length > 0) return node
  reporter.error(node.at, `${path} must be a mapping with at least one field; found ${describe(node)}`)
  return undefined
}

/** `{metricSource: {metricSourceRef?, type?, spec}}`. */
const metricSource: Check<MetricSource> = (node, path, reporter) => {
  const outer = readFields(node, path, ['metricSource'], reporter)
  return outer?.required('metricSource', (inner, innerPath) => {
    const fields = readFields(inner, innerPath, ['metricSourceRef', 'type', 'spec'], reporter)
    if (!fields) return undefined
    const ref = fields.optional('metricSourceRef', reference)
    const type = fields.optional('type', located(text))
    const spec = fields.required('spec', sourceSpec)
    if (!fields.has('type') && !fields.has('metricSourceRef')) {
      reporter.error(
        fields.at,
        `${innerPath} needs a type, or a metricSourceRef to a DataSource that has one`,
      )
    }
    return spec && { at: fields.at, ref, type, spec }
  })
}

const ratioMetric: Check<Metric> = (node, path, reporter) => {
  const allowed = ['counter', 'good', 'bad', 'total', 'rawType', 'raw']
  const fields = readFields(node, path, allowed, reporter)
  if (!fields) return undefined
  fields.optional('counter', boolean)
  if (!fields.exactlyOne(['total', 'raw'])) return undefined
  return fields.has('raw') ? rawRatio(fields, path, reporter) : twoPartRatio(fields, path, reporter)
}

function twoPartRatio(fields: Fields, path: string, reporter: Reporter): Metric | undefined {
  if (fields.has('rawType')) {
    reporter.error(fields.keyOf('rawType'), `${path}.rawType belongs to raw: leave it out beside total`)
  }
  const total = fields.required('total', metricSource)
  if (!fields.exactlyOne(['good', 'bad'])) return undefined
  const numerator = fields.has('good') ? 'good' : 'bad'
  const part = fields.required(numerator, metricSource)
  return part && total && { kind: 'ratio', numerator, part, total }
}

function rawRatio(fields: Fields, path: string, reporter: Reporter): Metric | undefined {
  for (const name of ['good', 'bad']) {
    if (fields.has(name)) reporter.error(fields.keyOf(name), `${path}.${name} cannot stand beside raw`)
  }
  const rawType = fields.required('rawType', oneOf(['success', 'failure']))
  const source = fields.required('raw', metricSource)
  return rawType && source && { kind: 'raw', rawType, source }
}

const thresholdMetric: Check<Metric> = (node, path, reporter) => {
  const source = metricSource(node, path, reporter)
  return source && { kind: 'threshold', source }
}

export const readSli: SpecReader<Sli> = (metadata, spec, path, reporter) => {
  const fields = readFields(spec, path, ['description', 'thresholdMetric', 'ratioMetric'], reporter)
  if (!fields) return undefined
  const about = fields.optional('description', description) ?? ''
  if (!fields.exactlyOne(['thresholdMetric', 'ratioMetric'])) return undefined
  const metric = fields.has('ratioMetric')
    ? fields.required('ratioMetric', ratioMetric)
    : fields.required('thresholdMetric', thresholdMetric)
  return metric && { metadata, description: about, metric }
}
