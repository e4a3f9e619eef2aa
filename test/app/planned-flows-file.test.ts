import { describe, expect, it } from 'vitest'
import { problemLine } from '../../src/app/errors.ts'
import { loadPlannedFlows } from '../../src/app/planned-flows-file.ts'

function problemsOf(text: string): string[] {
  const loaded = loadPlannedFlows('flows.yaml', text)
  expect(loaded.flows).toEqual([])
  return loaded.problems.map((problem) => problemLine(problem).replace('flows.yaml:', ''))
}

it('gives the flows of a file', () => {
  const text = `
flows:
  - name: upload
    identity: orders-*
    service: s3
    resources: ["arn:aws:s3:::acme-orders*"]
  - { name: secrets, app: checkout, provider: azure, service: Microsoft.KeyVault }
`
  expect(loadPlannedFlows('flows.yaml', text)).toEqual({
    flows: [
      { name: 'upload', identity: 'orders-*', service: 's3', resources: ['arn:aws:s3:::acme-orders*'] },
      { name: 'secrets', app: 'checkout', provider: 'azure', service: 'Microsoft.KeyVault' },
    ],
    problems: [],
  })
})

it('takes an empty file as no flows', () => {
  expect(loadPlannedFlows('flows.yaml', '')).toEqual({ flows: [], problems: [] })
})

describe('problems', () => {
  const flow = (fields: string): string => `flows:\n  - { name: a, identity: x, service: s3, ${fields} }\n`
  it.each([
    ['an unknown field', flow('action: get'), '2:42: error: unknown key "action" in flows[0]'],
    [
      'a mistyped one',
      'flows:\n  - { name: a, identity: x, servce: s3 }\n',
      '2:29: error: unknown key "servce" in flows[0]; did you mean "service"?',
    ],
    ['no resource', flow('resources: []'), '2:42: error: flows[0].resources'],
    [
      'no provider of ours',
      flow('provider: awz'),
      '2:52: error: flows[0].provider is no provider; did you mean "aws"?',
    ],
    [
      'nobody who calls',
      'flows:\n  - { name: a, service: s3 }\n',
      '2:5: error: flows[0] says nobody who calls: give identity, app or workload',
    ],
    [
      'no service',
      'flows:\n  - { name: a, identity: x }\n',
      '2:5: error: flows[0].service is missing: it must be',
    ],
    [
      'one name twice',
      'flows:\n  - { name: a, app: x, service: s }\n  - { name: a, app: y, service: s }\n',
      '3:13: error: flows[1].name is taken by another flow: each needs its own',
    ],
  ])('are told with their place: %s', (_, text, problem) => {
    const [first, ...others] = problemsOf(text)
    expect(first?.slice(0, problem.length)).toBe(problem)
    expect(others).toEqual([])
  })
})
