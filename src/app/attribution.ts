/** Ownership, planned flows and pseudonyms as a command uses them. */
import { readFileSync } from 'node:fs'
import type { IdentityEvent } from '../events/event.ts'
import { type OwnershipRule, ownerOf } from '../events/ownership.ts'
import type { PlannedFlow } from '../events/planned-flows.ts'
import { defaultPseudonymPolicy, type Pseudonym, type PseudonymPolicy } from '../events/pseudonyms.ts'
import { keyedPseudonym } from '../platform/pseudonym.ts'
import { fileError, problemsError } from './errors.ts'
import { loadOwnership } from './ownership-file.ts'
import { loadPlannedFlows } from './planned-flows-file.ts'

export interface Attribution {
  readonly rules: readonly OwnershipRule[]
  readonly policy: PseudonymPolicy
  readonly pseudonym: Pseudonym
  /** Undefined: nobody has said which calls are planned. */
  readonly flows?: readonly PlannedFlow[] | undefined
  /** Roles of EKS nodes, by id or name; globs. */
  readonly nodeRoles?: readonly string[] | undefined
}

/**
 * Without a key of the user's own, pseudonyms are stable over machines, so that a replay is repeatable; whoever
 * knows a person's id can then tell the pseudonym. `run` warns of it.
 */
export const defaultPseudonymKey = 'identity-slo'

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
}

export function readOwnership(path: string | undefined): readonly OwnershipRule[] {
  if (path === undefined) return []
  const { rules, problems } = loadOwnership(path, textOf(path))
  if (problems.some((problem) => problem.severity === 'error'))
    throw problemsError('ownershipProblems', problems)
  return rules
}

/** Undefined without a path. Throws AppError for a file that cannot be read or does not hold. */
export function readPlannedFlows(path: string | undefined): readonly PlannedFlow[] | undefined {
  if (path === undefined) return undefined
  const { flows, problems } = loadPlannedFlows(path, textOf(path))
  if (problems.some((problem) => problem.severity === 'error'))
    throw problemsError('plannedFlowProblems', problems)
  return flows
}

export function attributionOf(
  rules: readonly OwnershipRule[],
  key: string,
  policy: PseudonymPolicy = defaultPseudonymPolicy,
): Attribution {
  return { rules, policy, pseudonym: keyedPseudonym(key) }
}

/** The event with its owning application. */
export function attribute(event: IdentityEvent, { rules }: Attribution): IdentityEvent {
  event.app = ownerOf(rules, event.identity, event.provider).app
  return event
}
