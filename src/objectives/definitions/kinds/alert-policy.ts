/** kind AlertPolicy: which condition alerts, and who is told. */
import { boolean, type Check, description, listOf, nonEmptyListOf, oneOf, readFields } from '../yaml/check.ts'
import type { YamlNode } from '../yaml/node.ts'
import { type AlertCondition, readAlertCondition } from './alert-condition.ts'
import { type AlertNotificationTarget, readAlertNotificationTarget } from './alert-notification-target.ts'
import { type Metadata, type RefOr, refOrInline, type SpecReader } from './metadata.ts'

export interface AlertPolicy {
  readonly metadata: Metadata
  readonly description: string
  readonly alertWhenNoData: boolean
  readonly alertWhenResolved: boolean
  readonly alertWhenBreaching: boolean
  readonly condition: RefOr<AlertCondition>
  readonly notificationTargets: readonly RefOr<AlertNotificationTarget>[]
}

const conditionItem = refOrInline('conditionRef', 'AlertCondition', readAlertCondition)
const targetItem = refOrInline('targetRef', 'AlertNotificationTarget', readAlertNotificationTarget)

/** Early OpenSLO v1 let conditions be joined by `operator`; with the one condition v1 allows it says nothing. */
const condition: Check<RefOr<AlertCondition>> = (node, path, reporter) => {
  const operator = node.kind === 'map' && node.entries.find((entry) => entry.key === 'operator')
  if (node.kind !== 'map' || !operator) return conditionItem(node, path, reporter)
  oneOf(['and', 'or'])(operator.value, `${path}.operator`, reporter)
  reporter.warning(
    operator.keyAt,
    `${path}.operator is from early OpenSLO v1 and has no effect: leave it out`,
  )
  const rest: YamlNode = { ...node, entries: node.entries.filter((entry) => entry !== operator) }
  return conditionItem(rest, path, reporter)
}

const flags = ['alertWhenNoData', 'alertWhenResolved', 'alertWhenBreaching'] as const

export const readAlertPolicy: SpecReader<AlertPolicy> = (metadata, spec, path, reporter) => {
  const allowed = ['description', ...flags, 'conditions', 'notificationTargets']
  const fields = readFields(spec, path, allowed, reporter)
  if (!fields) return undefined
  const about = fields.optional('description', description) ?? ''
  const [alertWhenNoData, alertWhenResolved, alertWhenBreaching] = [
    fields.optional('alertWhenNoData', boolean) ?? false,
    fields.optional('alertWhenResolved', boolean) ?? false,
    fields.optional('alertWhenBreaching', boolean) ?? false,
  ]
  const conditions = fields.required('conditions', exactlyOneItem(condition))
  const notificationTargets = fields.required('notificationTargets', nonEmptyListOf(targetItem))
  if (!alertWhenNoData && !alertWhenResolved && !alertWhenBreaching) {
    reporter.warning(
      metadata.at,
      `AlertPolicy "${metadata.name}" never notifies: set one of ${flags.join(', ')} to true`,
    )
  }
  if (!conditions || !notificationTargets) return undefined
  return {
    metadata,
    description: about,
    alertWhenNoData,
    alertWhenResolved,
    alertWhenBreaching,
    condition: conditions,
    notificationTargets,
  }
}

function exactlyOneItem<T>(check: Check<T>): Check<T> {
  return (node, path, reporter) => {
    if (node.kind === 'list' && node.items.length !== 1) {
      reporter.error(node.at, `${path} must have exactly one item; found ${node.items.length}`)
      return undefined
    }
    return listOf(check)(node, path, reporter)?.[0]
  }
}
