import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fingerprint } from '../../src/connectors/fingerprint.ts'

it('never changes: ids of recorded events depend on it', () => {
  expect(fingerprint('')).toBe('b2dfd74416ebdacc')
  expect(fingerprint('azure-keyvault')).toBe('c93c97e896a7681b')
})

it('has 16 hexadecimal digits for any text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(fingerprint(text)).toMatch(/^[0-9a-f]{16}$/)
    }),
  )
})

it('tells a hundred thousand texts apart that differ in few characters', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 100_000; i++) seen.add(fingerprint(`2026-03-12T10:20:30.${i}|vault|SecretGet`))
  expect(seen.size).toBe(100_000)
})

it('spreads over all bits of both halves', () => {
  const ones = new Array<number>(64).fill(0)
  const runs = 4000
  for (let i = 0; i < runs; i++) {
    const bits = BigInt(`0x${fingerprint(`record ${i}`)}`)
    for (let bit = 0; bit < 64; bit++) if ((bits >> BigInt(bit)) & 1n) ones[bit] = (ones[bit] ?? 0) + 1
  }
  for (const count of ones) expect(Math.abs(count / runs - 0.5)).toBeLessThan(0.05)
})
