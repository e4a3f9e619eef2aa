/** Reads the file of planned flows: which calls are meant to work, so that a denial of one is a violation. */
import { z } from 'zod'
import type { PlannedFlow } from '../events/planned-flows.ts'
import { createProblemLog, type Problem, sortProblems } from '../objectives/definitions/problem.ts'
import { checkAgainst, readMapping } from './config/positioned.ts'
import { providerPattern } from './ownership-file.ts'

/** Each of them is looked at once for each identity and service. */
const maxFlows = 1000

const pattern = z.string().min(1).optional()

const flow = z
  .strictObject({
    name: z.string().min(1).describe('What the flow is called; each has its own.'),
    identity: pattern.describe('Id or name of the identity that calls.'),
    app: pattern.describe('Application that owns it, by the ownership file or as it is suggested.'),
    workload: pattern.describe('Workload that calls, where the record names one: `shop/web-*`.'),
    provider: providerPattern.describe('`azure`, `aws`, `gcp`, `kubernetes` …'),
    tenant: pattern.describe('Entra tenant, AWS account, GCP project, cluster.'),
    service: z
      .string()
      .min(1)
      .describe(
        'Service that is called, as its log names it (`s3`, `secrets`), or audience that a token is asked for.',
      ),
    resources: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('What is called there, any of these; without it, everything.'),
  })
  .refine(({ identity, app, workload }) => [identity, app, workload].some((field) => field !== undefined), {
    message: 'says nobody who calls: give identity, app or workload (identity: "*" if everybody is meant)',
    when: ({ issues }) => issues.length === 0,
  })

const plannedFlowsSchema = z.strictObject({
  flows: z
    .array(flow)
    .max(maxFlows)
    .superRefine((flows, context) => {
      for (const [i, { name }] of flows.entries())
        if (flows.findIndex((each) => each.name === name) < i)
          context.addIssue({
            code: 'custom',
            path: [i, 'name'],
            message: 'is taken by another flow: each needs its own',
          })
    })
    .default([])
    .describe('A call that any of them covers is planned.'),
})

export interface LoadedPlannedFlows {
  readonly flows: readonly PlannedFlow[]
  readonly problems: readonly Problem[]
}

/** The flows of a file; none with an error among the problems. Never throws. */
export function loadPlannedFlows(file: string, text: string): LoadedPlannedFlows {
  const log = createProblemLog()
  const root = readMapping(file, text, log)
  const values = root && checkAgainst(plannedFlowsSchema, root, log)
  return { flows: log.hasErrors() ? [] : (values?.flows ?? []), problems: sortProblems(log.problems) }
}
