import { describe, expect, it } from 'vitest'
import { activeConfidence } from '../../src/diagnosis/diagnosis.ts'
import { kinName, shortName } from '../../src/diagnosis/kinship.ts'
import { diagnosed, diagnosisScenario } from '../support/diagnosed.ts'

const minuteMs = 60_000
/** The slowest log comes after so long, and a run of failures takes two minutes to be told from a blip. */
const slackMs = 12 * minuteMs

const broken = [
  'metadata-blocked',
  'sts-outage',
  'throttling',
  'role-revoked',
  'identity-deleted',
  'over-permission',
  'stale-client-cache',
  'trust-mismatch',
  'network-broken',
]

describe.each(broken)('of a simulated fault, %s,', (name) => {
  it.each([7, 8])(
    'the right mode comes first, about those that it hit and nobody else (seed %i)',
    async (seed) => {
      const { looks, truth } = await diagnosed(diagnosisScenario(name, seed), minuteMs)
      const [fault] = truth.faults
      const first = Date.parse(fault?.firstRecord ?? fault?.telemetry.firstArrival ?? '')
      const end = Date.parse(fault?.to ?? '')
      const during = looks.filter(({ at }) => at >= first + slackMs && at < end)
      expect(during.length).toBeGreaterThan(5)
      const culprits = new Set(fault?.culprits.map((id) => shortName(kinName(id))))
      for (const { diagnoses } of during) {
        const [surest] = diagnoses
        expect(surest?.mode).toBe(fault?.mode)
        expect(surest?.confidence).toBeGreaterThanOrEqual(activeConfidence)
        expect(surest?.since).toBeGreaterThanOrEqual(first - minuteMs)
        const active = diagnoses.filter(({ confidence }) => confidence >= activeConfidence)
        expect(new Set(active.map(({ mode }) => mode))).toEqual(new Set([fault?.mode]))
        for (const { affected } of active)
          for (const id of affected.identities) expect(culprits).toContain(shortName(kinName(id)))
        if (fault?.change)
          expect(surest?.change?.time).toBeGreaterThan(Date.parse(fault.change.at) - minuteMs)
      }
      for (const { diagnoses } of looks.filter(({ at }) => at < Date.parse(fault?.from ?? '')))
        expect(diagnoses.filter(({ confidence }) => confidence >= activeConfidence)).toEqual([])
    },
  )
})

describe('of what is no fault', () => {
  it.each([7, 8, 9])(
    'nothing is diagnosed: rotations, deploys, a batch job; a blip not once it is over (seed %i)',
    async (seed) => {
      const { looks, truth } = await diagnosed(diagnosisScenario('ordinary', seed), minuteMs)
      const blip = Date.parse(truth.faults.find(({ kind }) => kind === 'blip')?.from ?? '')
      const sure = looks.flatMap(({ at, diagnoses }) =>
        diagnoses
          .filter(({ confidence }) => confidence >= activeConfidence)
          .map(({ mode, affected }) => ({ at: (at - blip) / minuteMs, mode, affected: affected.identities })),
      )
      expect(sure.filter(({ at }) => at < 0 || at > 15)).toEqual([])
      expect(sure.filter(({ mode }) => mode !== 'F2')).toEqual([])
    },
  )
})
