/** Findings as JSON, the same in `explain` and on `/api/v1/findings`; and how many there are of each kind. */
import { z } from 'zod'
import { activeConfidence } from '../diagnosis/diagnosis.ts'
import { type Finding, type FindingKind, findingKinds } from '../diagnosis/findings/finding.ts'
import { layers } from '../events/event.ts'

const time = z.string().describe('RFC 3339.')
const names = z.array(z.string())

export const findingView = z.object({
  finding: z.enum(findingKinds).describe('docs/findings.md has a section of this name.'),
  title: z.string(),
  confidence: z.number().describe('0 to 1; from 0.5 on the metric counts it.'),
  since: time,
  affected: z.object({
    identities: names,
    apps: names,
    services: names,
    workloads: names,
    layers: z.array(z.enum(layers)),
  }),
  evidence: z.array(z.object({ what: z.string(), time, eventId: z.string().optional() })),
  change: z
    .object({ what: z.string(), actor: z.string(), time, eventId: z.string() })
    .optional()
    .describe('What changed before.'),
  fix: z.string(),
  runbook: z.string().optional().describe('Name of a page in docs/runbooks.'),
})
export type FindingView = z.infer<typeof findingView>

export const findingList = z.object({
  at: time.nullable().describe('End of the evidence; null before the first event.'),
  findings: z.array(findingView),
})
export type FindingList = z.infer<typeof findingList>

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

export function findingReport({ since, evidence, change, affected, ...rest }: Finding): FindingView {
  const { identities, apps, services, workloads } = affected
  return {
    ...rest,
    since: iso(since),
    affected: {
      ...{ identities: [...identities], apps: [...apps], services: [...services] },
      ...{ workloads: [...workloads], layers: [...affected.layers] },
    },
    evidence: evidence.map((item) => ({ ...item, time: iso(item.time) })),
    ...(change && { change: { ...change, time: iso(change.time) } }),
  }
}

/** Those that are sure enough to tell, of each kind. */
export function findingCounts(
  findings: readonly Finding[],
): readonly (readonly [finding: FindingKind, count: number])[] {
  const told = findings.filter(({ confidence }) => confidence >= activeConfidence)
  return findingKinds.map((kind) => [kind, told.filter(({ finding }) => finding === kind).length])
}
