import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import { renderSourcesDoc, type Source } from '../../src/outputs/sources-doc.ts'

const page = renderSourcesDoc(availableConnectors)

const tells = {
  M1: 'yes',
  M2: 'no',
  M3: 'partly',
  M4: 'no',
  M5: 'no',
  M6: 'no',
  M7: 'no',
  M8: 'no',
  M9: 'no',
  M10: 'yes',
} as const

const acme: Source = {
  id: 'acme',
  title: 'Acme | audit',
  coverage: {
    switchOn: 'a\n  switch',
    delivery: 'by post',
    delay: 'a week',
    permissions: 'a key',
    tells,
  },
}

describe('docs/sources.md', () => {
  it('has a row and a section for every connector, sorted', () => {
    const ids = availableConnectors.map(({ id }) => id).toSorted()
    expect([...page.matchAll(/^\| \[`(.+)`\]/gm)].map((match) => match[1])).toEqual(ids)
    expect([...page.matchAll(/^### (.+)$/gm)].map((match) => match[1])).toEqual(ids)
  })

  it('marks what a source tells under the indicator that it tells', () => {
    expect(renderSourcesDoc([acme])).toContain(
      '| [`acme`](#acme) | Y | no | partly | no | no | no | no | no | no | Y |\n',
    )
  })

  it('keeps each fact on one line, and says of gaps only where there are some', () => {
    const text = renderSourcesDoc([acme])
    expect(text).toContain('- **Switch it on**: a switch\n')
    expect(text).toContain('- **Permissions**: a key\n')
    expect(text).not.toContain('**Gaps**')
  })

  it('leaves out what has nothing to say, and does not depend on the order', () => {
    const other = { id: 'silent', title: 'Nothing known' }
    expect(renderSourcesDoc([other, acme])).toBe(renderSourcesDoc([acme]))
    expect(renderSourcesDoc([...availableConnectors].reverse())).toBe(page)
  })

  it('says which gap there is wherever a source tells something partly', () => {
    for (const { id, coverage } of availableConnectors) {
      const isPartial = Object.values(coverage?.tells ?? {}).includes('partly')
      if (isPartial) expect(coverage?.notes, id).toBeDefined()
    }
  })
})
