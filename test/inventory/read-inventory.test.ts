import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/connectors/connector.ts'
import { Inventory } from '../../src/inventory/inventory.ts'
import { pseudonymous } from '../../src/inventory/pseudonymous.ts'
import { allow, anAccount, anAssignment, aRole, aVault, read, roleArn } from '../support/inventory.ts'

describe('any document', () => {
  it('gives facts or problems that can be built, and never throws', () => {
    const words = fc.constantFrom(
      'value',
      'data',
      'bindings',
      'members',
      'role',
      'kind',
      'items',
      'metadata',
      'RoleDetailList',
      'Arn',
      'id',
      'properties',
      'principalId',
      'roleDefinitionId',
      'policy',
      'resource',
      'interactions',
      'response',
      'body',
      'headers',
      'rules',
      'subjects',
      'roleRef',
      'apiVersion',
      'AssumeRolePolicyDocument',
      'Statement',
      'Role',
      'Content',
      'ReportFormat',
      'identity',
      'email',
      'name',
    )
    const leaves = fc.oneof(
      fc.string(),
      fc.constantFrom('/', '//', 'arn:', '*', 'List', '%', 'serviceAccount:', 'a/keys/b'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    )
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        leaves,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(words, tie('tree'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (document) => {
        const { facts } = read(document)
        const inventory = new Inventory()
        inventory.replace({ source: 's', takenAt: 0, facts })
        inventory.ranking()
        inventory.findings(0)
      }),
      { numRuns: 500 },
    )
  })

  it('that is no inventory says so', () => {
    for (const document of ['text', 7, null, [1], { a: 1 }]) expect(read(document).problems).toHaveLength(1)
    expect(read([]).problems).toEqual([])
  })

  it('inside a recorded exchange is read, and its problems say where', () => {
    const body = JSON.stringify({ value: [anAssignment('app-1', aVault('shop', 'kv')), {}] })
    const cassette = {
      version: 1,
      interactions: [{ request: { uri: 'https://x' }, response: { body: { string: body } } }],
    }
    const { facts, problems } = read(cassette)
    expect(facts).toHaveLength(2)
    expect(problems[0]?.at).toBe('interactions[0].[1]')
    expect(read({ status_code: 200, data: { Roles: [aRole({ name: 'a' })] } }).facts.length).toBeGreaterThan(
      0,
    )
    const url = 'https://pubsub.googleapis.com/v1/projects/acme/topics/orders:getIamPolicy?alt=json'
    const policy = {
      headers: { 'content-location': url },
      body: { bindings: [{ role: 'r', members: ['allUsers'] }] },
    }
    expect(read(policy).facts.find(({ fact }) => fact === 'grant')).toMatchObject({
      scope: 'projects/acme/topics/orders',
    })
  })
})

describe('people', () => {
  it('have the pseudonyms of their events, in every fact; machines stay readable', () => {
    const user = {
      UserName: 'jane.doe',
      Arn: 'arn:aws:iam::111122223333:user/jane.doe',
      GroupList: ['admins'],
      UserPolicyList: [
        { PolicyName: 'own', PolicyDocument: { Statement: [allow('s3:*', 'arn:aws:s3:::a')] } },
      ],
    }
    const role = aRole({ name: 'app', trusts: { AWS: user.Arn } })
    const { facts } = read({ ...(anAccount(role) as object), UserDetailList: [user] } as JsonValue)
    const shown = pseudonymous(facts, { people: true, machines: false }, () => 'p_1')
    expect(JSON.stringify(shown)).not.toContain('jane')
    const inventory = new Inventory()
    inventory.replace({ source: 's', takenAt: 0, facts: shown })
    expect(inventory.granted('p_1').count).toBe(1)
    expect([...inventory.chain('p_1').keys()]).toEqual([roleArn('app')])
  })
})
