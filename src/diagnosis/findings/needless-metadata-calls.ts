/** Workloads that ask the metadata endpoint again and again, and that it has no identity for. */
import type { Background } from '../background.ts'
import type { EvidenceBook } from '../evidence-book.ts'
import { minuteMs } from '../minutes.ts'
import { type Finding, found } from './finding.ts'
import type { MetadataCaller } from './metadata-callers.ts'

const minCalls = 5
/** A mapping takes minutes to reach all nodes: who was just started is waited for. */
const lastingMs = 10 * minuteMs
const recentMs = 180 * minuteMs

/** Whoever was served once has an identity, or had one: what took it away is a failure mode, and no needless call. */
function isNeedless({ refused, first, last, servedAt }: MetadataCaller, at: number): boolean {
  return (
    refused >= minCalls &&
    last - first >= lastingMs &&
    last >= at - recentMs &&
    servedAt === Number.NEGATIVE_INFINITY
  )
}

function findingOf({
  workload,
  app,
  layer,
  identities,
  refused,
  first,
  firstId,
  last,
}: MetadataCaller): Finding {
  return found({
    finding: 'needless-metadata-calls',
    confidence: 0.7,
    since: first,
    affected: { identities, apps: [app], services: [], workloads: [workload], layers: [layer] },
    evidence: [
      { what: 'first call that was refused for want of an identity', time: first, eventId: firstId },
      { what: `${refused} such calls, and no token ever`, time: last },
    ],
  })
}

export function needlessMetadataCalls({ callers }: EvidenceBook, background: Background): readonly Finding[] {
  const { at } = background
  return [...callers.all()]
    .filter((caller) => isNeedless(caller, at) && !caller.identities.some((id) => background.isGone(id)))
    .map(findingOf)
}
