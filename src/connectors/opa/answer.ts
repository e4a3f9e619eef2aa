/** What a policy answered: rules that allow and rules that deny, alone or in an object. */
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object } from '../fields.ts'
import { allowingRules, denyingRules } from './codes.ts'

export type Answer = 'allow' | 'deny'

function isEmpty(value: readonly JsonValue[] | JsonObject): boolean {
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value) return false
  return true
}

/** Of one rule: a set of reasons to deny is empty where there are none. */
function ruleAnswer(rule: string, value: JsonValue | undefined): Answer | undefined {
  const allows = allowingRules.has(rule)
  if (!allows && !denyingRules.has(rule)) return undefined
  if (typeof value === 'boolean') return value === allows ? 'allow' : 'deny'
  if (typeof value !== 'object' || value === null) return undefined
  if (!allows) return isEmpty(value) ? 'allow' : 'deny'
  // An object that allows would say so in one of its fields.
  return Array.isArray(value) ? (isEmpty(value) ? 'deny' : 'allow') : undefined
}

/** Fields that hold the answer of an AdmissionReview, a SubjectAccessReview, and of gateways. */
const inside = ['response', 'status', 'result', 'decision']

/** One that denies outweighs those that allow. */
function objectAnswer(value: JsonObject, depth: number): Answer | undefined {
  let found: Answer | undefined
  for (const rule in value) {
    const answer = ruleAnswer(rule, value[rule])
    if (answer === 'deny') return 'deny'
    found ??= answer
  }
  if (found !== undefined || depth === 0) return found
  for (const field of inside) {
    const below = object(value[field])
    const answer = below === undefined ? undefined : objectAnswer(below, depth - 1)
    if (answer !== undefined) return answer
  }
  return undefined
}

/** `undefined` where the rule is not known to decide, e.g. a query for data. An `allow` without a result denies. */
export function answerOf(rule: string, result: JsonValue | undefined): Answer | undefined {
  if (result === undefined || result === null) return allowingRules.has(rule) ? 'deny' : undefined
  const structured = object(result)
  return (structured === undefined ? undefined : objectAnswer(structured, 1)) ?? ruleAnswer(rule, result)
}

/** The status that the policy has a gateway answer with. */
export function statusOf(result: JsonValue | undefined): number | undefined {
  const structured = object(result)
  const status = number(structured?.['http_status']) ?? number(structured?.['status_code'])
  return status !== undefined && status >= 100 && status < 600 ? status : undefined
}
