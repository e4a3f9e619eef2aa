import { expect, it } from 'vitest'
import { renderArtifacts } from '../../src/outputs/artifacts.ts'
import { anExclusion } from '../support/exclusion.ts'
import { anObjective } from '../support/objective.ts'

function ratioRules(objective: ReturnType<typeof anObjective>): readonly string[] {
  const text = renderArtifacts({ objectives: [objective] })
    .filter(({ path }) => path.startsWith('alerts/objectives/'))
    .map(({ content }) => content)
    .join('\n')
  return text.split('\n').filter((line) => /increase\(identity_slo_events_total.*verdict=~/.test(line))
}

it('generated rules of an objective with exclusions read the ratios of the engine, which leave out, and no counters', () => {
  expect(ratioRules(anObjective()).length).toBeGreaterThan(3)
  expect(ratioRules(anObjective({ exclusions: [] })).length).toBeGreaterThan(3)
  expect(ratioRules(anObjective({ exclusions: [anExclusion([])] }))).toEqual([])
})
