import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { anAssignment, aVault, subscription } from '../../support/inventory.ts'
import { Workspace } from '../../support/workspace.ts'

const binding = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ops}
roleRef: {kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, namespace: ops, name: runner}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {namespace: ops, name: runner}
`

const assignments = JSON.stringify([
  anAssignment('wide', subscription),
  anAssignment('narrow', aVault('shop', 'kv')),
  anAssignment('jane@acme.example', aVault('shop', 'kv'), undefined, { principalType: 'User' }),
])

describe('inventory', () => {
  it('ranks identities over files of all providers, the widest first, people by their pseudonyms', async () => {
    using workspace = new Workspace()
    workspace.write('a.json', assignments)
    workspace.write('rbac.yaml', binding)
    const { code, out, err } = await captured([
      'inventory',
      workspace.path,
      '--cluster',
      'prod',
      '-o',
      'json',
    ])
    expect([code, err]).toEqual([0, ''])
    const report = JSON.parse(out)
    expect(report.identities).toEqual({ known: 4, withRights: 4, wide: 2, granted: 5 })
    const ranked = report.ranking.map((row: { identity: string; compromise: { count: number } }) => [
      row.identity,
      row.compromise.count,
    ])
    expect(ranked.slice(0, 3)).toEqual([
      ['wide', 2],
      ['prod/system:serviceaccount:ops:runner', 1],
      ['narrow', 1],
    ])
    expect(out).not.toContain('jane')
  })

  it('shows a table, says what it could not read, and exits 1 when there is something to clean up', async () => {
    using workspace = new Workspace()
    const gone = anAssignment('gone', subscription, undefined, { principalName: '' })
    const file = workspace.write('lines.json', `${JSON.stringify([gone])}\n`)
    const other = workspace.write('other.json', '{"a": 1}\n{"b": 2}\n')
    const broken = workspace.write('broken.yaml', 'a: [')
    const { code, out, err } = await captured(['inventory', file, other, broken])
    expect(code).toBe(1)
    expect(out).toMatch(/^1 identities, 1 with rights, 1 reach a whole account or more\n/)
    expect(out).toContain(`service-principal      ≥ 1        1            0        0  ${subscription}`)
    expect(out).toMatch(/deleted-but-assigned +gone +is deleted and still holds 1 right/)
    expect(err.match(/is no inventory that is known/g)).toHaveLength(2)
    expect(err).toContain(`${broken}: document 1 is neither JSON nor YAML`)
  })

  it('names the file that is not there', async () => {
    const { code, err } = await captured(['inventory', 'nowhere.json'])
    expect(code).toBe(4)
    expect(err).toContain('nowhere.json does not exist')
  })
})
