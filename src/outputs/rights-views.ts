/** What `/api/v1` says of drift and of rights that nobody needs; pages show the same. Times are RFC 3339. */
import { z } from 'zod'
import { changeList } from './activity/activity-rows.ts'

const time = z.string().describe('RFC 3339.')
const page = { total: z.number(), page: z.number().describe('From 1.'), pageSize: z.number() }

export const driftView = z.object({
  ...page,
  baseline: z
    .object({ grants: z.number() })
    .optional()
    .describe('Absent where none is configured: then nothing is expected or unexpected.'),
  lookedAt: time.optional().describe('When lists were held against the baseline; absent before.'),
  untold: z.number().describe('Differences that no event told of.'),
  differences: z
    .array(
      z.object({
        op: z.enum(['granted', 'removed']),
        provider: z.string(),
        principal: z.string().optional().describe('Absent where no list and no event has it.'),
        role: z.string(),
        scope: z.string(),
        isTold: z.boolean().describe('Whether an event told of it; else a list alone shows it.'),
        listedAt: time.optional().describe('Of the list that shows it.'),
      }),
    )
    .describe('Rights that differ from the baseline now, the first thousand.'),
  ...changeList.shape,
})
export type DriftView = z.infer<typeof driftView>

export const orphanList = z.object({
  ...page,
  surveyedAt: time.optional().describe('When everybody was looked at; absent before.'),
  hasInventory: z.boolean().describe('Without lists of rights nobody is known to hold any.'),
  findingCounts: z.record(z.string(), z.number()).describe('All findings, by kind.'),
  orphans: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      type: z.string(),
      provider: z.string(),
      findings: z.array(z.object({ kind: z.string(), message: z.string() })),
    }),
  ),
})
export type OrphanList = z.infer<typeof orphanList>
