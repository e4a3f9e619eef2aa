import { describe, expect, it } from 'vitest'
import { Simulation } from '../../../src/simulation/simulation.ts'
import { captured } from '../../support/captured.ts'
import { diagnosisScenario } from '../../support/diagnosed.ts'
import { morning, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const at = '2026-11-16T09:20:00Z'

function revoked(workspace: Workspace): string {
  const records = [...new Simulation(diagnosisScenario('role-revoked')).records()]
  const texts = records.filter(({ log }) => log !== 'otlp').map(({ text }) => text)
  return workspace.write('logs.ndjson', `${texts.join('\n')}\n`)
}

describe('explain', () => {
  it('says what broke, for whom, since when, and what changed before', async () => {
    using workspace = new Workspace()
    const file = revoked(workspace)
    const { code, out, err } = await captured(['explain', file, '--at', at, '-o', 'json'])
    expect([code, err]).toEqual([1, ''])
    const { diagnoses, at: asOf } = JSON.parse(out)
    expect(asOf).toBe('2026-11-16T09:20:00.000Z')
    expect(diagnoses.length).toBeGreaterThanOrEqual(5)
    for (const diagnosis of diagnoses)
      expect(diagnosis).toMatchObject({
        mode: 'F3',
        runbook: 'role-misassignment',
        change: { actor: expect.stringMatching(/^p_/) },
      })
    const table = await captured(['explain', file, '--at', at])
    expect(table.out).toMatch(/^ {2}before .*Role\/reader removed .*, by p_\w+ at 2026-11-16T09:00:0/m)
  })

  it('finds nothing where nothing is wrong', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.ndjson', linesOf([tokenRequest({ id: 'a', time: morning })]))
    const { code, out } = await captured(['explain', file])
    expect(code).toBe(0)
    expect(out).toMatch(/nothing points to a failure mode/)
  })

  it('does not take what is no time', async () => {
    const { code, err } = await captured(['explain', 'x', '--at', 'soon'])
    expect(code).toBe(2)
    expect(err).toContain('--at')
  })
})
