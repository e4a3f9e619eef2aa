import { describe, expect, it } from 'vitest'
import { byText } from '../../src/inventory/names.ts'
import { allow, anAccount, aRole, inventoryOf, read, roleArn, type Statement } from '../support/inventory.ts'

const orders = 'arn:aws:s3:::acme-orders'
const account = 'arn:aws:iam::111122223333:root'

describe('AWS policies', () => {
  it('reach a bucket once, by itself and by its objects', () => {
    const statements = [allow('s3:ListBucket', orders), allow(['s3:GetObject'], `${orders}/*`)]
    expect(inventoryOf(anAccount(aRole({ name: 'app', statements }))).granted(roleArn('app'))).toMatchObject({
      count: 1,
      wholeScopes: [],
    })
  })

  it('on everything of a service are one whole scope and what is known of it', () => {
    const inventory = inventoryOf(
      anAccount(
        aRole({ name: 'app', statements: [allow('s3:*', '*')] }),
        aRole({
          name: 'other',
          statements: [
            allow('s3:GetObject', orders),
            allow('sqs:*', 'arn:aws:sqs:eu-west-1:111122223333:jobs'),
          ],
        }),
      ),
    )
    expect(inventory.granted(roleArn('app'))).toMatchObject({ count: 2, resources: 1, isWide: false })
  })

  it('on everything are as wide as the account', () => {
    const admin = {
      AttachedManagedPolicies: [
        { PolicyName: 'A', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      ],
    }
    const inventory = inventoryOf(
      anAccount(
        aRole({ name: 'inline', statements: [allow('*', '*')] }),
        aRole({ name: 'attached', more: admin }),
      ),
    )
    for (const name of ['inline', 'attached'])
      expect(inventory.granted(roleArn(name))).toMatchObject({ isWide: true, certain: 1 })
  })

  it('that are attached and not listed count as one scope of unknown content', () => {
    const more = { AttachedManagedPolicies: [{ PolicyName: 'X', PolicyArn: 'arn:aws:iam::aws:policy/Some' }] }
    expect(inventoryOf(anAccount(aRole({ name: 'app', more }))).granted(roleArn('app')).wholeScopes).toEqual([
      { scope: 'policy:arn:aws:iam::aws:policy/Some', level: 'unknown' },
    ])
  })

  it.each([
    [
      'a condition',
      [allow('s3:GetObject', orders, { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
    ],
    ['NotResource', [{ Effect: 'Allow', Action: 's3:*', NotResource: orders }]],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: orders }]],
    ['a policy variable', [allow('s3:*', 'arn:aws:s3:::home-$' + '{aws:username}')]],
    ['a denial of a part', [allow('s3:*', orders), { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' }]],
  ])('with %s are marked as conditional, neither granted nor dropped', (_, statements) => {
    const radius = inventoryOf(anAccount(aRole({ name: 'app', statements }))).granted(roleArn('app'))
    expect(radius).toMatchObject({ count: 1, certain: 0 })
  })

  it('of an identity with a permissions boundary are conditional; a denial elsewhere takes nothing away', () => {
    const statements = [allow('s3:*', orders)]
    const bounded = { PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/b' } }
    const denies = [...statements, { Effect: 'Deny', Action: 'sqs:*', Resource: '*' }]
    const inventory = inventoryOf(
      anAccount(aRole({ name: 'a', statements, more: bounded }), aRole({ name: 'b', statements: denies })),
    )
    expect(inventory.granted(roleArn('a'))).toMatchObject({ count: 1, certain: 0 })
    expect(inventory.granted(roleArn('b'))).toMatchObject({ count: 1, certain: 1 })
  })

  it('in pages are one account; an inline policy that cannot be read is a problem and an unknown scope', () => {
    const role = aRole({
      name: 'app',
      more: { RolePolicyList: [{ PolicyName: 'broken', PolicyDocument: '%7B' }] },
    })
    const { facts, problems } = read([
      anAccount(role),
      { RoleDetailList: [aRole({ name: 'next' })], IsTruncated: true },
    ])
    expect(problems).toEqual([
      { at: 'RoleDetailList[0]', message: 'the inline policy broken has no document that can be read' },
    ])
    expect(facts.filter(({ fact }) => fact === 'principal')).toHaveLength(2)
    expect(facts.filter(({ fact }) => fact === 'complete')).toHaveLength(1)
  })
})

describe('AWS trust', () => {
  const data = [allow('dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders')]

  it('that names a role chains to it, through several and around a circle', () => {
    const inventory = inventoryOf(
      anAccount(
        aRole({ name: 'a', path: '/team/', trusts: { AWS: roleArn('c') } }),
        aRole({ name: 'b', trusts: { AWS: [roleArn('team/a')] } }),
        aRole({ name: 'c', trusts: { AWS: roleArn('b') }, statements: data }),
      ),
    )
    expect([...inventory.chain(roleArn('a')).keys()].sort(byText)).toEqual([roleArn('b'), roleArn('c')])
    expect(inventory.granted(roleArn('a')).count).toBe(0)
    expect(inventory.compromise(roleArn('a'))).toMatchObject({ count: 1, certain: 1 })
  })

  it('in the whole account takes a right to assume as well', () => {
    const trusts = { AWS: account }
    const inventory = inventoryOf(
      anAccount(
        aRole({ name: 'data', trusts, statements: data }),
        aRole({ name: 'may', statements: [allow('sts:AssumeRole', roleArn('data'))] }),
        aRole({ name: 'any', statements: [allow('sts:*', '*')] }),
        aRole({ name: 'may-not', statements: [allow('sts:AssumeRole', roleArn('else'))] }),
      ),
    )
    const reached = ['may', 'any', 'may-not'].map((name) => inventory.compromise(roleArn(name)).count)
    expect(reached).toEqual([1, 1, 0])
  })

  it('in everyone is open to the account, and a finding', () => {
    const inventory = inventoryOf(
      anAccount(aRole({ name: 'open', trusts: { AWS: '*' }, statements: data }), aRole({ name: 'a' })),
    )
    expect([...inventory.chain(roleArn('a')).keys()]).toEqual([roleArn('open')])
    expect(inventory.findings(0)).toContainEqual({
      kind: 'open-to-everyone',
      identity: roleArn('open'),
      message: 'anyone may assume it',
    })
  })

  it('in everyone takes a right of its own from another account', () => {
    const foreign = (name: string) => `arn:aws:iam::444455556666:role/${name}`
    const other = (name: string, statements: readonly Statement[]) =>
      aRole({ name, statements, more: { Arn: foreign(name) } })
    const inventory = inventoryOf(
      anAccount(aRole({ name: 'open', trusts: { AWS: '*' }, statements: data })),
      anAccount(other('idle', []), other('may', [allow('sts:AssumeRole', roleArn('open'))])),
    )
    expect(inventory.chain(foreign('idle')).size).toBe(0)
    expect([...inventory.chain(foreign('may')).keys()]).toEqual([roleArn('open')])
  })

  it('in a web identity names the Kubernetes service account that may act as the role', () => {
    const issuer = 'oidc.eks.example/id/1'
    const subject = 'system:serviceaccount:shop:checkout'
    const document = JSON.stringify({
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
        Condition: { StringEquals: { [`${issuer}:sub`]: subject } },
      },
    })
    const role = aRole({
      name: 'irsa',
      statements: data,
      more: { AssumeRolePolicyDocument: encodeURIComponent(document) },
    })
    const accounts = {
      kind: 'ServiceAccount',
      apiVersion: 'v1',
      metadata: { namespace: 'shop', name: 'checkout' },
    }
    const inventory = inventoryOf(anAccount(role), accounts)
    expect(inventory.compromise(subject)).toMatchObject({ count: 1, chained: [roleArn('irsa')] })
  })
})
