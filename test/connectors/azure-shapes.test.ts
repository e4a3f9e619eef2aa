import { expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import type { Shape } from '../../src/connectors/connector.ts'

interface Key {
  readonly connector: string
  /** Above the key, in lower case. */
  readonly above: string
  readonly key: string
  readonly isWhole: boolean
}

function keysOf(connector: string, shape: Shape, above = ''): Key[] {
  return Object.entries(shape).flatMap(([key, below]) => {
    const own = { connector, above, key, isWhole: below === true }
    return below === true ? [own] : [own, ...keysOf(connector, below, `${above}.${key.toLowerCase()}`)]
  })
}

const keys = availableConnectors.flatMap((connector) => keysOf(connector.id, connector.reads))
const azure = keys.filter(({ connector }) => connector.startsWith('azure-'))

/** Keys of other shapes that stand for the same member of a record: letter case does not count. */
function sameMember(own: Key): Key[] {
  return keys.filter(({ above, key }) => above === own.above && key.toLowerCase() === own.key.toLowerCase())
}

// All shapes are read as one: of two spellings only the first would be seen by both connectors.
it('spells each key as every other connector does', () => {
  for (const own of azure)
    for (const other of sameMember(own))
      expect(other.key, `${own.connector}, ${other.connector}`).toBe(own.key)
})

it('goes into the same members as every other connector does', () => {
  for (const own of azure)
    for (const other of sameMember(own))
      expect(other.isWhole, `${own.connector}, ${other.connector}: ${own.above}.${own.key}`).toBe(own.isWhole)
})
