/** What `/api/v1` says of objectives, identities and sources; pages show the same. Ratios are 0 to 1, times RFC 3339. */
import { z } from 'zod'
import { accessPatternRow } from './activity/activity-rows.ts'

const time = z.string().describe('RFC 3339.')
const ratio = z.number().describe('0 to 1; left budget is negative once it is overspent.')

const objectiveStates = ['page', 'ticket', 'overspent', 'ok', 'no-data'] as const

const alert = z.object({
  id: z.string(),
  severity: z.enum(['page', 'ticket']),
  firing: z.boolean(),
  heldBack: z
    .literal(true)
    .optional()
    .describe('It would page, and only the guard against blips and chance says no.'),
  factor: z
    .number()
    .describe('Burn rate that its windows must exceed; share of the budget where it has one window.'),
  longWindow: z.string(),
  shortWindow: z.string().optional().describe('Absent where one window decides.'),
  longBurnRate: z.number().optional().describe('As it is now; absent of tiers that count events.'),
  shortBurnRate: z.number().optional(),
})

const objectiveRow = z.object({
  id: z.string(),
  name: z.string(),
  service: z.string(),
  indicator: z.string(),
  state: z.enum(objectiveStates),
  firing: z.array(z.string()).describe('Ids of alerts that fire.'),
  target: ratio,
  value: ratio,
  hasData: z.boolean(),
  window: z.string(),
  errorBudgetRemaining: ratio,
  burnRate1h: z.number(),
  bad: z.number(),
})
export type ObjectiveRow = z.infer<typeof objectiveRow>

const page = {
  total: z.number(),
  page: z.number().describe('From 1.'),
  pageSize: z.number(),
}

export const objectiveList = z.object({
  ...page,
  states: z
    .record(z.enum(objectiveStates), z.number())
    .describe('How many objectives are in each state, of all.'),
  objectives: z.array(objectiveRow).describe('The worst first.'),
})
export type ObjectiveList = z.infer<typeof objectiveList>

const contributor = z.object({
  key: z.string(),
  name: z.string().optional().describe('Of an identity, where its records say it.'),
  bad: z.number(),
  error: z.number().describe('How much of `bad` may belong to others.'),
})
export type ContributorView = z.infer<typeof contributor>

export const objectiveView = z.object({
  ...objectiveRow.shape,
  displayName: z.string(),
  description: z.string(),
  owner: z.string(),
  severityClass: z.string(),
  definedAt: z.string().describe('file:line of the definition.'),
  definition: z.string().optional().describe('The OpenSLO document as it was read.'),
  from: time,
  to: time,
  good: z.number(),
  excluded: z.number(),
  burn: z.array(
    z.object({
      window: z.string(),
      rate: z.number(),
      errorRatio: ratio,
      good: z.number(),
      bad: z.number(),
    }),
  ),
  alerts: z.array(alert),
  contributors: z
    .record(z.enum(['identity', 'workload', 'reason', 'code']), z.array(contributor))
    .describe('Who burned the budget, over the whole days that the window touches.'),
  exclusions: z.array(
    z.object({ name: z.string(), reason: z.string(), definedAt: z.string(), active: z.boolean() }),
  ),
  beforeExclusions: z
    .object({
      good: z.number(),
      bad: z.number(),
      value: ratio,
      errorBudgetRemaining: ratio,
      leftOutSeconds: z.number(),
    })
    .optional()
    .describe('The numbers as they would be if nothing were left out.'),
  course: z
    .array(z.object({ time, errorBudgetRemaining: ratio }))
    .describe('What was left of the window’s budget as it went on; the last is what is left now.'),
})
export type ObjectiveView = z.infer<typeof objectiveView>

const identityRow = z.object({
  id: z.string(),
  name: z.string().optional(),
  type: z.string(),
  provider: z.string(),
  tenant: z.string(),
  app: z.string(),
  team: z.string(),
  owned: z.boolean(),
  events: z.number(),
  failures: z.number(),
  lastSeen: time.optional(),
})
export type IdentityRow = z.infer<typeof identityRow>

export const identityList = z.object({
  ...page,
  known: z.number().describe('Identities that are kept, under all descriptions.'),
  identities: z.array(identityRow).describe('Those with most failures first.'),
})
export type IdentityList = z.infer<typeof identityList>

const activity = z.object({
  requests: z.number().describe('Attempts to get a token.'),
  requestFailures: z.number(),
  uses: z.number().describe('Tokens presented to services.'),
  unauthenticated: z.number().describe('401: the token was not accepted.'),
  forbidden: z.number().describe('403: the call was refused.'),
  lastIssued: time.optional().describe('Of the newest token that it was given.'),
  lastAge: z
    .object({ time, ageSeconds: z.number(), ttlSeconds: z.number().optional() })
    .optional()
    .describe('How old the token was at the newest use for which that is known.'),
})

const wholeScope = z.object({ scope: z.string(), level: z.string() })

export const identityView = z.object({
  id: z.string(),
  activity: activity.describe('Since it was first seen, of all its descriptions.'),
  calls: z
    .array(
      accessPatternRow.pick({
        service: true,
        allowed: true,
        unauthenticated: true,
        forbidden: true,
        lastUsed: true,
      }),
    )
    .describe('Services it called since the start of the day before, UTC; the busiest first.'),
  descriptions: z
    .array(identityRow)
    .describe('One id can stand for several identities, in different tenants.'),
  burned: z
    .array(z.object({ objective: z.string(), indicator: z.string(), bad: z.number() }))
    .describe('Objectives whose budget it burned, most first.'),
  reach: z
    .object({
      granted: z.number(),
      used: z.number(),
      unused: z.number(),
      wide: z.boolean().describe('It holds a whole account, subscription, project or more.'),
      wholeScopes: z.array(wholeScope).describe('Scopes that it holds as a whole.'),
      actsAs: z.array(z.string()).describe('Identities that it can act as, step by step.'),
      compromised: z.number().describe('Resources in reach of whoever holds it, by acting as others, too.'),
      grantedResources: z.array(z.string()),
      usedResources: z.array(z.object({ resource: z.string(), lastUsed: time.optional() })),
      findings: z.array(z.object({ kind: z.string(), message: z.string() })),
    })
    .optional()
    .describe('What it may use and did use; absent where neither an inventory nor an event says.'),
  changes: z
    .array(z.object({ time, what: z.string(), actor: z.string().optional() }))
    .describe('Rights granted and removed, and its own state, the newest first.'),
})
export type IdentityView = z.infer<typeof identityView>

const sourceRow = z.object({
  id: z.string(),
  records: z.object({
    accepted: z.number(),
    duplicate: z.number(),
    late: z.number(),
    rejected: z.number(),
    irrelevant: z.number(),
  }),
  rejections: z
    .record(z.string(), z.number())
    .describe('Records by the reason for which they gave no event.'),
  watermark: time.optional().describe('Up to here it is believed complete.'),
  lastEvent: time.optional(),
  lastRecord: time.optional(),
  lagSeconds: z.number().optional(),
  silent: z.boolean(),
  samples: z
    .array(
      z.object({
        reason: z.string(),
        message: z.string().describe('What is wrong; quotes nothing of the record.'),
        transport: z.string(),
        lane: z.string().describe('File, partition or endpoint.'),
        position: z.number().describe('Byte at which the record begins.'),
        readAt: time,
      }),
    )
    .describe('The newest records of each reason that were rejected, since the start.'),
})
export type SourceRow = z.infer<typeof sourceRow>

export const sourceList = z.object({ sources: z.array(sourceRow) })
export type SourceList = z.infer<typeof sourceList>
