/** Follows references: an alert policy with its condition and the targets it notifies. */
import type { AlertCondition } from './kinds/alert-condition.ts'
import type { AlertNotificationTarget } from './kinds/alert-notification-target.ts'
import type { AlertPolicy } from './kinds/alert-policy.ts'
import type { Kind } from './kinds/definition.ts'
import type { RefOr } from './kinds/metadata.ts'
import type { Reporter } from './problem.ts'
import { lookUp, type Shelf, type Shelves } from './shelves.ts'

export interface ResolvedAlertPolicy extends Omit<AlertPolicy, 'condition' | 'notificationTargets'> {
  readonly condition: AlertCondition
  readonly notificationTargets: readonly AlertNotificationTarget[]
}

/** The inline definition, or the one that is referred to; undefined if there is none, which is reported. */
export function follow<T>(given: RefOr<T>, shelf: Shelf<T>, kind: Kind, reporter: Reporter): T | undefined {
  return 'inline' in given ? given.inline : lookUp(shelf, kind, given.ref, reporter)
}

export function resolveAlertPolicy(
  policy: AlertPolicy,
  shelves: Shelves,
  reporter: Reporter,
): ResolvedAlertPolicy | undefined {
  const condition = follow(policy.condition, shelves.AlertCondition, 'AlertCondition', reporter)
  const targets = policy.notificationTargets.map((target) =>
    follow(target, shelves.AlertNotificationTarget, 'AlertNotificationTarget', reporter),
  )
  if (!condition) return undefined
  return { ...policy, condition, notificationTargets: targets.filter((target) => target !== undefined) }
}

export function resolveAlertPolicies(
  policies: readonly RefOr<AlertPolicy>[],
  shelves: Shelves,
  reporter: Reporter,
): readonly ResolvedAlertPolicy[] {
  const resolved = policies.map((given) => {
    const policy = follow(given, shelves.AlertPolicy, 'AlertPolicy', reporter)
    return policy && resolveAlertPolicy(policy, shelves, reporter)
  })
  return resolved.filter((policy) => policy !== undefined)
}
