/** Seeded randomness: the same seed gives the same sequence on every machine. */

export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number
  /** Uniform integer in [0, bound). */
  readonly below: (bound: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(items: readonly [T, ...T[]]) => T
}

/** FNV-1a, so that each part of the generator can have a stream of its own by name. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** A bijection on 32-bit integers: different numbers stay different, and look unrelated. */
export function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Mulberry32. */
export function seededRandom(seed: string): Random {
  let state = hash(seed)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
  }
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** The GUID that belongs to a name: what an application, tenant or person is known by. */
export function guidOf(name: string): string {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((part) => hex8(scramble(hash(part + name)))) as [
    string,
    string,
    string,
    string,
  ]
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`
}

/**
 * GUIDs in series. Only the first group varies: ids must be unique and need not be unguessable, and a committed
 * log of random ids would be three times the size.
 */
export function guidSeries(name: string): () => string {
  const rest = guidOf(name).slice(8)
  const start = hash(name)
  let count = 0
  return () => hex8((start + count++) >>> 0) + rest
}
