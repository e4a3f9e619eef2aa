/** kind SLO: indicator, time window, objectives and the policies that alert on them. */
import type { TierChoice } from '../../alert-windows.ts'
import type { TimeWindow } from '../../objective.ts'
import type { Location, Reporter } from '../problem.ts'
import {
  type Check,
  description,
  type Fields,
  listOf,
  nonEmptyListOf,
  oneOf,
  readFields,
} from '../yaml/check.ts'
import { type AlertPolicy, readAlertPolicy } from './alert-policy.ts'
import { type Metadata, type Ref, type RefOr, reference, refOrInline, type SpecReader } from './metadata.ts'
import type { Sli } from './sli.ts'
import {
  type BudgetingMethod,
  budgetingMethods,
  readIndicator,
  type SloObjective,
  sloObjective,
} from './slo-objective.ts'
import { timeWindow } from './time-window.ts'

export interface Slo {
  readonly metadata: Metadata
  readonly description: string
  readonly service: Ref
  /** Undefined in a composite. */
  readonly indicator: RefOr<Sli> | undefined
  readonly window: TimeWindow
  readonly windowAt: Location
  readonly budgetingMethod: BudgetingMethod
  readonly objectives: readonly SloObjective[]
  readonly alertPolicies: readonly RefOr<AlertPolicy>[]
}

const policyItem = refOrInline('alertPolicyRef', 'AlertPolicy', readAlertPolicy)

/** Early OpenSLO v1 named policies by a bare text. */
const alertPolicy: Check<RefOr<AlertPolicy>> = (node, path, reporter) => {
  if (node.kind !== 'scalar') return policyItem(node, path, reporter)
  const ref = reference(node, path, reporter)
  if (ref) {
    reporter.warning(
      node.at,
      `${path} is a bare name, as in early OpenSLO v1: write alertPolicyRef: ${ref.name}`,
    )
  }
  return ref && { ref }
}

function isComposite(fields: Fields): boolean {
  const objectives = fields.entries.find((entry) => entry.key === 'objectives')?.value
  return (
    objectives?.kind === 'list' &&
    objectives.items.some(
      (item) =>
        item.kind === 'map' && item.entries.some(({ key }) => key === 'indicator' || key === 'indicatorRef'),
    )
  )
}

/** The SLO's own indicator; for a composite there must be none. */
function readOwnIndicator(fields: Fields, path: string, composite: boolean, reporter: Reporter) {
  if (!composite) return readIndicator(fields, reporter)
  for (const name of ['indicator', 'indicatorRef']) {
    if (!fields.has(name)) continue
    const rule = 'name indicators either here or in every objective (a composite), not both'
    reporter.error(
      fields.keyOf(name),
      `${path}.${name} stands beside the indicators of the objectives: ${rule}`,
    )
  }
  return undefined
}

/** Thresholds need `op` and `value`, ratios have neither; a referenced SLI is checked once it is found. */
export function checkThreshold(sli: Sli, objective: SloObjective, reporter: Reporter): boolean {
  const { op, value } = objective
  if (sli.metric.kind !== 'threshold') {
    const stray = op ?? value
    if (!stray) return true
    reporter.error(
      stray.at,
      `op and value belong to a thresholdMetric; SLI "${sli.metadata.name}" is a ratioMetric`,
    )
    return false
  }
  if (op && value) return true
  const missing = op ? 'value' : 'op'
  reporter.error(
    objective.at,
    `${missing} is missing: SLI "${sli.metadata.name}" is a thresholdMetric and needs op and value`,
  )
  return false
}

const specFields = [
  'description',
  'service',
  'indicator',
  'indicatorRef',
  'timeWindow',
  'budgetingMethod',
  'objectives',
  'alertPolicies',
]

export const readSlo: SpecReader<Slo> = (metadata, spec, path, reporter) => {
  const fields = readFields(spec, path, specFields, reporter)
  if (!fields) return undefined
  const about = fields.optional('description', description) ?? ''
  const service = fields.required('service', reference)
  const composite = isComposite(fields)
  const indicator = readOwnIndicator(fields, path, composite, reporter)
  const window = fields.required('timeWindow', timeWindow)
  const budgetingMethod = fields.required('budgetingMethod', oneOf(budgetingMethods))
  const objectives = fields.required('objectives', nonEmptyListOf(sloObjective(budgetingMethod, composite)))
  const alertPolicies = fields.optional('alertPolicies', listOf(alertPolicy)) ?? []
  if (!service || !window || !budgetingMethod || !objectives) return undefined
  const windowAt = fields.keyOf('timeWindow')
  for (const objective of objectives) {
    const own = objective.indicator ?? indicator
    if (own && 'inline' in own) checkThreshold(own.inline, objective, reporter)
    if ((objective.sliceMs ?? 0) > window.durationMs) {
      reporter.error(objective.at, `timeSliceWindow is longer than the time window of ${window.text}`)
    }
  }
  return {
    metadata,
    description: about,
    service,
    indicator,
    window,
    windowAt,
    budgetingMethod,
    objectives,
    alertPolicies,
  }
}

/** Which tiers it asks for, as far as it says so itself: its service may make it critical. */
export function tierChoice({ metadata, budgetingMethod }: Slo): TierChoice {
  const { alertTiers, severityClass } = metadata.settings
  return { alertTiers, severityClass, budgeting: { method: budgetingMethod } }
}
