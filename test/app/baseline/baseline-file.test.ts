import { describe, expect, it } from 'vitest'
import { loadBaseline } from '../../../src/app/baseline/baseline-file.ts'
import { problemLine } from '../../../src/app/errors.ts'
import { anAssignmentChange } from '../../support/event.ts'

function problemsOf(text: string): string[] {
  const { baseline, problems } = loadBaseline('baseline.yaml', text, [])
  expect(baseline).toBeUndefined()
  return problems.map((problem) => problemLine(problem).replace('baseline.yaml:', ''))
}

function loaded(text: string, rules: Parameters<typeof loadBaseline>[2] = []) {
  const { baseline, problems } = loadBaseline('baseline.yaml', text, rules)
  expect(problems).toEqual([])
  if (baseline === undefined) throw new Error('no baseline')
  return baseline
}

const principal = 'b64e0f3a-5d28-4c19-8f77-0a9d31c2e585'

describe('a baseline file', () => {
  it('has grants in one line or in several, in the spelling of whoever wrote them', () => {
    const { grants } = loaded(`
grants:
  - {provider: azure, principal: ${principal.toUpperCase()}, role: /providers/Microsoft.Authorization/roleDefinitions/ACDD72A7, scope: /subscriptions/A/}
  - provider: aws
    principal: arn:aws:iam::111122223333:role/shop/checkout
    role: orders-table
    scope: 011122223333
  - { provider: kubernetes, principal: 'system:serviceaccount:shop:checkout', role: ClusterRole/view, scope: namespaces/shop, binding: RoleBinding/shop/x }
  - {provider: kubernetes, principal: "prod/system:serviceaccount:a:b", role: ClusterRole/view, scope: clusters/prod}
  - {provider: postgresql, principal: app, role: reader, scope: ""}
`)
    expect([...grants.values()].map((grant) => Object.values(grant).join(' '))).toEqual([
      `azure ${principal} acdd72a7 /subscriptions/a `,
      'kubernetes prod/system:serviceaccount:a:b ClusterRole/view clusters/prod ',
      'postgresql app reader  ',
      'aws arn:aws:iam::111122223333:role/checkout orders-table 011122223333 ',
      'kubernetes system:serviceaccount:shop:checkout ClusterRole/view clusters/-/namespaces/shop RoleBinding/shop/x',
    ])
  })

  it('has approved actors, and change windows once or recurring, for all changes or for some', () => {
    const baseline = loaded(
      `
grants: []
approvedActors: [terraform, '*@ops.example']
changeWindows:
  - { name: move, reason: The shop moves., start: 2026-06-15T11:00:00Z, duration: 2h, where: { app: shop } }
  - name: patch-day
    reason: Second Sundays.
    start: 2026-01-11 02:00
    timeZone: Europe/Berlin
    duration: 1h
    rrule: FREQ=MONTHLY;BYDAY=2SU
`,
      [{ match: { id: 'checkout' }, app: 'shop' }],
    )
    const account = (time: string, id = 'checkout', actor = 'somebody') =>
      baseline.accountFor(
        anAssignmentChange({
          time: Date.parse(time),
          identity: { id, type: 'role', tenant: '' },
          actor: { id: actor, type: 'role' },
        }),
      )
    expect(account('2026-06-15T11:00:00Z')).toBe('change-window')
    expect(account('2026-06-15T13:00:00Z')).toBeUndefined()
    expect(account('2026-06-15T11:00:00Z', 'search')).toBeUndefined()
    // 02:00 in Berlin, in summer.
    expect(account('2026-06-14T00:00:00Z', 'search')).toBe('change-window')
    expect(account('2026-06-14T01:00:00Z', 'search')).toBeUndefined()
    expect(account('2026-06-21T00:00:00Z', 'search')).toBeUndefined()
    expect(account('2026-06-21T00:00:00Z', 'search', 'ana@ops.example')).toBe('approved-actor')
  })
})

describe('problems', () => {
  const cases: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    ['an empty file', '', ['1:1: error: grants is missing: it is required']],
    [
      'a mistyped section',
      'grant: []\n',
      [
        '1:1: error: unknown field "grant" in the definition; did you mean "grants"? Allowed: grants, approvedActors, changeWindows',
      ],
    ],
    [
      'a provider that there is not',
      'grants:\n  - {provider: azzure, principal: a, role: b, scope: c}\n',
      [
        '2:16: error: the grant.provider must not be "azzure"; did you mean "azure"? Allowed: azure, aws, gcp, kubernetes, vault, spiffe, okta, keycloak, github, auth0, teleport, ping, postgresql, opa, other',
      ],
    ],
    [
      'a field that is missing, and one that is mistyped, beside good lines',
      'grants:\n  - {provider: aws, principal: a, role: b, scope: c}\n  - {provider: aws, principal: a, rol: b, scope: c}\n  - {provider: aws, principal: a, role: b}\n',
      [
        '3:35: error: unknown field "rol" in the grant; did you mean "role"? Allowed: provider, principal, role, scope, binding',
        '4:5: error: the grant.scope is missing: it is required',
      ],
    ],
    [
      'a grant that is given twice, however it is spelled',
      'grants:\n  - {provider: azure, principal: A, role: b, scope: /c}\n  # the same\n  - {provider: azure, principal: a, role: b, scope: /C/}\n',
      ['4:5: error: this grant stands at baseline.yaml:2 already: keep one of them'],
    ],
    [
      'an actor that is everybody',
      "grants: []\napprovedActors: [deployer, '*']\n",
      ['2:28: error: approvedActors[1] "*" would approve everybody: name ids, or globs that say whose'],
    ],
    [
      'a window without an end',
      'grants: []\nchangeWindows:\n  - { name: a, reason: b, start: 2026-06-15T11:00:00Z }\n',
      ['3:5: error: changeWindows[0] needs exactly one of end and duration: neither is given'],
    ],
    [
      'what is no YAML',
      'grants: [\n',
      ['2:1: error: YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
  ]
  it.each(cases)('%s is refused with its place', (_what, text, problems) => {
    const [first, ...rest] = problemsOf(text)
    expect([first, ...rest]).toEqual(problems)
  })

  it('too many actors are refused: each change is held against each of them', () => {
    const actors = Array.from({ length: 501 }, (_, i) => `a${i}`).join(', ')
    expect(problemsOf(`grants: []\napprovedActors: [${actors}]\n`)).toEqual([
      '2:1: error: approvedActors has 501 entries, at most 500: use globs',
    ])
  })
})
