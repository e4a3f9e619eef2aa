import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { attributionOf, defaultPseudonymKey } from '../../src/app/attribution.ts'
import { replayPipeline } from '../../src/app/commands/replay.ts'
import { requireDefinitions } from '../../src/app/definition-files.ts'
import { diagnosesOf } from '../../src/app/diagnoses.ts'
import type { Pipeline } from '../../src/app/pipeline.ts'
import { releasePages } from '../../src/app/released-pages.ts'
import { evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import { Simulation } from '../../src/simulation/simulation.ts'
import { scenarioAt } from '../support/simulated.ts'

const quiet = fileURLToPath(new URL('../../bench/alerts/scenarios/role-revoked-quiet.yaml', import.meta.url))
const definitions = fileURLToPath(new URL('../../slo-definitions', import.meta.url))
const scenario = scenarioAt(quiet)
const faultAt = scenario.start + 100 * 60_000

/** What arrived by an instant, counted. */
function pipelineAt(until: number): Pipeline {
  const { objectives } = requireDefinitions([definitions])
  const attribution = attributionOf([], defaultPseudonymKey)
  const options = { output: 'json', objectives, attribution, at: undefined, dedupeBytes: 16_000_000 } as const
  const pipeline = replayPipeline({ ...options, futureToleranceMs: 0 }, () => Number.POSITIVE_INFINITY)
  pipeline.beginBatch()
  const decoder = pipeline.decoder()
  for (const { arrival, log, text } of new Simulation(scenario).records())
    if (arrival < until && log !== 'otlp') decoder.push(Buffer.from(`${text}\n`))
  return pipeline
}

function pagesOf(statuses: readonly ObjectiveStatus[]) {
  return statuses
    .flatMap(({ alerts }) => alerts)
    .filter(({ severity, isFiring }) => severity === 'page' && isFiring)
}

describe('a page that is held back', () => {
  const pipeline = pipelineAt(faultAt + 80_000)
  const statuses = pipeline.engine.states.map((state) => evaluate(state, pipeline.evaluationTime ?? 0))

  it('is released where a change explains the failures', () => {
    expect(pagesOf(statuses)).toEqual([])
    expect(statuses.some(({ alerts }) => alerts.some(({ isHeldBack }) => isHeldBack))).toBe(true)
    const pages = pagesOf(releasePages(statuses, () => diagnosesOf(pipeline)))
    expect(pages.length).toBeGreaterThan(0)
    expect(pages.some(({ isHeldBack }) => isHeldBack)).toBe(false)
    expect(pagesOf(pipeline.statuses())).toEqual(pages)
  })

  it('stays so where no change is known, or another one about somebody else', () => {
    const unexplained = diagnosesOf(pipeline).map(({ change: _, ...rest }) => ({
      ...rest,
      change: undefined,
    }))
    expect(pagesOf(releasePages(statuses, () => unexplained))).toEqual([])
    const elsewhere = diagnosesOf(pipeline).map((diagnosis) => ({
      ...diagnosis,
      affected: { ...diagnosis.affected, identities: ['somebody-else'] },
    }))
    expect(pagesOf(releasePages(statuses, () => elsewhere))).toEqual([])
  })

  it('is not looked into where none is held back', () => {
    const calm = pipelineAt(faultAt - 1)
    const calmly = calm.engine.states.map((state) => evaluate(state, calm.evaluationTime ?? 0))
    expect(
      releasePages(calmly, () => {
        throw new Error('nobody asked')
      }),
    ).toBe(calmly)
  })
})
