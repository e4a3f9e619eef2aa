import { describe, expect, it } from 'vitest'
import { namedIdentity } from '../../src/connectors/named-identity.ts'

describe('names of machines', () => {
  it.each([
    ['system:serviceaccount:shop:checkout', 'service-account', 'checkout', '', 'container'],
    ['system:serviceaccount:shop:shop', 'service-account', 'shop', '', 'container'],
    ['spiffe://acme.example/ns/shop/sa/checkout', 'spiffe', 'checkout', 'acme.example', 'container'],
    ['spiffe://acme.example/batch/billing', 'spiffe', 'billing', 'acme.example', 'federation'],
    ['spiffe://acme.example', 'spiffe', undefined, 'acme.example', 'federation'],
    ['arn:aws:iam::111122223333:role/team/billing', 'role', 'billing', '111122223333', 'paas'],
    ['checkout@acme-prod.iam.gserviceaccount.com', 'service-account', 'checkout', 'acme-prod', 'paas'],
    ['repo:acme/shop:ref:refs/heads/main', 'federated', undefined, '', 'cicd'],
    ['project_path:globex/portal:ref_type:branch:ref:main', 'federated', undefined, '', 'cicd'],
  ])('%s is a %s', (name, type, shown, tenant, layer) => {
    const named = namedIdentity(name)
    expect(named?.identity).toMatchObject({ id: name, type, tenant })
    expect(named?.identity.name).toBe(shown)
    expect(named?.layer).toBe(layer)
  })

  it('is the role for a session of it, and a person for an IAM user or a session that a person has', () => {
    const session = 'arn:aws:sts::111122223333:assumed-role/billing/i-0abc'
    expect(namedIdentity(session)?.identity.id).toBe('arn:aws:iam::111122223333:role/billing')
    expect(namedIdentity('arn:aws:iam::111122223333:user/robin')?.identity.type).toBe('user')
    const person = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0abc/robin@acme.example'
    expect(namedIdentity(person)?.identity.type).toBe('user')
  })

  it('says which workload and repository a subject is', () => {
    expect(namedIdentity('repo:acme/shop:ref:refs/heads/main')).toMatchObject({
      identity: { repository: 'acme/shop' },
      workload: { kind: 'repository', name: 'acme/shop' },
    })
    expect(namedIdentity('spiffe://acme.example/ns/shop/sa/checkout')).toMatchObject({
      identity: { namespace: 'shop' },
      workload: { kind: 'service', name: 'shop/checkout' },
    })
  })

  it.each([
    'robin',
    'robin@acme.example',
    'system:admin',
    'system:serviceaccount:shop',
    'arn:aws:s3:::bucket',
    '',
  ])('says nothing about %s', (name) => {
    expect(namedIdentity(name)).toBeUndefined()
  })
})
