/** The objectives of a run: as definitions for the program, and as the oracle judges by them itself. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fact } from './fact.ts'

export type Verdict = 'good' | 'bad' | 'excluded'

export interface OracleObjective {
  readonly name: string
  /** Percent, as written. */
  readonly target: string
  /** OpenSLO's spelling, and how /metrics labels the whole period. */
  readonly window: string
  readonly label: string
  /** `undefined`: a calendar month. */
  readonly windowMs: number | undefined
  /** Whole slices count instead of events. */
  readonly slices: { readonly ms: number; readonly target: number } | undefined
  /** A 401 for an expired token with a success within this time is left out. */
  readonly graceMs: number
  readonly source: Readonly<Record<string, unknown>>
  /** `undefined`: none of its business. */
  readonly judge: (fact: Fact) => Verdict | undefined
}

const minuteMs = 60_000
const dayMs = 86_400_000

function issuance({ kind, identityType, failure }: Fact): Verdict | undefined {
  if (kind !== 'issuance') return undefined
  if (identityType === 'user') return 'excluded'
  return failure === undefined ? 'good' : 'bad'
}

function use({ kind, refused }: Fact): Verdict | undefined {
  if (kind !== 'use') return undefined
  return refused === undefined ? 'good' : 'bad'
}

function latency({ kind, latencyMs, failure }: Fact): Verdict | undefined {
  if (kind !== 'issuance' || latencyMs === undefined) return undefined
  if (failure !== undefined) return 'excluded'
  return latencyMs <= 200 ? 'good' : 'bad'
}

const month = { window: '30d', label: '30d', windowMs: 30 * dayMs, slices: undefined, graceMs: 0 } as const

export const oracleObjectives: readonly OracleObjective[] = [
  { ...month, name: 'issuance', target: '99.9', source: { indicator: 'token-issuance' }, judge: issuance },
  {
    ...month,
    name: 'platform',
    target: '99.5',
    window: '1w',
    label: '7d',
    windowMs: 7 * dayMs,
    source: { indicator: 'token-issuance', faults: ['platform'] },
    judge: (fact) => {
      const verdict = issuance(fact)
      return verdict === 'bad' && fact.failure?.fault !== 'platform' ? 'excluded' : verdict
    },
  },
  {
    ...month,
    name: 'shop-today',
    target: '95',
    window: '1d',
    label: '1d',
    windowMs: dayMs,
    source: { indicator: 'token-issuance', where: { provider: 'kubernetes', identity: '*:shop:*' } },
    judge: (fact) =>
      fact.provider === 'kubernetes' && fact.identity.includes(':shop:') ? issuance(fact) : undefined,
  },
  {
    ...month,
    name: 'use',
    target: '99',
    window: '7d',
    label: '7d',
    windowMs: 7 * dayMs,
    graceMs: 30_000,
    source: { indicator: 'service-auth' },
    judge: use,
  },
  {
    ...month,
    name: 'latency',
    target: '95',
    source: { indicator: 'token-fetch-latency', thresholdMs: 200 },
    judge: latency,
  },
  {
    ...month,
    name: 'slices',
    target: '90',
    slices: { ms: 5 * minuteMs, target: 0.9 },
    source: { indicator: 'token-issuance' },
    judge: issuance,
  },
  {
    ...month,
    name: 'this-month',
    target: '99',
    window: '1M',
    label: '1M',
    windowMs: undefined,
    source: { indicator: 'token-issuance', where: { provider: 'azure' } },
    judge: (fact) => (fact.provider === 'azure' ? issuance(fact) : undefined),
  },
]

/** Of every objective. */
export const serviceName = 'oracle'

function timeWindow({ window, windowMs }: OracleObjective): object {
  if (windowMs !== undefined) return { duration: window, isRolling: true }
  return { duration: window, calendar: { startTime: '2025-01-01 00:00:00', timeZone: 'UTC' } }
}

/** One OpenSLO document, which as JSON is YAML as well. */
function definitionOf(objective: OracleObjective): string {
  const { name, target, slices, graceMs, source } = objective
  const metric = { metricSource: { type: 'identity-slo', spec: source } }
  const sliced = slices && { timeSliceTarget: slices.target, timeSliceWindow: `${slices.ms / minuteMs}m` }
  return JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: {
      name,
      annotations: {
        'identity-slo.dev/alert-tiers': 'none',
        ...(graceMs > 0 && { 'identity-slo.dev/rotation-grace': `${graceMs / 1000}s` }),
      },
    },
    spec: {
      service: serviceName,
      description: 'Counted by the oracle as well.',
      indicator: {
        metadata: { name },
        spec: { ratioMetric: { counter: true, good: metric, total: metric } },
      },
      timeWindow: [timeWindow(objective)],
      budgetingMethod: slices === undefined ? 'Occurrences' : 'Timeslices',
      objectives: [{ displayName: name, targetPercent: Number(target), ...sliced }],
    },
  })
}

/** Into the folder `slo` below the one given. */
export function writeDefinitions(folder: string): void {
  mkdirSync(join(folder, 'slo'))
  for (const objective of oracleObjectives)
    writeFileSync(join(folder, 'slo', `${objective.name}.yaml`), definitionOf(objective))
}
