import { describe, expect, it } from 'vitest'
import { anAssignment, aVault, contributor, inventoryOf, read, subscription } from '../support/inventory.ts'

describe('Azure role assignments', () => {
  it('reach one resource, whatever the letter case', () => {
    const inventory = inventoryOf(
      [anAssignment('app-1', aVault('Shop', 'KV'))],
      [anAssignment('APP-1', aVault('SHOP', 'kv'))],
    )
    expect(inventory.granted('app-1')).toMatchObject({
      count: 1,
      certain: 1,
      resources: 1,
      wholeScopes: [],
      isWide: false,
    })
  })

  it('at a resource group reach what is known in it, and the group', () => {
    const listed = {
      count: 2,
      data: [{ id: aVault('shop', 'a') }, { id: aVault('shop', 'b') }, { id: aVault('other', 'c') }],
    }
    const inventory = inventoryOf([anAssignment('app-1', `${subscription}/resourceGroups/shop`)], listed)
    const radius = inventory.granted('app-1')
    expect(radius).toMatchObject({ count: 3, resources: 2, isWide: false })
    expect(radius.wholeScopes).toEqual([{ scope: `${subscription}/resourcegroups/shop`, level: 'group' }])
    expect(inventory.grantedResources('app-1', 1)).toEqual([aVault('shop', 'a').toLowerCase()])
  })

  it('at a management group reach the subscriptions below it, by the ancestors that the resource graph lists', () => {
    const groups = '/providers/Microsoft.Management/managementGroups'
    const containers = {
      data: [
        {
          id: subscription,
          type: 'microsoft.resources/subscriptions',
          properties: { managementGroupAncestorsChain: [{ name: 'shop' }, { name: 'acme' }] },
        },
        { id: `${groups}/shop`, properties: { details: { parent: { id: `${groups}/acme` } } } },
      ],
    }
    const inventory = inventoryOf([anAssignment('app-1', `${groups}/acme`)], containers, {
      data: [{ id: aVault('shop', 'a') }],
    })
    expect(inventory.granted('app-1')).toMatchObject({ resources: 1, count: 2, isWide: true })
  })

  it('of a group reach its members, nested groups as well, and groups in a circle end', () => {
    const group = (id: string, ...members: string[]) => ({
      id,
      displayName: id,
      members: members.map((member) => ({ id: member })),
    })
    const inventory = inventoryOf(
      [anAssignment('outer', aVault('shop', 'kv'), undefined, { principalType: 'Group' })],
      { value: [group('outer', 'inner'), group('inner', 'app-1', 'outer')] },
    )
    expect(inventory.granted('app-1').count).toBe(1)
    expect(inventory.identities()).toEqual(['app-1'])
  })

  it('with the right to change a machine can act as the identity that it carries', () => {
    const machine = `${subscription}/resourceGroups/shop/providers/Microsoft.Compute/virtualMachines/vm-1`
    const inventory = inventoryOf(
      [
        anAssignment('deployer', `${subscription}/resourceGroups/shop`, contributor),
        anAssignment('vm-1', aVault('data', 'kv')),
      ],
      { data: [{ id: machine, name: 'vm-1', identity: { principalId: 'vm-1' } }] },
    )
    expect([...inventory.chain('deployer').keys()]).toEqual(['vm-1'])
    expect(inventory.granted('deployer').count).toBe(2)
    expect(inventory.compromise('deployer').count).toBe(3)
    expect(inventory.exposure('vm-1')?.type).toBe('system-assigned')
  })

  it('with a condition are conditional, and count', () => {
    const inventory = inventoryOf([
      anAssignment('app-1', aVault('shop', 'kv'), undefined, { condition: '@Resource[x]' }),
    ])
    expect(inventory.granted('app-1')).toMatchObject({ count: 1, certain: 0 })
  })

  it('are read from ARM lists; role definitions among them are no resources', () => {
    const definition = {
      id: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/x`,
      properties: {},
    }
    const { principalId, roleDefinitionId, scope } = anAssignment('app-1', subscription) as Record<
      string,
      string
    >
    const { facts, problems } = read({
      value: [{ id: '/a', properties: { principalId, roleDefinitionId, scope } }, definition, { x: 1 }],
    } as never)
    expect(facts.map(({ fact }) => fact)).toEqual(['principal', 'grant'])
    expect(problems).toEqual([
      { at: '[2]', message: 'is neither an assignment nor a principal nor a resource' },
    ])
  })
})
