import { describe, expect, it } from 'vitest'
import { loadBaseline } from '../../../src/app/baseline/baseline-file.ts'
import { baselineText } from '../../../src/app/baseline/baseline-text.ts'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'

const grant = (principal: string): HeldGrant => ({
  provider: 'aws',
  principal,
  role: 'r',
  scope: '111122223333',
})

const kept = `# Owner: identity team.
approvedActors:
  # The pipeline.
  - terraform-* # since 2026
changeWindows:
  # Sundays.
  - name: patch-day
    reason: The directory is patched.
    start: 2026-01-11T02:00:00Z
    duration: 2h
grants:
  # Asked for in CHG-7.
  - {provider: aws, principal: b, role: r, scope: 111122223333} # until June
  - {provider: aws, principal: c, role: r, scope: 111122223333}

# The end.
`

describe('a baseline that is written', () => {
  it('has one line a grant, in an order that does not depend on theirs', () => {
    const text = baselineText([grant('b'), grant('a')])
    expect(text).toBe(baselineText([grant('a'), grant('b')]))
    expect(text.split('\n').slice(1)).toEqual([
      'approvedActors: []',
      'changeWindows: []',
      'grants:',
      '  - {provider: aws, principal: a, role: r, scope: 111122223333}',
      '  - {provider: aws, principal: b, role: r, scope: 111122223333}',
      '',
    ])
    expect(loadBaseline('b', text, []).problems).toEqual([])
    expect(baselineText([grant('b'), grant('a')], text)).toBe(text)
  })

  it('keeps actors, windows and comments of the file that was there, and comments of grants that stay', () => {
    expect(baselineText([grant('b'), grant('c')], kept)).toBe(kept)
    const changed = baselineText([grant('a'), grant('b')], kept)
    expect(changed).toBe(
      kept
        .replace(/.*principal: c.*\n/, '')
        .replace('  # Asked', `  - {provider: aws, principal: a, role: r, scope: 111122223333}\n  # Asked`),
    )
    const none = baselineText([], kept)
    expect(none).toContain('  # Sundays.\n')
    expect(none).toContain('\ngrants: []\n')
    expect(loadBaseline('b', none, []).problems).toEqual([])
  })

  it('brings grants that were written otherwise into that form', () => {
    const written = "grants:\n- provider: aws\n  principal: 'a'\n  role: r\n  scope: '111122223333'\n"
    expect(baselineText([grant('a')], written)).toBe(
      'grants:\n  - {provider: aws, principal: a, role: r, scope: 111122223333}\n',
    )
  })
})
