import { describe, expect, it } from 'vitest'
import {
  lastSegment,
  layerOfResource,
  serviceOf,
  vaultOrWhole,
  workloadOf,
} from '../../src/connectors/azure-resources.ts'

const group = '/subscriptions/s/resourceGroups/acme/providers/'

describe('services', () => {
  it('are spelled one way whatever the record shouts', () => {
    expect(serviceOf('MICROSOFT.STORAGE/STORAGEACCOUNTS/WRITE')).toBe('Microsoft.Storage')
    expect(serviceOf('microsoft.storage/storageaccounts/write')).toBe('Microsoft.Storage')
    expect(serviceOf('MICROSOFT.DBFORPOSTGRESQL/X/WRITE')).toBe('Microsoft.DBforPostgreSQL')
    expect(serviceOf('CONTOSO.WIDGETS/x/write')).toBe('Contoso.Widgets')
  })
})

describe('layers', () => {
  it.each([
    ['Microsoft.Compute/virtualMachines/v', 'vm'],
    ['MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/c', 'container'],
    ['Microsoft.Logic/workflows/w', 'serverless'],
    ['Microsoft.Web/sites/s', 'paas'],
    ['Microsoft.Nobody/knows', 'paas'],
    ['Microsoft.Compute', 'vm'],
  ])('of %s is %s', (resource, layer) => {
    expect(layerOfResource(group + resource)).toBe(layer)
  })
})

describe('workloads', () => {
  it('are named by the resource, but not by an identity that many resources share', () => {
    expect(workloadOf(`${group}Microsoft.Compute/virtualMachines/v-1`)).toEqual({ kind: 'vm', name: 'v-1' })
    expect(workloadOf(`${group}Microsoft.Web/sites/shop/`)).toEqual({ kind: 'resource', name: 'shop' })
    expect(workloadOf(`${group}Microsoft.ManagedIdentity/userAssignedIdentities/u`)).toBeUndefined()
  })
})

describe('paths', () => {
  it('end in their last segment, with or without a slash behind it', () => {
    expect(lastSegment('/a/b/c')).toBe('c')
    expect(lastSegment('/a/b/c/')).toBe('c')
    expect(lastSegment('c')).toBe('c')
  })

  it('of things in a vault end at the vault', () => {
    const vault = '/subscriptions/s/resourcegroups/g/providers/microsoft.keyvault/vaults/v'
    expect(vaultOrWhole(`${vault}/secrets/x`)).toBe(vault)
    expect(vaultOrWhole(vault)).toBe(vault)
    expect(vaultOrWhole('/subscriptions/s/secrets/x')).toBe('/subscriptions/s/secrets/x')
  })
})
