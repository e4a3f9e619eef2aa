import { describe, expect, it } from 'vitest'
import { keyedPseudonym } from '../../src/platform/pseudonym.ts'

describe('keyed pseudonyms', () => {
  it('are stable for a key, and differ between texts and between keys', () => {
    const one = keyedPseudonym('one')
    const texts = ['jane.doe@example.com', 'john.doe@example.com', '', 'Jane.Doe@example.com']
    const all = [...texts.map(one), ...texts.map(keyedPseudonym('two'))]
    expect(new Set(all).size).toBe(all.length)
    expect(texts.map(keyedPseudonym('one'))).toEqual(texts.map(one))
    for (const pseudonym of all) expect(pseudonym).toMatch(/^p_[0-9a-f]{16}$/)
  })

  it('do not change between versions: reports of last year name the same people', () => {
    // From another implementation: printf … | openssl dgst -sha256 -hmac identity-slo
    expect(keyedPseudonym('identity-slo')('jane.doe@example.com')).toBe('p_5506c4bcdc8b7bf9')
  })
})
