/** Radii over public inventories, counted by hand: docs/inventory.md says how. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { attributionOf } from '../../src/app/attribution.ts'
import { readInventoryFiles } from '../../src/app/inventory-files.ts'
import { Inventory } from '../../src/inventory/inventory.ts'

const samples = fileURLToPath(new URL('../../../shared/samples/inventory/', import.meta.url))
const hasSamples = existsSync(samples)

/** People keep their names here: the numbers were counted by them. */
const attribution = attributionOf([], 'key', { people: false, machines: false })

function load(...paths: readonly string[]) {
  const inventory = new Inventory()
  const readings = readInventoryFiles(
    paths.map((path) => join(samples, path)),
    '',
    attribution,
  )
  for (const { snapshot } of readings) inventory.replace(snapshot)
  return { inventory, readings, problems: readings.flatMap(({ problems }) => problems) }
}

describe.skipIf(!hasSamples)('the sample inventories (left out where ../shared/samples is absent)', () => {
  it('give facts or a problem for every file, and never throw', () => {
    const { readings, inventory } = load('.')
    expect(readings.length).toBeGreaterThan(100)
    inventory.ranking()
    inventory.findings(Date.UTC(2026, 10, 22))
  })

  it('Azure: 74 assignments to 62 principals, at one subscription, two management groups and the root', () => {
    const { inventory, problems } = load('azure-role-assignments')
    expect(problems).toEqual([])
    const subscription = '/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47'
    const counts = inventory.identities().map((key) => inventory.granted(key))
    // 59 hold roles at the subscription only: it, and the one machine that is listed in it; so does the one at the root.
    expect(counts.filter(({ count }) => count === 2)).toHaveLength(60)
    expect(counts.filter(({ wholeScopes }) => wholeScopes[0]?.scope === '/')).toHaveLength(1)
    expect(inventory.granted('01330632-bd30-4ba8-9000-453d8a8e13ba')).toEqual({
      count: 2,
      certain: 2,
      resources: 1,
      wholeScopes: [{ scope: subscription, level: 'account' }],
      isWide: true,
    })
    expect(inventory.granted('cc851160-f3f3-4d8a-860f-7f1dcfe1b2f7').count).toBe(3)
    expect(inventory.granted('139efc82-0e5b-4998-b30a-ce40b9b942db').count).toBe(4)
  })

  it('AWS: the roles of the cloudmapper account, one of which anyone may assume', () => {
    const { inventory } = load('aws-authz-details/cloudmapper-iam-get-account-authorization-details.json')
    const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
    const granted = (name: string) => inventory.granted(role(name))
    // The bucket and its objects, one repository in any region, and what ECR gives on everything.
    expect(granted('level1')).toMatchObject({ count: 3, certain: 3, resources: 1, isWide: false })
    expect(granted('level3')).toMatchObject({ count: 2, resources: 1 })
    expect(granted('exfiller')).toMatchObject({ count: 2, resources: 1 })
    // `*` on everything, the eight services of the policy for Systems Manager, and the bucket.
    expect(granted('bad_role')).toMatchObject({ count: 10, resources: 1, isWide: true })
    expect(inventory.chain(role('level1'))).toEqual(new Map([[role('bad_role'), { isCertain: true }]]))
    // As bad_role it reaches all of that, and the repository and ECR besides.
    expect(inventory.compromise(role('level1')).count).toBe(12)
    expect(inventory.granted('arn:aws:iam::aws:user/USER').count).toBe(9)
    expect(inventory.findings(0)).toContainEqual({
      kind: 'open-to-everyone',
      identity: role('bad_role'),
      message: 'anyone may assume it',
    })
  })

  it('AWS: a user who is an administrator by a group, whose policy is not listed', () => {
    const { inventory } = load('aws-authz-details/example_authz_v2.json')
    expect(inventory.granted('arn:aws:iam::012345678901:user/BlakeBortles')).toMatchObject({
      isWide: true,
      count: 2,
    })
    expect(inventory.granted('arn:aws:iam::012345678901:role/GOAT')).toMatchObject({
      isWide: false,
      count: 2,
      resources: 1,
    })
  })

  it('AWS: static keys by their age, and when each was last used', () => {
    const { inventory } = load('aws-authz-details/cloudmapper-iam-get-credential-report.json')
    const old = inventory.findings(Date.UTC(2019, 7, 10)).filter(({ kind }) => kind === 'static-key-old')
    expect(old.map(({ message }) => message)).toEqual([
      'access-key is 259 days old',
      'access-key is 94 days old',
      'access-key is 94 days old',
      'access-key is 459 days old',
    ])
  })

  it('Google Cloud: members by the number of different policies that name them', () => {
    const { inventory } = load('gcp-iam-policy')
    const count = (member: string) => inventory.granted(member).count
    expect(count('dkhanas@gmail.com')).toBe(6)
    expect(count('first_last@example.com')).toBe(3)
    expect(inventory.granted('cloud-logs@system.gserviceaccount.com')).toMatchObject({
      count: 3,
      resources: 3,
      wholeScopes: [],
    })
    expect(count('vitalii-kanivets@gcp-lab-custodian.iam.gserviceaccount.com')).toBe(2)
    expect(inventory.findings(0).map(({ identity, message }) => [identity, message])).toEqual([
      ['allUsers', 'everyone holds 3 rights'],
      ['allAuthenticatedUsers', 'everyone holds 3 rights'],
    ])
  })

  it('Kubernetes: fourteen roles without a binding reach nothing', () => {
    const { inventory, readings } = load('k8s-rbac')
    expect(
      readings.flatMap(({ snapshot }) => snapshot.facts).filter(({ fact }) => fact === 'role'),
    ).toHaveLength(14)
    expect(inventory.identities()).toEqual([])
  })
})
