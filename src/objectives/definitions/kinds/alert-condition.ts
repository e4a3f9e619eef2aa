/** kind AlertCondition: the burn rate at which an alert is due. */
import type { Location } from '../problem.ts'
import type { Shorthand } from '../shorthand.ts'
import { type Check, description, duration, number, oneOf, readFields, text } from '../yaml/check.ts'
import type { Metadata, SpecReader } from './metadata.ts'

export const operators = ['lte', 'gte', 'lt', 'gt'] as const
export type Operator = (typeof operators)[number]

export interface AlertCondition {
  readonly metadata: Metadata
  readonly description: string
  readonly severity: string
  readonly op: Operator
  readonly threshold: number
  readonly lookbackWindow: Shorthand
  readonly alertAfterMs: number
  /** The condition's key, for messages. */
  readonly at: Location
}

type BurnRate = Pick<AlertCondition, 'op' | 'threshold' | 'lookbackWindow' | 'alertAfterMs' | 'at'>

/** A duration, or the `0m` that OpenSLO names as the default although its own rule wants a positive number. */
const delay: Check<number> = (node, path, reporter) => {
  if (node.kind === 'scalar' && node.value === '0m') return 0
  return duration(node, path, reporter)?.ms
}

const burnRate: Check<BurnRate> = (node, path, reporter) => {
  const allowed = ['kind', 'op', 'threshold', 'lookbackWindow', 'alertAfter']
  const fields = readFields(node, path, allowed, reporter)
  if (!fields) return undefined
  fields.required('kind', oneOf(['burnrate']))
  if (!fields.has('op')) {
    const early = 'early OpenSLO v1 had no such field; write op: gt'
    reporter.warning(fields.keyOf('op'), `${path}.op is missing and is read as gt: ${early}`)
  }
  const op = fields.optional('op', oneOf(operators)) ?? 'gt'
  const threshold = fields.required('threshold', number)
  const lookbackWindow = fields.required('lookbackWindow', duration)
  const alertAfterMs = fields.optional('alertAfter', delay) ?? 0
  if (threshold === undefined || lookbackWindow === undefined) return undefined
  return { op, threshold, lookbackWindow, alertAfterMs, at: fields.at }
}

export const readAlertCondition: SpecReader<AlertCondition> = (metadata, spec, path, reporter) => {
  const fields = readFields(spec, path, ['description', 'severity', 'condition'], reporter)
  if (!fields) return undefined
  const severity = fields.required('severity', text)
  const condition = fields.required('condition', burnRate)
  const about = fields.optional('description', description) ?? ''
  if (severity === undefined || condition === undefined) return undefined
  return { metadata, description: about, severity, ...condition }
}
