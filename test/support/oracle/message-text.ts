/** Records as their senders write them down: by the line, as arrays, and in the envelopes of each provider. */
import type { IdentityRecord } from './fact.ts'
import type { Random } from './random.ts'

export function lines(records: readonly IdentityRecord[]): string {
  return records.map(({ json }) => `${JSON.stringify(json)}\n`).join('')
}

const envelopes = {
  'kubernetes-audit': (items: readonly object[]) => ({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    metadata: {},
    items,
  }),
  'aws-cloudtrail': (items: readonly object[]) => ({ Records: items }),
  'azure-entra': (items: readonly object[]) => ({ records: items }),
} as const

function enveloped(records: readonly IdentityRecord[]): readonly string[] {
  const bySource = Map.groupBy(records, ({ fact }) => fact.source)
  return [...bySource].map(([source, some]) =>
    JSON.stringify(envelopes[source](some.map(({ json }) => json))),
  )
}

/** One or several texts that together hold each record once. */
export function textsOf(random: Random, records: readonly IdentityRecord[]): readonly string[] {
  const choice = random.below(4)
  if (choice === 0) return records.map(({ json }) => JSON.stringify(json))
  if (choice === 1) return [lines(records)]
  if (choice === 2) return [JSON.stringify(records.map(({ json }) => json))]
  return enveloped(records)
}
