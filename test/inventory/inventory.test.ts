import { describe, expect, it } from 'vitest'
import type { AssignmentChange, IdentityEvent, TokenUse } from '../../src/events/event.ts'
import { Inventory, workloadFamily } from '../../src/inventory/inventory.ts'
import { Learned } from '../../src/inventory/learned.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { anAssignmentChange, aTokenUse } from '../support/event.ts'
import {
  allow,
  anAccount,
  anAssignment,
  aRole,
  aVault,
  inventoryOf,
  read,
  reader,
  roleArn,
  takenAt,
} from '../support/inventory.ts'

const identity = { id: 'app-1', type: 'service-principal', tenant: 't' } as const
const vault = aVault('shop', 'kv')

function change(changes: Partial<AssignmentChange>): AssignmentChange {
  return anAssignmentChange({
    identity,
    principal: 'app-1',
    role: reader,
    scope: vault,
    time: takenAt + 1,
    ...changes,
  })
}

function use(resource: string, changes: Partial<TokenUse> = {}): TokenUse {
  return aTokenUse({ identity, resource, ...changes })
}

function applied(inventory: Inventory, ...events: readonly IdentityEvent[]): Inventory {
  for (const event of events) inventory.apply(event)
  return inventory
}

describe('the newest statement about a right', () => {
  it('is an event later than the snapshot, and not one before it', () => {
    const listed = () => inventoryOf([anAssignment('app-1', vault)])
    expect(applied(listed(), change({ op: 'removed' })).granted('app-1').count).toBe(0)
    expect(applied(listed(), change({ op: 'removed', time: takenAt - 1 })).granted('app-1').count).toBe(1)
    expect(applied(listed(), change({ scope: aVault('shop', 'b') })).granted('app-1').count).toBe(2)
  })

  it('is the later of two events in whichever order they come, and a removal at the same instant', () => {
    const events = [
      change({ op: 'removed', time: 5 }),
      change({ op: 'granted', time: 5 }),
      change({ op: 'granted', time: 4 }),
    ]
    for (const order of [events, events.toReversed()])
      expect(applied(new Inventory(), ...order).granted('app-1').count).toBe(0)
    expect(applied(new Inventory(), ...events, change({ time: 6 })).granted('app-1').count).toBe(1)
  })

  it('holds at once when the graph is built already, also for the members of a group', () => {
    const inventory = inventoryOf([], { value: [{ id: 'group', members: [{ id: 'app-1' }] }] })
    expect(inventory.granted('app-1').count).toBe(0)
    applied(
      inventory,
      change({ identity: { ...identity, id: 'group', type: 'unknown' }, principal: 'group' }),
    )
    expect(inventory.granted('app-1').count).toBe(1)
  })

  it('of an account that is listed whole is the listing: what it lacks is gone', () => {
    const role = { id: roleArn('app'), type: 'role', tenant: '111122223333' } as const
    const granted = (time: number) =>
      change({ provider: 'aws', identity: role, principal: role.id, role: 'own', scope: role.tenant, time })
    const account = anAccount(aRole({ name: 'app', path: '/team/', more: { RolePolicyList: [] } }))
    expect(applied(inventoryOf(account), granted(takenAt - 1)).granted(role.id).count).toBe(0)
    expect(applied(inventoryOf(account), granted(takenAt + 1)).granted(role.id).count).toBe(1)
  })

  it('of an AWS policy by its name meets the policy in the listing, with or without a path', () => {
    const account = anAccount(
      aRole({ name: 'app', path: '/team/', statements: [allow('s3:*', 'arn:aws:s3:::acme-orders')] }),
    )
    const role = { id: 'arn:aws:iam::111122223333:role/app', type: 'role', tenant: '111122223333' } as const
    const removal = change({
      provider: 'aws',
      identity: role,
      principal: role.id,
      role: 'own',
      scope: role.tenant,
      op: 'removed',
    })
    const inventory = inventoryOf(account)
    expect(inventory.granted(role.id).count).toBe(1)
    expect(applied(inventory, removal).granted('arn:aws:iam::111122223333:role/app').count).toBe(0)
  })

  it('of a Kubernetes binding that was deleted takes its right away', () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'shop' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'checkout', namespace: 'shop' }],
    }
    const inventory = inventoryOf(binding)
    const account = 'system:serviceaccount:shop:checkout'
    expect(inventory.granted(account).count).toBe(1)
    const gone = { id: 'RoleBinding/shop/b', type: 'unknown', tenant: '' } as const
    applied(
      inventory,
      change({
        provider: 'kubernetes',
        identity: gone,
        principal: gone.id,
        role: gone.id,
        scope: 'namespaces/shop',
        op: 'removed',
      }),
    )
    expect(inventory.granted(account).count).toBe(0)
    expect(inventory.identities()).toEqual([account])
  })

  it('in a newer snapshot replaces all of its source, and an older snapshot changes nothing', () => {
    const inventory = new Inventory()
    const facts = (...scopes: string[]) => read(scopes.map((scope) => anAssignment('app-1', scope))).facts
    inventory.replace({ source: 'a', takenAt: 2, facts: facts(vault, aVault('shop', 'b')) })
    inventory.replace({ source: 'a', takenAt: 1, facts: facts() })
    expect(inventory.granted('app-1').count).toBe(2)
    inventory.replace({ source: 'a', takenAt: 3, facts: facts(vault) })
    expect(inventory.granted('app-1').count).toBe(1)
  })
})

