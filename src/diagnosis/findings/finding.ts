/** What a finding says: a common mistake with machine identities that the records show. No incident, but the start of one. */
import type { Affected, EvidenceItem, NamedChange } from '../diagnosis.ts'

export const findingKinds = [
  'use-after-revocation',
  'shared-token',
  'wrong-audience',
  'needless-metadata-calls',
  'throttled-metadata',
  'static-credential',
  'shared-identity',
  'unapproved-change',
  'issuance-jump',
  'orphaned-identity',
  'expired-token-use',
  'excess-reach',
] as const
export type FindingKind = (typeof findingKinds)[number]

export interface Advice {
  readonly title: string
  readonly fix: string
  /** Name of a page in docs/runbooks, where there is more to do than the fix. */
  readonly runbook?: string
}

/** docs/findings.md has a section for each, named after its kind. */
export const advice: Readonly<Record<FindingKind, Advice>> = {
  'use-after-revocation': {
    title: 'Access goes on after it was revoked',
    fix: 'Revoke the sessions that are out, and give tokens shorter lifetimes.',
    runbook: 'over-permission',
  },
  'shared-token': {
    title: 'One token is used from several places',
    fix: 'Take it for copied until you know better: revoke it. Give each workload an identity of its own.',
    runbook: 'over-permission',
  },
  'wrong-audience': {
    title: 'One workload asks for, or presents, a token of the wrong audience',
    fix: 'Ask for the audience that the service checks.',
    runbook: 'federation-mismatch',
  },
  'needless-metadata-calls': {
    title: 'A workload without an identity asks the metadata endpoint',
    fix: 'Give it an identity if it needs one; else find out what asks, and block the endpoint for it.',
    runbook: 'metadata-outage',
  },
  'throttled-metadata': {
    title: 'The metadata endpoint throttles',
    fix: 'Let all clients of a node share one cache, and ask again later after each refusal.',
    runbook: 'refresh-failures',
  },
  'static-credential': {
    title: 'A static credential is used where there should be none',
    fix: 'Use the managed identity, or federate the pipeline; then delete the credential.',
    runbook: 'secret-fallback',
  },
  'shared-identity': {
    title: 'Workloads that have nothing in common share an identity',
    fix: 'One identity for each team and purpose: until then nobody can say who acted.',
  },
  'unapproved-change': {
    title: 'A right was changed outside the approved pipeline',
    fix: 'Change it through the pipeline, or add it to the baseline.',
    runbook: 'role-misassignment',
  },
  'issuance-jump': {
    title: 'Far more tokens are issued since their lifetime changed',
    fix: 'Choose a longer lifetime, or cache tokens until 80 % of it.',
    runbook: 'refresh-failures',
  },
  'orphaned-identity': {
    title: 'Nobody needs an identity that still holds rights',
    fix: 'Delete its rights, then the identity.',
    runbook: 'identity-deletion',
  },
  'expired-token-use': {
    title: 'A client goes on with expired tokens',
    fix: 'Let the client library cache and renew.',
    runbook: 'token-cache',
  },
  'excess-reach': {
    title: 'An identity reaches far more than it needs',
    fix: 'Narrow the role to what is used.',
    runbook: 'over-permission',
  },
}

export interface Finding {
  readonly finding: FindingKind
  readonly title: string
  /** 0 to 1. */
  readonly confidence: number
  /** Epoch ms. */
  readonly since: number
  readonly affected: Affected
  readonly evidence: readonly EvidenceItem[]
  /** What changed before. */
  readonly change?: NamedChange | undefined
  readonly fix: string
  readonly runbook?: string | undefined
}

export type FoundParts = Omit<Finding, 'title' | 'fix' | 'runbook'> & { readonly title?: string }

export function found(parts: FoundParts): Finding {
  const { title, fix, runbook } = advice[parts.finding]
  return { title, ...parts, fix, runbook }
}

export const nobody: Affected = { identities: [], apps: [], services: [], workloads: [], layers: [] }
