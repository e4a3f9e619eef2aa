import { describe, expect, it } from 'vitest'
import type { AssignmentChange } from '../../../src/events/event.ts'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'
import { aBaseline } from '../../support/drift.ts'
import { anAssignmentChange, noon } from '../../support/event.ts'

const grant: HeldGrant = { provider: 'azure', principal: 'identity-1', role: 'reader', scope: '/' }
const bound: HeldGrant = {
  provider: 'kubernetes',
  principal: 'prod/system:serviceaccount:shop:checkout',
  role: 'ClusterRole/view',
  scope: 'clusters/prod/namespaces/shop',
  binding: 'prod/RoleBinding/shop/checkout-view',
}
const baseline = aBaseline([grant, bound])

function onCluster(changes: Partial<AssignmentChange>): AssignmentChange {
  const id = changes.principal ?? 'system:serviceaccount:shop:checkout'
  return anAssignmentChange({
    provider: 'kubernetes',
    identity: { id, type: 'unknown', tenant: 'prod' },
    principal: id,
    role: 'ClusterRole/view',
    scope: 'namespaces/shop',
    ...changes,
  })
}

describe('a change', () => {
  it('is expected where it leads to the baseline: what belongs there is granted, what does not is removed', () => {
    const op = (op: AssignmentChange['op'], role = 'reader') =>
      baseline.accountFor(anAssignmentChange({ op, role }))
    expect([op('granted'), op('changed'), op('removed', 'owner')]).toEqual([
      'baseline',
      'baseline',
      'baseline',
    ])
    expect([op('removed'), op('granted', 'owner'), op('changed', 'owner')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('is unexpected where the record does not say whose right it is, or which, whatever was done', () => {
    for (const op of ['granted', 'removed', 'changed'] as const)
      for (const gap of [{ principal: 'unknown' }, { role: 'unknown' }, { role: '' }, { principal: '' }])
        expect(baseline.accountFor(anAssignmentChange({ op, ...gap }))).toBeUndefined()
  })

  it('is told apart by provider, principal, role and scope', () => {
    const one = { ...grant, principal: 'x' }
    const only = aBaseline([one])
    const change = { principal: 'x', identity: { id: 'x', type: 'role', tenant: '' } } as const
    expect(only.accountFor(anAssignmentChange(change))).toBe('baseline')
    for (const other of [{ provider: 'okta' }, { role: 'owner' }, { scope: '/subscriptions/1' }] as const)
      expect(only.accountFor(anAssignmentChange({ ...change, ...other }))).toBeUndefined()
  })

  it('that deletes a binding is held against the grants of that binding', () => {
    const deletion = (principal: string) =>
      baseline.accountFor(onCluster({ op: 'removed', principal, role: principal }))
    expect(deletion('RoleBinding/shop/checkout-view')).toBeUndefined()
    expect(deletion('RoleBinding/shop/*')).toBeUndefined()
    expect(deletion('RoleBinding/shop/other')).toBe('baseline')
    expect(deletion('RoleBinding/search/*')).toBe('baseline')
    expect(deletion('ClusterRoleBinding/checkout-view')).toBe('baseline')
  })

  it('to the rules of a role, or to a binding whose subjects nobody names, is unexpected', () => {
    for (const principal of ['ClusterRole/view', 'Role/shop/writer', 'RoleBinding/shop/checkout-view'])
      expect(baseline.accountFor(onCluster({ op: 'changed', principal, role: principal }))).toBeUndefined()
    expect(baseline.accountFor(onCluster({ op: 'changed' }))).toBe('baseline')
  })

  it('of a person is found by the pseudonym and by the id', () => {
    const raw = anAssignmentChange({
      principal: 'Jane',
      identity: { id: 'Jane', type: 'user', tenant: '' },
    })
    const shown = { ...raw, principal: 'p_1', identity: { ...raw.identity, id: 'p_1' } }
    for (const principal of ['p_1', 'jane'])
      expect(aBaseline([{ ...grant, principal }]).accountFor(shown, raw)).toBe('baseline')
    expect(aBaseline([{ ...grant, principal: 'p_2' }]).accountFor(shown, raw)).toBeUndefined()
  })
})

describe('approved actors', () => {
  const by = (pattern: string, change: Partial<AssignmentChange>, raw = anAssignmentChange(change)) =>
    aBaseline([], { approvedActors: ['nobody', pattern] }).accountFor(anAssignmentChange(change), raw)

  it('account for whatever they change, by id or glob, as their provider spells ids', () => {
    const aws = { provider: 'aws', actor: { id: 'arn:aws:iam::1:role/ci/terraform', type: 'role' } } as const
    expect(by('arn:aws:iam::1:role/terraform', aws)).toBe('approved-actor')
    expect(by('arn:aws:iam::1:role/ci/terraform', aws)).toBe('approved-actor')
    expect(by('arn:aws:iam::*:role/terra*', aws)).toBe('approved-actor')
    expect(by('arn:aws:iam::2:role/terraform', aws)).toBeUndefined()
    const azure = { actor: { id: 'ABCD-01', type: 'service-principal' } } as const
    expect(by('abcd-01', azure)).toBe('approved-actor')
    expect(by('deploy*', { actor: { id: 'x', name: 'deployer', type: 'role' } })).toBeUndefined()
  })

  it('may be people, by their id or their pseudonym', () => {
    const raw = anAssignmentChange({ provider: 'gcp', actor: { id: 'ana@acme.example', type: 'user' } })
    const shown = { provider: 'gcp', actor: { id: 'p_1', type: 'user' } } as const
    expect(by('*@acme.example', shown, raw)).toBe('approved-actor')
    expect(by('p_1', shown, raw)).toBe('approved-actor')
    expect(by('p_2', shown, raw)).toBeUndefined()
  })
})

describe('change windows', () => {
  it('account for what lies in them, by the time of the event', () => {
    const open = aBaseline([], { isInWindow: ({ time }) => time >= noon && time < noon + 10 })
    expect(open.accountFor(anAssignmentChange())).toBe('change-window')
    expect(open.accountFor(anAssignmentChange({ time: noon + 10 }))).toBeUndefined()
  })
})
