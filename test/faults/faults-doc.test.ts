import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const rows = readFileSync(new URL('docs/faults.md', root), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split(' | '))

/** What the test's title says in the source of its file. */
function isNamedIn(text: string, name: string): boolean {
  return [name, name.replaceAll("'", "\\'"), name.replaceAll('’', "'")].some((spelled) =>
    text.includes(spelled),
  )
}

describe('docs/faults.md', () => {
  it('has a row for each of the thirty faults, in order', () => {
    expect(rows.map(([number]) => Number(number?.slice(2)))).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    )
  })

  it('names only tests that there are', () => {
    const missing: string[] = []
    for (const [number, , , proof = ''] of rows) {
      for (const part of proof.split('; ')) {
        const file = /`(test\/[^`]+)`/.exec(part)?.[1]
        if (file === undefined) continue
        const text = readFileSync(new URL(file, root), 'utf8')
        for (const [, name = ''] of part.matchAll(/"([^"]+)"/g))
          if (!isNamedIn(text, name)) missing.push(`${number}: ${file}: ${name}`)
      }
    }
    expect(missing).toEqual([])
  })

  it('says of every fault by which test it is shown, or why not', () => {
    for (const [number, , what = '', proof = ''] of rows)
      if (!proof.includes('`test/'))
        expect([number, what]).toEqual([number, expect.stringMatching(/^(Not|As)/)])
  })
})
