import { describe, expect, it } from 'vitest'
import { shippedScenarios } from '../../src/app/commands/simulate.ts'
import { problemLine } from '../../src/app/errors.ts'
import { loadScenario } from '../../src/app/scenario-files.ts'
import { scenarioAt, shippedScenario } from '../support/simulated.ts'

const sound = `title: A day
workloads:
  - name: checkout
    platform: azure
  - name: orders
    platform: aws
    federated: true
faults:
  - kind: role-revoked
    at: 10m
    for: 5m
    workloads: [checkout]
`

function problemsOf(text: string): readonly string[] {
  return loadScenario('day.yaml', text).problems.map(problemLine)
}

describe('a scenario file', () => {
  it('needs a title and workloads, and has defaults for all else', () => {
    const { scenario, problems } = loadScenario('day.yaml', sound)
    expect(problems).toEqual([])
    expect(scenario).toMatchObject({
      seed: '1',
      lengthMs: 7_200_000,
      rate: 1,
      workloads: [{ name: 'checkout', app: 'checkout', ttlMs: 3_600_000, refreshAt: 0.8, instances: 3 }, {}],
      faults: [{ kind: 'role-revoked', atMs: 600_000, forMs: 300_000, share: 1 }],
    })
  })

  it('gives way to the command line', () => {
    const { scenario } = loadScenario('day.yaml', sound, { seed: 5, start: 0, lengthMs: 1000, rate: 3 })
    expect(scenario).toMatchObject({ seed: '5', start: 0, lengthMs: 1000, rate: 3 })
  })

  it.each([
    ['a mistyped key', sound.replace('platform: azure', 'plattform: azure'), 4, 5, 'did you mean "platform"'],
    ['an unknown platform', sound.replace('azure', 'azur'), 4, 15, 'did you mean "azure"'],
    [
      'an unknown kind of fault',
      sound.replace('role-revoked', 'role-revokd'),
      9,
      11,
      'did you mean "role-revoked"',
    ],
    [
      'a fault of a workload that is not there',
      sound.replace('[checkout]', '[chekout]'),
      12,
      17,
      'did you mean "checkout"',
    ],
    ['a time that is none', sound.replace('at: 10m', 'at: soon'), 10, 9, 'must be a duration'],
    ['a fault after the end', sound.replace('at: 10m', 'at: 3h'), 10, 9, 'must be before the end'],
    [
      'a share of more than all',
      sound.replace('for: 5m', 'for: 5m\n    share: 1.5'),
      12,
      12,
      'a number from 0 to 1',
    ],
    ['two workloads of one name', sound.replace('name: orders', 'name: checkout'), 5, 11, 'another workload'],
    [
      'broken trust where there is none',
      sound.replace('role-revoked', 'trust-mismatch'),
      12,
      5,
      'federated workloads only',
    ],
    [
      'silence of nothing',
      sound.replace('role-revoked', 'source-silent'),
      9,
      5,
      'must name what goes silent',
    ],
    [
      'a federated service account',
      sound.replace('platform: aws', 'platform: kubernetes'),
      7,
      16,
      'must be false',
    ],
    ['a name that no provider takes', sound.replace('name: orders', 'name: Orders!'), 5, 11, 'small letters'],
    [
      'a token that lives for a moment',
      sound.replace('federated: true', 'tokens: { ttl: 5s }'),
      7,
      20,
      'at least 1m',
    ],
  ])('is refused with its place for %s', (_what, text, line, column, message) => {
    const problems = problemsOf(text)
    const [first] = problems
    expect(problems.length).toBeGreaterThan(0)
    expect(first).toContain(`day.yaml:${line}:${column}: error: `)
    expect(first).toContain(message)
  })

  it('is told of all its problems at once', () => {
    expect(problemsOf(sound.replace('azure', 'azur').replace('at: 10m', 'at: soon'))).toHaveLength(2)
  })

  it('that we ship is sound', () => {
    expect(shippedScenarios()).not.toEqual([])
    for (const name of shippedScenarios()) expect(scenarioAt(shippedScenario(name)).title).not.toBe('')
  })
})
