import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detached, detachedIfAny } from '../../src/events/detach.ts'

describe('a detached text', () => {
  it('reads the same as the one it was copied from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(5), (text, cut) => {
        const part = text.slice(cut).toWellFormed()
        expect(detached(part)).toBe(part)
      }),
    )
  })

  it('is nothing where there is nothing, and empty where it is empty', () => {
    expect(detachedIfAny(undefined)).toBeUndefined()
    expect(detachedIfAny('')).toBe('')
    expect(detachedIfAny('checkout')).toBe('checkout')
  })

  it('does not keep alive what it was cut from', () => {
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    if (typeof collect !== 'function') throw new Error('this V8 has no gc')
    const windowBytes = 65_536
    const kept: string[] = []
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 1000; i++) {
      const window = Buffer.alloc(windowBytes, 65 + (i % 26)).toString('latin1')
      kept.push(detached(window.slice(i, i + 40)))
    }
    collect()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * windowBytes)
    expect(kept.every((text) => text.length === 40)).toBe(true)
  })
})
