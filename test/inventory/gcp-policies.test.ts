import { describe, expect, it } from 'vitest'
import { inventoryOf, read } from '../support/inventory.ts'

const checkout = 'checkout@acme-prod.iam.gserviceaccount.com'
const deployer = 'deployer@acme-ci.iam.gserviceaccount.com'

function asset(
  resource: string,
  role: string,
  members: string[],
  more: Record<string, string | string[]> = {},
) {
  return { resource, policy: { bindings: [{ role, members }] }, ...more }
}

describe('Google Cloud policies', () => {
  it('reach through organisation, folder and project to the bucket', () => {
    const above = { project: 'projects/42', folders: ['folders/7'], organization: 'organizations/1' }
    const bucket = asset(
      '//storage.googleapis.com/acme-orders',
      'roles/storage.objectViewer',
      [`serviceAccount:${checkout}`],
      above,
    )
    const folder = asset('//cloudresourcemanager.googleapis.com/folders/7', 'roles/viewer', [
      `serviceAccount:${deployer}`,
    ])
    const inventory = inventoryOf([bucket, folder])
    expect(inventory.granted(checkout)).toMatchObject({ count: 1, resources: 1 })
    expect(inventory.grantedResources(deployer, 9)).toEqual(['projects/_/buckets/acme-orders'])
    expect(inventory.granted(deployer)).toMatchObject({ count: 2, isWide: true })
  })

  it('that let somebody make tokens for a service account chain to it', () => {
    const account = `projects/acme-prod/serviceAccounts/${checkout}`
    const inventory = inventoryOf([
      asset(account, 'roles/iam.serviceAccountTokenCreator', [`serviceAccount:${deployer}`]),
      asset('projects/acme-prod/topics/orders', 'roles/pubsub.publisher', [`serviceAccount:${checkout}`]),
    ])
    expect(inventory.compromise(deployer)).toMatchObject({ count: 2, chained: [checkout] })
  })

  it('for a whole project chain to every account in it', () => {
    const inventory = inventoryOf([
      asset('projects/acme-prod', 'roles/iam.serviceAccountUser', [`serviceAccount:${deployer}`]),
      asset('projects/other/topics/orders', 'roles/pubsub.publisher', [`serviceAccount:${checkout}`]),
    ])
    expect(inventory.compromise(deployer)).toMatchObject({ isWide: true, chained: [checkout] })
  })

  it('name a workload pool member as Kubernetes does, and a deleted account without its marks', () => {
    const members = [
      'serviceAccount:acme-prod.svc.id.goog[shop/checkout]',
      `deleted:serviceAccount:${checkout}?uid=1`,
    ]
    const inventory = inventoryOf([
      asset('projects/acme-prod/topics/orders', 'roles/pubsub.publisher', members),
    ])
    expect(inventory.identities()).toEqual(['system:serviceaccount:shop:checkout', checkout])
    expect(inventory.findings(0).map(({ kind, identity }) => [kind, identity])).toEqual([
      ['deleted-but-assigned', checkout],
    ])
  })

  it('give owners of a project what its buckets give to projectOwner', () => {
    const inventory = inventoryOf([
      asset('projects/acme-prod', 'roles/owner', [`serviceAccount:${deployer}`]),
      asset('projects/_/buckets/elsewhere', 'roles/storage.admin', ['projectOwner:acme-prod']),
    ])
    expect(inventory.grantedResources(deployer, 9)).toContain('projects/_/buckets/elsewhere')
  })

  it('without a resource count as one of unknown content, and say so', () => {
    const { facts, problems } = read({
      bindings: [{ role: 'roles/viewer', members: ['allUsers', 'nobody'] }],
      etag: 'x',
    })
    expect(facts.find(({ fact }) => fact === 'grant')).toMatchObject({
      scope: 'unnamed:inventory.json',
      principal: 'allUsers',
    })
    expect(problems).toHaveLength(2)
  })

  it('with a condition are conditional', () => {
    const condition = { title: 'office hours', expression: 'true' }
    const bindings = [{ role: 'roles/viewer', members: [`serviceAccount:${checkout}`], condition }]
    expect(
      inventoryOf([{ resource: 'projects/p/topics/t', policy: { bindings } }]).granted(checkout),
    ).toMatchObject({ count: 1, certain: 0 })
  })
})
