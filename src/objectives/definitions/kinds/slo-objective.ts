/** One entry of an SLO's `objectives`: its target, threshold, time slices and, in a composite, its own indicator. */
import { compareDecimals, type Decimal, formatDecimal, one, shift } from '../decimal.ts'
import type { Location, Reporter } from '../problem.ts'
import { parseShorthand, shorthandForm } from '../shorthand.ts'
import {
  type Check,
  decimal,
  type Fields,
  type Located,
  located,
  number,
  oneOf,
  readFields,
  text,
} from '../yaml/check.ts'
import { describe } from '../yaml/node.ts'
import { type Operator, operators } from './alert-condition.ts'
import { type RefOr, readInline, reference } from './metadata.ts'
import { readSli, type Sli } from './sli.ts'

export const budgetingMethods = ['Occurrences', 'Timeslices', 'RatioTimeslices'] as const
export type BudgetingMethod = (typeof budgetingMethods)[number]

export interface SloObjective {
  readonly at: Location
  readonly displayName: string | undefined
  readonly op: Located<Operator> | undefined
  readonly value: Located<number> | undefined
  /** As a ratio, whichever way it was written. */
  readonly target: Located<Decimal>
  readonly sliceTarget: Decimal | undefined
  readonly sliceMs: number | undefined
  /** In a composite only. */
  readonly indicator: RefOr<Sli> | undefined
  readonly weight: Decimal | undefined
}

/** `indicator` (inline) or `indicatorRef`, of an SLO or of an objective in a composite. */
export function readIndicator(fields: Fields, reporter: Reporter): RefOr<Sli> | undefined {
  if (!fields.exactlyOne(['indicator', 'indicatorRef'])) return undefined
  const ref = fields.optional('indicatorRef', reference)
  if (ref) return { ref }
  const inline = fields.optional('indicator', (node, at) => {
    const inner = readFields(node, at, ['metadata', 'spec'], reporter)
    return inner && readInline(inner, 'SLI', at, readSli, reporter)
  })
  return inline && { inline }
}

/** Below `limit` (1 or 100), as a ratio. */
function targetBelow(limit: 1 | 100): Check<Decimal> {
  return (node, path, reporter) => {
    const value = decimal(node, path, reporter)
    if (!value) return undefined
    const ratio = limit === 100 ? shift(value, -2) : value
    const order = compareDecimals(ratio, one)
    if (order < 0) return ratio
    const inPercent = limit === 1 && order > 0 && compareDecimals(shift(value, -2), one) < 0
    const why =
      order === 0
        ? 'a target of 100 % leaves no error budget, so that the first failure would already break it'
        : `it must be at least 0 and less than ${limit}`
    const hint = inPercent ? `; a target in percent is written targetPercent: ${formatDecimal(value)}` : ''
    reporter.error(node.at, `${path} ${formatDecimal(value)} is not allowed: ${why}${hint}`)
    return undefined
  }
}

const sliceTarget: Check<Decimal> = (node, path, reporter) => {
  const value = decimal(node, path, reporter)
  if (!value || (value.digits > 0n && compareDecimals(value, one) <= 0)) return value
  reporter.error(node.at, `${path} must be more than 0 and at most 1; found ${describe(node)}`)
  return undefined
}

/** A duration, or a bare number of minutes; in whole tens of seconds, which is how finely events are counted. */
const sliceWindow: Check<number> = (node, path, reporter) => {
  const scalar = node.kind === 'scalar' ? node : undefined
  const ms =
    typeof scalar?.value === 'number' ? scalar.value * 60_000 : parseShorthand(scalar?.source ?? '')?.ms
  if (ms !== undefined && ms > 0 && ms % 10_000 === 0) return ms
  reporter.error(
    node.at,
    `${path} must be ${shorthandForm}, or a number of minutes, in whole multiples of 10 seconds; found ${describe(node)}`,
  )
  return undefined
}

const weight: Check<Decimal> = (node, path, reporter) => {
  const value = decimal(node, path, reporter)
  if (!value || value.digits > 0n) return value
  reporter.error(node.at, `${path} must be more than 0`)
  return undefined
}

function readTarget(fields: Fields): Located<Decimal> | undefined {
  if (!fields.exactlyOne(['target', 'targetPercent'])) return undefined
  return (
    fields.optional('target', located(targetBelow(1))) ??
    fields.optional('targetPercent', located(targetBelow(100)))
  )
}

/** Which slice fields a method needs; others have no effect. */
function checkSliceFields(fields: Fields, path: string, method: BudgetingMethod, reporter: Reporter): void {
  const needs = {
    timeSliceTarget: method === 'Timeslices',
    timeSliceWindow: method !== 'Occurrences',
  }
  for (const [name, needed] of Object.entries(needs)) {
    if (needed && !fields.has(name)) {
      reporter.error(fields.keyOf(name), `${path}.${name} is missing: budgetingMethod ${method} needs it`)
    } else if (!needed && fields.has(name)) {
      reporter.warning(fields.keyOf(name), `${path}.${name} has no effect with budgetingMethod ${method}`)
    }
  }
}

const allowed = [
  'displayName',
  'op',
  'value',
  'target',
  'targetPercent',
  'timeSliceTarget',
  'timeSliceWindow',
  'indicator',
  'indicatorRef',
  'compositeWeight',
]

/** `composite`: whether the objectives, and not the SLO, name the indicators. */
export function sloObjective(method: BudgetingMethod | undefined, composite: boolean): Check<SloObjective> {
  return (node, path, reporter) => {
    const fields = readFields(node, path, allowed, reporter)
    if (!fields) return undefined
    if (method) checkSliceFields(fields, path, method, reporter)
    if (!composite && fields.has('compositeWeight')) {
      const where = fields.keyOf('compositeWeight')
      reporter.error(
        where,
        `${path}.compositeWeight belongs to a composite, whose objectives each name an indicator`,
      )
    }
    const target = readTarget(fields)
    const rest = {
      at: fields.at,
      displayName: fields.optional('displayName', text),
      op: fields.optional('op', located(oneOf(operators))),
      value: fields.optional('value', located(number)),
      sliceTarget: fields.optional('timeSliceTarget', sliceTarget),
      sliceMs: fields.optional('timeSliceWindow', sliceWindow),
      indicator: composite ? readIndicator(fields, reporter) : undefined,
      weight: fields.optional('compositeWeight', weight),
    }
    return target && { target, ...rest }
  }
}
