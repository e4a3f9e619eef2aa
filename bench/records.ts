/** A deterministic file of mixed records to measure with, written in chunks, and what is in it. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { CloudTrailTemplate } from './templates/cloudtrail.ts'
import { EntraTemplate } from './templates/entra.ts'
import { Clock, Entropy, type Moment } from './templates/entropy.ts'
import { KubernetesTemplate } from './templates/kubernetes.ts'

interface IssuanceCount {
  good: number
  bad: number
}

/** Exact: every record is one attempt to get a token, and no two have the same id. */
export interface BenchTruth {
  readonly records: number
  readonly bytes: number
  /** Per record, with its line end. */
  readonly averageBytes: number
  readonly issuance: Readonly<Record<'azure' | 'aws' | 'kubernetes', IssuanceCount>>
}

/** Two thousand identities. */
const identities = { azure: 800, aws: 700, kubernetes: 500 } as const

const failureShare = 0.003
const dayMs = 86_400_000
const mostDisorderMs = 90_000
const chunkLength = 4 * 1024 * 1024

/** Times go from midnight to midnight, and each record may be up to 90 s behind. */
function momentOf(index: number, count: number, entropy: Entropy): Moment {
  const due = Math.floor((index / count) * dayMs)
  const ms = Math.max(0, due - entropy.below(mostDisorderMs))
  return { second: Math.floor(ms / 1000), millisecond: ms % 1000 }
}

interface Part {
  readonly template: { readonly record: (moment: Moment, fails: boolean) => string }
  readonly count: IssuanceCount
}

function counted(template: Part['template']): Part {
  return { template, count: { good: 0, bad: 0 } }
}

/** Writes `count` records, one a line, over the 24 h of 2026-11-12 UTC. Throws what `node:fs` throws. */
export function writeBenchRecords(path: string, count: number): BenchTruth {
  const entropy = new Entropy()
  const clock = new Clock()
  const azure = counted(new EntraTemplate(entropy, clock, identities.azure))
  const aws = counted(new CloudTrailTemplate(entropy, clock, identities.aws))
  const kubernetes = counted(new KubernetesTemplate(entropy, clock, identities.kubernetes))
  const parts: [Part, ...Part[]] = [azure, azure, azure, azure, aws, aws, aws, aws, kubernetes, kubernetes]
  const file = openSync(path, 'w')
  let bytes = 0
  let chunk = ''
  try {
    for (let index = 0; index < count; index++) {
      const part = entropy.pick(parts)
      const fails = entropy.chance(failureShare)
      chunk += part.template.record(momentOf(index, count, entropy), fails)
      part.count[fails ? 'bad' : 'good']++
      if (chunk.length >= chunkLength || index === count - 1) {
        bytes += writeSync(file, chunk)
        chunk = ''
      }
    }
  } finally {
    closeSync(file)
  }
  return {
    records: count,
    bytes,
    averageBytes: count === 0 ? 0 : bytes / count,
    issuance: { azure: azure.count, aws: aws.count, kubernetes: kubernetes.count },
  }
}
