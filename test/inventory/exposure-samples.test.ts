import { describe, expect, it } from 'vitest'
import { exposureSamples, isWithin } from '../../src/inventory/exposure-samples.ts'
import { anAssignment, aVault, inventoryOf, subscription } from '../support/inventory.ts'

describe('exposure samples', () => {
  it('name the largest radii, sum up the others, and count each orphan once', () => {
    const rows = [
      ...['a', 'b', 'c'].map((name) => anAssignment('three', aVault('shop', name))),
      ...['a', 'b'].map((name) => anAssignment('two', aVault('shop', name))),
      ...['a', 'b'].map((name) =>
        anAssignment('gone', aVault('shop', name), undefined, { principalName: '' }),
      ),
    ]
    expect(exposureSamples(inventoryOf(rows), 0, 1)).toEqual({
      top: [{ identity: 'three', provider: 'azure', granted: 3, used: 0 }],
      rest: { identities: 2, granted: 2, used: 0 },
      orphaned: 1,
    })
  })

  it('call a radius within the limit up to it, and never a whole subscription', () => {
    const inventory = inventoryOf([
      anAssignment('wide', subscription),
      anAssignment('narrow', aVault('shop', 'kv')),
    ])
    expect(isWithin(inventory.granted('narrow'), 1)).toBe(true)
    expect(isWithin(inventory.granted('narrow'), 0)).toBe(false)
    expect(isWithin(inventory.granted('wide'), 1000)).toBe(false)
  })
})
