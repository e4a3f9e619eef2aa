import { describe, expect, it } from 'vitest'
import { problemLine } from '../../src/app/errors.ts'
import { loadOwnership } from '../../src/app/ownership-file.ts'
import { ownerOf } from '../../src/events/ownership.ts'

function problemsOf(text: string): string[] {
  const loaded = loadOwnership('owners.yaml', text)
  expect(loaded.rules).toEqual([])
  return loaded.problems.map((problem) => problemLine(problem).replace('owners.yaml:', ''))
}

it('gives rules that decide who owns an identity, the first match first', () => {
  const { rules, problems } = loadOwnership(
    'owners.yaml',
    `
owners:
  - match: { provider: kubernetes, namespace: "check*" }
    app: checkout
    team: payments
    criticality: critical
  - match: { id: "*" }
    app: everything-else
    team:
`,
  )
  expect(problems).toEqual([])
  const account = { id: 'system:serviceaccount:checkout:api', type: 'service-account', tenant: '' } as const
  expect(ownerOf(rules, { ...account, namespace: 'checkout' }, 'kubernetes')).toEqual({
    app: 'checkout',
    team: 'payments',
    criticality: 'critical',
    isOwned: true,
  })
  expect(ownerOf(rules, { ...account, namespace: 'checkout' }, 'gcp').app).toBe('everything-else')
})

it('takes an empty file as no rules', () => {
  expect(loadOwnership('owners.yaml', '')).toEqual({ rules: [], problems: [] })
  expect(loadOwnership('owners.yaml', 'owners:\n')).toEqual({ rules: [], problems: [] })
})

describe('problems', () => {
  const rule = (text: string): string => `owners:\n  - match: { name: x }\n    app: a\n${text}`
  const cases: readonly (readonly [what: string, text: string, problem: string])[] = [
    [
      'an account id without quotes',
      'owners:\n  - match: { tenant: 012345678901 }\n    app: a\n',
      '2:22: error: owners[0].match.tenant must be text; found the number 012345678901; put it in quotes: "012345678901"',
    ],
    [
      'a provider that does not exist',
      'owners:\n  - match: { provider: azur }\n    app: a\n',
      '2:24: error: owners[0].match.provider is no provider; did you mean "azure"? Allowed: azure, aws, gcp, kubernetes, vault, spiffe, okta, keycloak, github, auth0, teleport, ping, postgresql, opa, other',
    ],
    [
      'a match that would take every identity',
      'owners:\n  - match: {}\n    app: a\n',
      '2:5: error: owners[0].match has no field, so that it would match every identity: write id: "*" if that is meant',
    ],
    [
      'a rule without an application',
      'owners:\n  - match: { name: x }\n',
      '2:5: error: owners[0].app is missing: it must be text',
    ],
    [
      'a mistyped key',
      rule('    criticallity: batch\n'),
      '4:5: error: unknown key "criticallity" in owners[0]; did you mean "criticality"? Allowed: match, app, team, criticality',
    ],
    [
      'a word outside a closed set',
      rule('    criticality: high\n'),
      '4:18: error: owners[0].criticality must be one of critical, standard, batch; found "high"',
    ],
    [
      'a mistyped field of a match, once',
      'owners:\n  - match: { nam: x }\n    app: a\n',
      '2:14: error: unknown key "nam" in owners[0].match; did you mean "name"? Allowed: id, name, path, namespace, repository, service, provider, tenant',
    ],
    [
      'a list at the top',
      '- match: { name: x }\n  app: a\n',
      '1:3: error: unknown key "match"; allowed: owners',
    ],
  ]

  it.each(cases)('names the place of %s', (_, text, problem) => {
    expect(problemsOf(text)).toContain(problem)
  })

  it('come all at once', () => {
    expect(problemsOf('owners:\n  - match: { nam: x }\n    apps: 1\n  - app: y\nowner: 1\n')).toHaveLength(4)
  })
})
