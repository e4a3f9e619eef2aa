import { describe, expect, it } from 'vitest'
import { atOnce } from '../../src/app/steps.ts'
import { survey } from '../../src/inventory/survey.ts'
import { anAssignment, aVault, inventoryOf, subscription } from '../support/inventory.ts'

describe('a survey', () => {
  const rows = [
    ...['a', 'b', 'c'].map((name) => anAssignment('three', aVault('shop', name))),
    ...['a', 'b'].map((name) => anAssignment('two', aVault('shop', name))),
    ...['a', 'b'].map((name) => anAssignment('gone', aVault('shop', name), undefined, { principalName: '' })),
  ]

  it('names the largest radii, sums up the others, and counts each orphan once', () => {
    const { widest, others, orphans, findingCounts, identities } = atOnce(
      survey(inventoryOf(rows), 0, { top: 1 }),
    )
    expect(widest.map(({ identity, granted, used }) => [identity, granted.count, used])).toEqual([
      ['three', 3, 0],
    ])
    expect(others).toEqual({ identities: 2, granted: 2, used: 0 })
    expect([orphans, findingCounts]).toEqual([['gone'], { 'deleted-but-assigned': 1 }])
    expect(identities).toEqual({ known: 3, withRights: 3, wide: 0, granted: 7 })
  })

  it('has the ranking of the inventory, cut off, and says what is granted and not used', () => {
    const inventory = inventoryOf([...rows, anAssignment('wide', subscription)])
    for (const top of [1, 2, 3, 9]) {
      const { ranking } = atOnce(survey(inventory, 0, { top }))
      const expected = inventory.ranking().map((exposure) => ({
        ...exposure,
        unused: inventory.excess(exposure.identity),
      }))
      expect(ranking).toEqual(expected.slice(0, top))
    }
  })

  it('does in steps what it does at once', () => {
    const inventory = inventoryOf(rows)
    expect([...survey(inventory, 0, { top: 2 })].length).toBeGreaterThanOrEqual(3)
  })
})