describe('use', () => {
  it('is set against what is granted: the rest is in excess', () => {
    const inventory = inventoryOf([anAssignment('app-1', vault), anAssignment('app-1', aVault('shop', 'b'))])
    applied(
      inventory,
      use(vault.toUpperCase()),
      use(aVault('other', 'c')),
      use(aVault('shop', 'b'), { decision: 'forbidden', outcome: 'failure' }),
    )
    expect([...inventory.used('app-1').keys()]).toEqual([
      vault.toLowerCase(),
      aVault('other', 'c').toLowerCase(),
    ])
    expect(inventory.excess('app-1')).toBe(1)
  })

  it('makes the content of a scope known', () => {
    const inventory = inventoryOf([anAssignment('app-1', vault.split('/providers')[0] ?? '')])
    expect(inventory.granted('app-1').resources).toBe(0)
    expect(applied(inventory, use(vault)).granted('app-1').resources).toBe(1)
  })

  it('by several workloads is sharing; replicas of one are not', () => {
    const by = (name: string) => use(vault, { workload: { kind: 'pod', name } })
    const inventory = applied(new Inventory(), by('web-7d9f8b6c5d-x2x9k'), by('web-7d9f8b6c5d-abcde'))
    expect(inventory.shared()).toEqual([])
    expect(applied(inventory, by('job-6b5c4d3e2f-abcde')).shared()).toEqual([
      { identity: 'app-1', workloads: ['pod/job', 'pod/web'], repositories: [] },
    ])
    expect(workloadFamily('vm/web-12')).toBe('vm/web')
  })
})

const hour = 3_600_000

describe('what was learned', () => {
  it('is bounded: the oldest goes, and is counted', () => {
    const limits = { identities: 1, usedPerIdentity: 2, workloadsPerIdentity: 2, statementsPerIdentity: 1 }
    const learned = new Learned(limits)
    for (const [i, name] of ['c', 'a', 'b'].entries()) learned.learn(use(aVault('shop', name), { time: i }))
    for (const time of [1, 2]) learned.learn(change({ time, scope: aVault('shop', `${time}`) }))
    learned.learn(use(vault, { identity: { ...identity, id: 'app-2' } }))
    const lesson = learned.lessons.get('app-1')
    expect([...(lesson?.used.keys() ?? [])]).toEqual(
      [aVault('shop', 'a'), aVault('shop', 'b')].map((id) => id.toLowerCase()),
    )
    expect([...(lesson?.statements.values() ?? [])].map(({ time }) => time)).toEqual([2])
    expect(learned.forgotten).toBe(3)
  })

  it('survives a restart in chunks of what changed, and forgets uses before the floor', () => {
    const store = new ChunkStore()
    const before = applied(
      new Inventory(),
      change({}),
      use(vault, { time: hour + 10 }),
      use(aVault('shop', 'b'), { time: 2 * hour + 20 }),
    )
    const state = {
      kind: 'identity.change',
      op: 'disabled',
      actor: { id: 'x', type: 'unknown' },
      time: 9,
    } as const
    before.apply({ ...use(vault), ...state } as IdentityEvent)
    before.learned.prune(2 * hour)
    store.save(before.learned)
    const after = new Inventory()
    store.restore(after.learned)
    expect(after.learned.lessons).toEqual(before.learned.lessons)
    expect(after.exposure('app-1')).toEqual(before.exposure('app-1'))
    expect([...after.used('app-1').values()]).toEqual([2 * hour])
    expect(after.findings(0).map(({ kind }) => kind)).toEqual(['disabled-but-assigned'])
  })
})
