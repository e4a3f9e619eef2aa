/** What `status` reads of a running instance's answers: what it does not show is passed over. */
import { z } from 'zod'
import { layers } from '../events/event.ts'
import type { FindingList } from '../outputs/finding-report.ts'
import type { IncidentList } from '../outputs/incident-views.ts'

const names = z.array(z.string())

const diagnosis = z.object({
  mode: z.string(),
  title: z.string(),
  confidence: z.number(),
  since: z.string(),
  affected: z.object({
    identities: names,
    apps: names,
    services: names,
    workloads: names,
    layers: z.array(z.enum(layers)),
  }),
  evidence: z.array(z.object({ what: z.string(), time: z.string(), eventId: z.string().optional() })),
  change: z.object({ what: z.string(), actor: z.string(), time: z.string(), eventId: z.string() }).optional(),
  runbook: z.string(),
})

const objective = z.object({
  name: z.string(),
  service: z.string(),
  target: z.number(),
  window: z.string(),
  value: z.number(),
  errorBudgetRemaining: z.number(),
  hasData: z.boolean(),
  burnRates: z.record(z.string(), z.number()),
  alerts: z.array(z.object({ id: z.string(), heldBack: z.boolean().optional() })),
})
export type SeenObjective = z.infer<typeof objective>

const source = z.object({
  id: z.string(),
  records: z.record(z.string(), z.number()),
  lastEvent: z.string().optional(),
  lagSeconds: z.number().optional(),
  isSilent: z.boolean(),
})

const activeAlert = z.object({
  objective: z.string(),
  alert: z.string(),
  severity: z.enum(['page', 'ticket']),
  since: z.string(),
})
export type SeenAlert = z.infer<typeof activeAlert>

export const seenStatus = z.object({
  at: z.string().nullable(),
  objectives: z.array(objective),
  diagnoses: z.array(diagnosis),
  sources: z.array(source),
  activeAlerts: z.array(activeAlert),
})

/** All of what is shown. */
export interface InstanceStatus extends z.infer<typeof seenStatus> {
  readonly incidents: IncidentList
  readonly findings: FindingList
}
