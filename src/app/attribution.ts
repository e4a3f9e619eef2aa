/** Ownership and pseudonyms as a command uses them. */
import { readFileSync } from 'node:fs'
import type { IdentityEvent } from '../events/event.ts'
import { type OwnershipRule, ownerOf } from '../events/ownership.ts'
import { defaultPseudonymPolicy, type Pseudonym, type PseudonymPolicy } from '../events/pseudonyms.ts'
import { keyedPseudonym } from '../platform/pseudonym.ts'
import { fileError, problemsError } from './errors.ts'
import { loadOwnership } from './ownership-file.ts'

export interface Attribution {
  readonly rules: readonly OwnershipRule[]
  readonly policy: PseudonymPolicy
  readonly pseudonym: Pseudonym
}

/**
 * Without a key of the user's own, pseudonyms are stable over machines, so that a replay is repeatable; whoever
 * knows a person's id can then tell the pseudonym. `run` warns of it.
 */
export const defaultPseudonymKey = 'identity-slo'

export function readOwnership(path: string | undefined): readonly OwnershipRule[] {
  if (path === undefined) return []
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
  const { rules, problems } = loadOwnership(path, text)
  if (problems.some((problem) => problem.severity === 'error'))
    throw problemsError('ownershipProblems', problems)
  return rules
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
