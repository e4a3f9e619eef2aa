/** Scenarios through the engine and its baseline, scored. */
import type { Objective } from '../../src/objectives/objective.ts'
import { usualDelay } from '../../src/simulation/delivery.ts'
import type { FaultTruth } from '../../src/simulation/ground-truth.ts'
import type { LogId, Platform, Scenario } from '../../src/simulation/scenario.ts'
import { baselineFirings } from './baseline.ts'
import { type Rehearsal, rehearse } from './rehearsal.ts'
import type { NamedScenario } from './scenarios.ts'
import { type ScenarioScore, type Setting, scoreOf } from './score.ts'
import type { Row } from './table.ts'

const issuerLogs: Readonly<Record<Platform, LogId>> = {
  azure: 'azure-entra',
  aws: 'aws-cloudtrail',
  gcp: 'gcp-audit',
  kubernetes: 'kubernetes-audit',
}

/** How far apart the records of one instant arrive: by the slowest of its logs. */
function spreadOf({ workloads, delivery }: Scenario, fault: FaultTruth): number {
  const spreads = workloads
    .filter(({ name }) => fault.workloads.includes(name))
    .map(({ platform }) => usualDelay[issuerLogs[platform]])
    .map(([least, most]) => most - least)
  return delivery.isDelayed ? Math.max(0, ...spreads) : 0
}

function settingOf({ scenario, burns }: Rehearsal, fault: FaultTruth): Setting {
  // A fault may need a while to show.
  const first = fault.firstRecord ?? fault.telemetry.firstArrival
  return {
    burns: first === null ? [] : burns(Date.parse(first), Date.parse(fault.to)),
    spreadMs: spreadOf(scenario, fault),
  }
}

export function rehearseAll(
  scenarios: readonly NamedScenario[],
  objectives: readonly Objective[],
  onScenario: (name: string) => void = () => undefined,
): ReadonlyMap<string, Rehearsal> {
  const rehearsals = new Map<string, Rehearsal>()
  for (const { name, scenario } of scenarios) {
    onScenario(name)
    rehearsals.set(name, rehearse(scenario, objectives))
  }
  return rehearsals
}

function engineScore(name: string, rehearsal: Rehearsal): ScenarioScore {
  const { truth, firings, said } = rehearsal
  return scoreOf(name, truth, { firings, said, explains: true }, (fault) => settingOf(rehearsal, fault))
}

/** By scenario. `folder`: for blocks of Prometheus. */
export async function baselineScores(
  folder: string,
  rehearsals: ReadonlyMap<string, Rehearsal>,
  objectives: readonly Objective[],
): Promise<ReadonlyMap<string, ScenarioScore>> {
  const counters = new Map([...rehearsals].map(([name, rehearsal]) => [name, rehearsal.counters]))
  const found = await baselineFirings(folder, counters, objectives)
  return new Map(
    [...rehearsals].map(([name, rehearsal]) => {
      const evidence = { firings: found.get(name) ?? [], said: [], explains: false }
      return [name, scoreOf(name, rehearsal.truth, evidence, (fault) => settingOf(rehearsal, fault))]
    }),
  )
}

export function rowsOf(
  rehearsals: ReadonlyMap<string, Rehearsal>,
  baseline: ReadonlyMap<string, ScenarioScore> | undefined,
): readonly Row[] {
  return [...rehearsals].map(([name, rehearsal]) => ({
    engine: engineScore(name, rehearsal),
    baseline: baseline?.get(name),
  }))
}
