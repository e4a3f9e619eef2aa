/** Scenarios through the engine and its baseline, scored. */
import type { Objective } from '../../src/objectives/objective.ts'
import type { FaultTruth } from '../../src/simulation/ground-truth.ts'
import { baselineFirings } from './baseline.ts'
import { type Rehearsal, rehearse } from './rehearsal.ts'
import type { NamedScenario } from './scenarios.ts'
import { type Burn, type ScenarioScore, scoreOf } from './score.ts'
import type { Row } from './table.ts'

/** Of the failing span: a fault may need a while to show. */
function burnsOf({ burns }: Rehearsal, { firstRecord, telemetry, to }: FaultTruth): readonly Burn[] {
  const first = firstRecord ?? telemetry.firstArrival
  return first === null ? [] : burns(Date.parse(first), Date.parse(to))
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
  return scoreOf(name, truth, { firings, said, explains: true }, (fault) => burnsOf(rehearsal, fault))
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
      return [name, scoreOf(name, rehearsal.truth, evidence, (fault) => burnsOf(rehearsal, fault))]
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
