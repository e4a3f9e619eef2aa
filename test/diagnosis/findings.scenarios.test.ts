/** Findings of whole logs: simulated ones of every kind, and the real samples, in which nobody made these mistakes. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { attributionOf, defaultPseudonymKey } from '../../src/app/attribution.ts'
import { replayPipeline } from '../../src/app/commands/replay.ts'
import { findingsOf } from '../../src/app/findings.ts'
import { feedFile, findLogFiles } from '../../src/app/log-inputs.ts'
import type { Pipeline } from '../../src/app/pipeline.ts'
import type { Finding } from '../../src/diagnosis/findings/finding.ts'
import type { Scenario } from '../../src/simulation/scenario.ts'
import { Simulation } from '../../src/simulation/simulation.ts'
import { diagnosisScenario } from '../support/diagnosed.ts'

const minuteMs = 60_000

function aPipeline(): Pipeline {
  const pipeline = replayPipeline(
    {
      output: 'json',
      objectives: [],
      attribution: attributionOf([], defaultPseudonymKey),
      at: undefined,
      dedupeBytes: 16 * 1024 * 1024,
      futureToleranceMs: 0,
    },
    () => Number.POSITIVE_INFINITY,
  )
  pipeline.beginBatch()
  return pipeline
}

/** What the logs say that have arrived `minutes` after the start of the last scenario. */
function foundIn(scenarios: readonly Scenario[], minutes: number): readonly Finding[] {
  const pipeline = aPipeline()
  const decoder = pipeline.decoder()
  const end = (scenarios.at(-1)?.start ?? 0) + minutes * minuteMs
  for (const scenario of scenarios)
    for (const { arrival, log, text } of new Simulation(scenario).records())
      if (arrival < end && log !== 'otlp') decoder.push(Buffer.from(`${text}\n`))
  return findingsOf(pipeline)
}

describe('of simulated logs', () => {
  it('tokens of a deleted Azure identity are let in for as long as they live', () => {
    const found = foundIn([diagnosisScenario('identity-deleted')], 90)
    expect(found.map(({ finding }) => finding)).toEqual(['use-after-revocation'])
    expect(found[0]).toMatchObject({ affected: { apps: ['mi-checkout-api'] } })
    // Sign-in logs do not say how long a token lives, so nothing is said of its end.
    expect(found[0]?.evidence.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^still let in (1|2)\d min after the change$/),
    ])
  })

  it('a shorter lifetime is told with the jump of issuance that it makes', () => {
    const before = diagnosisScenario('ordinary', 7)
    const isLater = ({ name }: { name: string }): boolean => name === 'ledger'
    const after: Scenario = {
      ...before,
      start: before.start + before.lengthMs,
      faults: [],
      operations: [],
      workloads: before.workloads.map((one) => (isLater(one) ? { ...one, ttlMs: 120_000 } : one)),
    }
    const found = foundIn([{ ...before, faults: [], operations: [] }, after], 60)
    expect(found.map(({ finding, affected }) => [finding, affected.identities])).toEqual([
      ['issuance-jump', ['system:serviceaccount:payments:ledger']],
    ])
    expect(found[0]?.evidence[0]?.what).toBe('tokens live 2 min, before 20 min')
  })

  it.each([
    'ordinary',
    'metadata-blocked',
    'network-broken',
    'role-revoked',
    'sts-outage',
    'throttling',
    'trust-mismatch',
  ])('a fault is none of these mistakes: %s', (name) => {
    expect(foundIn([diagnosisScenario(name)], 90)).toEqual([])
  })
})

const samples = fileURLToPath(new URL('../../../shared/samples/', import.meta.url))
const sampled = existsSync(samples)
  ? readdirSync(samples).filter((name) => name !== 'inventory' && statSync(join(samples, name)).isDirectory())
  : []

describe.skipIf(sampled.length === 0)(
  'of the sample logs (left out where ../shared/samples is absent)',
  () => {
    it('nobody is accused', async () => {
      for (const name of sampled) {
        const pipeline = aPipeline()
        const decoder = pipeline.decoder()
        for (const file of findLogFiles([join(samples, name)])) await feedFile(file, decoder)
        expect(findingsOf(pipeline), name).toEqual([])
      }
    }, 60_000)
  },
)
