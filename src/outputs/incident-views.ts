/** What `/api/v1/incidents` says, and `report incident` with `-o json`; pages show the same. Times are RFC 3339. */
import { z } from 'zod'
import { layers } from '../events/event.ts'

const time = z.string().describe('RFC 3339.')

const incidentRow = z.object({
  id: z.string().describe('Time of detection and the objective that fired first.'),
  state: z.enum(['open', 'resolved']),
  severity: z.enum(['page', 'ticket']).describe('The worst that fired.'),
  title: z.string().describe('The diagnosis where there is one, else what burns.'),
  owner: z.string().describe('Of the objective that fired first; empty where nobody is named.'),
  mode: z.string().optional().describe('Failure mode of the surest diagnosis while it fired.'),
  firstFailure: time
    .optional()
    .describe('Begin of the stretch of failures, as exact as `firstFailureWithinSeconds`.'),
  detectedAt: time.describe('Event time at which the first alert fired.'),
  seenAt: time.optional().describe('When the engine saw it: wall clock in `run`, arrival time in a replay.'),
  restoredAt: time
    .optional()
    .describe('End of the last failing stretch; absent while it is open or where it is not known.'),
  resolvedAt: time.optional().describe('Event time at which the last alert that counts ended.'),
  timeToDetectSeconds: z.number().optional().describe('From the first failure to `detectedAt`.'),
  timeToRestoreSeconds: z.number().optional().describe('From the first failure to `restoredAt`.'),
  services: z.array(z.string()).describe('Services of its objectives.'),
  objectives: z.array(z.string()).describe('Ids of its objectives, in the order in which they fired.'),
  bad: z.number().describe('Bad events or slices of all its objectives since the first failure.'),
})
export type IncidentRow = z.infer<typeof incidentRow>

export const incidentList = z.object({
  total: z.number(),
  page: z.number().describe('From 1.'),
  pageSize: z.number(),
  open: z.number().describe('How many are open, of all.'),
  incidents: z
    .array(incidentRow)
    .describe('Open pages first, then open tickets, then the others; of each the newest first.'),
})
export type IncidentList = z.infer<typeof incidentList>

const alertStretch = z.object({
  id: z.string().describe('The tier: `page-quick`, `ticket-slow` and so on.'),
  severity: z.enum(['page', 'ticket']),
  firedAt: time.describe('Event time.'),
  seenAt: time.optional().describe('When the engine saw it.'),
  resolvedAt: time.optional().describe('Event time; absent while it fires.'),
})

const incidentObjective = z.object({
  id: z.string(),
  service: z.string(),
  indicator: z.string(),
  target: z.number(),
  window: z.string(),
  firstFailure: time.optional(),
  lastFailure: time.optional(),
  bad: z.number(),
  budgetSpent: z
    .number()
    .optional()
    .describe('Share of the window’s whole error budget that the incident spent; 1 is all of it.'),
  alerts: z.array(alertStretch).describe('In the order in which they fired.'),
})

const change = z.object({ time, what: z.string(), actor: z.string(), eventId: z.string() })

const diagnosed = z.object({
  mode: z.string(),
  title: z.string(),
  confidence: z.number().describe('0 to 1.'),
  since: time.describe('First failure that it explains.'),
  failures: z.number(),
  affected: z.object({
    identities: z.array(z.string()),
    apps: z.array(z.string()),
    services: z.array(z.string()),
    workloads: z.array(z.string()),
    layers: z.array(z.enum(layers)),
  }),
  evidence: z.array(z.object({ what: z.string(), time, eventId: z.string().optional() })),
  change: change.optional().describe('What changed before, and by whom.'),
  runbook: z.string().describe('Name of a page in docs/runbooks.'),
  seenAt: time.describe('Event time at which it was first made.'),
})

export const incidentView = z.object({
  ...incidentRow.shape,
  firstFailureWithinSeconds: z
    .number()
    .optional()
    .describe('How coarse `firstFailure` is: the length of the bucket it was read from.'),
  objectiveDetails: z.array(incidentObjective),
  identities: z
    .array(z.object({ id: z.string(), name: z.string().optional(), bad: z.number() }))
    .describe('Who burned most while it lasted, most first; by whole UTC days.'),
  diagnoses: z.array(diagnosed).describe('As they were while it fired, the surest first.'),
  changes: z.array(change).describe('Changes that concern these identities, the newest first.'),
  affected: z.object({
    apps: z.array(z.string()),
    services: z.array(z.string()),
    workloads: z.array(z.string()),
    layers: z.array(z.enum(layers)),
  }),
})
export type IncidentView = z.infer<typeof incidentView>
