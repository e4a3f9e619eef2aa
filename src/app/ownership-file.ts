/** Reads the ownership file: which application and team owns an identity, first match first. */
import { z } from 'zod'
import { providers } from '../events/event.ts'
import { isGlob } from '../events/glob.ts'
import type { OwnershipRule } from '../events/ownership.ts'
import { createProblemLog, type Problem, sortProblems } from '../objectives/definitions/problem.ts'
import { nearest } from '../objectives/definitions/yaml/suggest.ts'
import { checkAgainst, readMapping } from './config/positioned.ts'

const pattern = z.string().min(1).optional()

/** One of ours, or a glob. */
export const providerPattern = z
  .string()
  .min(1)
  .superRefine((name, context) => {
    const known: readonly string[] = providers
    if (known.includes(name) || isGlob(name)) return
    const near = nearest(name, known)
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    context.addIssue({ code: 'custom', message: `is no provider${hint} Allowed: ${known.join(', ')}` })
  })
  .optional()

const match = z
  .strictObject({
    id: pattern.describe('Native id: object id, role ARN, service account.'),
    name: pattern.describe('Name, where the record has one.'),
    path: pattern.describe('Path of an AWS role, `/team/app/`.'),
    namespace: pattern.describe('Kubernetes namespace.'),
    repository: pattern.describe('`organisation/repository` of a pipeline.'),
    service: pattern.describe('Name of the service in its own telemetry (OpenTelemetry `service.name`).'),
    provider: providerPattern.describe('`azure`, `aws`, `gcp`, `kubernetes` …'),
    tenant: pattern.describe('Entra tenant, AWS account, GCP project, cluster.'),
  })
  .refine((fields) => Object.values(fields).some((field) => field !== undefined), {
    message: 'has no field, so that it would match every identity: write id: "*" if that is meant',
    when: ({ issues }) => issues.length === 0,
  })

export const ownershipSchema = z.strictObject({
  owners: z
    .array(
      z.strictObject({
        match: match.describe('All given fields must match; each is exact text or a glob with * and ?.'),
        app: z.string().min(1).describe('The owning application.'),
        team: z.string().min(1).optional().describe('The owning team.'),
        criticality: z
          .enum(['critical', 'standard', 'batch'])
          .optional()
          .describe('How much depends on it; standard where it is not said.'),
      }),
    )
    .default([])
    .describe('The first rule that matches an identity decides.'),
})

export interface LoadedOwnership {
  readonly rules: readonly OwnershipRule[]
  readonly problems: readonly Problem[]
}

/** The rules of an ownership file; none with an error among the problems. Never throws. */
export function loadOwnership(file: string, text: string): LoadedOwnership {
  const log = createProblemLog()
  const root = readMapping(file, text, log)
  const values = root && checkAgainst(ownershipSchema, root, log)
  return { rules: log.hasErrors() ? [] : (values?.owners ?? []), problems: sortProblems(log.problems) }
}
