import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { shippedScenario } from '../../support/simulated.ts'
import { Workspace } from '../../support/workspace.ts'

const small = ['--length', '90m', '--rate', '0.3']

async function simulatedInto(folder: string, ...more: readonly string[]): Promise<string> {
  const result = await captured(['simulate', 'revoked-identity', '-o', folder, ...small, ...more])
  expect([result.code, result.err]).toEqual([0, ''])
  return result.out
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
}

describe('simulate', () => {
  it('writes logs, owners and the truth, the same bytes each time', async () => {
    using workspace = new Workspace()
    const out = await simulatedInto(workspace.at('a'))
    expect(out).toContain('role-revoked')
    await simulatedInto(workspace.at('b'))
    const files = filesIn(workspace.at('a'))
    expect(files).toContain('truth.json')
    expect(files).toContain('logs/azure-keyvault.ndjson')
    expect(filesIn(workspace.at('b'))).toEqual(files)
    for (const file of files.filter((each) => /\.\w+$/.test(each)))
      expect(readFileSync(workspace.at(`a/${file}`), 'utf8'), file).toBe(
        readFileSync(workspace.at(`b/${file}`), 'utf8'),
      )
  })

  it('gives what replay counts as its truth says, under the names of the applications', async () => {
    using workspace = new Workspace()
    const folder = workspace.at('day')
    await simulatedInto(folder)
    const truth = JSON.parse(readFileSync(`${folder}/truth.json`, 'utf8'))
    const owners = ['--ownership', `${folder}/ownership.yaml`]
    const { out, code } = await captured(['replay', `${folder}/logs`, ...owners, '-o', 'json'])
    expect(code).toBe(0)
    const report = JSON.parse(out)
    for (const expected of truth.indicators) expect(report.indicators).toContainEqual(expected)
    const top = report.identities.find(({ id }: { id: string }) => truth.faults[0].culprits.includes(id))
    expect(top).toMatchObject({ app: 'checkout', owned: true })
  })

  it('writes arrival envelopes, with which a timeline pages after the fault began', async () => {
    using workspace = new Workspace()
    const folder = workspace.at('day')
    await simulatedInto(folder, '--arrivals')
    expect(existsSync(`${folder}/logs`)).toBe(false)
    const truth = JSON.parse(readFileSync(`${folder}/truth.json`, 'utf8'))
    const { out } = await captured(['replay', `${folder}/arrivals.ndjson`, '--timeline', '-o', 'json'])
    const { transitions } = JSON.parse(out)
    const [revoked] = truth.faults
    const page = transitions.find(
      ({ at, state, severity }: { at: string; state: string; severity: string }) =>
        state === 'firing' && severity === 'page' && at >= revoked.firstArrival,
    )
    expect(Date.parse(page.at) - Date.parse(revoked.firstArrival)).toBeLessThan(10 * 60_000)
    expect(page.culprits.some((id: string) => revoked.culprits.includes(id))).toBe(true)
  })

  it('takes another seed, start and length', async () => {
    using workspace = new Workspace()
    await simulatedInto(workspace.at('a'), '--seed', '7', '--start', '2026-01-05T00:00:00Z')
    const truth = JSON.parse(readFileSync(workspace.at('a/truth.json'), 'utf8'))
    expect(truth).toMatchObject({
      seed: '7',
      from: '2026-01-05T00:00:00.000Z',
      to: '2026-01-05T01:30:00.000Z',
      rate: 0.3,
    })
  })

  it('takes a file as well as a name', async () => {
    using workspace = new Workspace()
    const file = shippedScenario('revoked-identity')
    const { code } = await captured(['simulate', file, '-o', workspace.at('a'), ...small])
    expect(code).toBe(0)
  })

  it.each([
    ['an unknown name', ['simulate', 'revoked-identiti'], 2, 'ISLO-1012'],
    ['a file that is not there', ['simulate', './none.yaml'], 4, 'ISLO-2001'],
    ['a length that is none', ['simulate', 'revoked-identity', '--length', 'long'], 2, '90s, 5m, 2h or 7d'],
    ['a seed that is none', ['simulate', 'revoked-identity', '--seed', '-1'], 2, 'whole number'],
    ['Kafka without brokers', ['simulate', 'revoked-identity', '--to', 'kafka'], 2, '--brokers and --topic'],
    [
      'a token in the open',
      ['simulate', 'revoked-identity', '--to', 'http', '--token', 'abc'],
      2,
      'reference to a secret',
    ],
  ])('says what is wrong with %s', async (_what, args, code, message) => {
    using workspace = new Workspace()
    const result = await captured([...args, '-o', workspace.at('out')])
    expect([result.code, result.out]).toEqual([code, ''])
    expect(result.err).toContain(message)
  })

  it('says file, line and column of a scenario that is wrong', async () => {
    using workspace = new Workspace()
    const file = workspace.write('bad.yaml', 'title: x\nworkloads: []\nfalts: []\n')
    const { code, err } = await captured(['simulate', file, '-o', workspace.at('out')])
    expect(code).toBe(2)
    expect(err).toMatch(/bad\.yaml:3:1: error: unknown key "falts"; did you mean "faults"/)
    expect(err).toContain('ISLO-3012')
  })
})
