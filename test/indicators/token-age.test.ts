import { describe, expect, it } from 'vitest'
import { tokenAge, tokenAgeRatio } from '../../src/indicators/token-age.ts'
import { aTokenRequest, aTokenUse } from '../support/event.ts'

const person = { id: 'someone', type: 'user', tenant: 'tenant-1' } as const

function usedAt(tokenAgeSeconds: number | undefined, ttlSeconds: number | undefined) {
  return aTokenUse({ tokenAgeSeconds, ttlSeconds })
}

describe('token-age', () => {
  it('says nothing until age and lifetime are known', () => {
    const unknown = [usedAt(10, undefined), usedAt(undefined, 100), usedAt(10, 0), aTokenRequest()]
    expect(unknown.map((event) => tokenAge.judge(event, {}))).toEqual(unknown.map(() => undefined))
    expect(unknown.map(tokenAgeRatio)).toEqual(unknown.map(() => undefined))
  })

  it('counts a use within the first half of the lifetime as good', () => {
    expect(tokenAge.judge(usedAt(1800, 3600), {})).toBe('good')
    expect(tokenAge.judge(usedAt(1801, 3600), {})).toBe('bad')
  })

  it('leaves people out unless it is asked for them', () => {
    const use = { ...usedAt(1, 2), identity: person }
    expect(tokenAge.judge(use, {})).toBe('excluded')
    expect(tokenAge.judge(use, { includesPeople: true })).toBe('good')
  })

  it('weighs a use by its age in thousandths of the lifetime, at most one', () => {
    const uses = [usedAt(0, 3600), usedAt(900, 3600), usedAt(1, 3), usedAt(7200, 3600), usedAt(-5, 3600)]
    expect(uses.map((use) => tokenAge.weigh?.(use))).toEqual([0, 250, 333, 1000, 0])
  })
})
