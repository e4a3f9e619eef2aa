/** Fast seeded randomness for many records: unique GUIDs, access keys, and the instants of one day. */
import { scramble, seededRandom } from '../../src/simulation/random.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Where one record is in the day: seconds since midnight UTC, and milliseconds of that second. */
export interface Moment {
  readonly second: number
  readonly millisecond: number
}

export class Entropy {
  readonly #random = seededRandom('bench')
  readonly #hex4 = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, '0'))
  readonly #pairs = Array.from({ length: 1024 }, (_, value) =>
    alphabet.charAt(value >> 5).concat(alphabet.charAt(value & 31)),
  )
  #issued = 0

  below(bound: number): number {
    return this.#random.below(bound)
  }

  chance(probability: number): boolean {
    return this.#random.chance(probability)
  }

  /** Skewed: a few items are picked often, most of them seldom, as identities are in real logs. */
  skewed<T>(items: readonly [T, ...T[]]): T {
    const position = this.#random.next()
    return items[Math.floor(position * position * items.length)] ?? items[0]
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return this.#random.pick(items)
  }

  #hex(value: number): string {
    return this.#hex4[value & 0xffff] ?? ''
  }

  /** Version 4. The first group alone makes it unique: it is a bijection of a count. */
  guid(): string {
    const unique = scramble(this.#issued++)
    const a = this.below(4_294_967_296)
    const b = this.below(4_294_967_296)
    const middle = `${this.#hex((a & 0x0fff) | 0x4000)}-${this.#hex((b & 0x3fff) | 0x8000)}`
    const end = this.#hex(b >>> 16) + this.#hex(this.below(65_536)) + this.#hex(unique ^ a)
    return `${this.#hex(unique >>> 16)}${this.#hex(unique)}-${this.#hex(a >>> 16)}-${middle}-${end}`
  }

  /** `length` letters and digits, in pairs. */
  letters(length: number): string {
    let text = ''
    while (text.length < length) text += this.#pairs[this.below(1024)] ?? ''
    return text
  }
}

const date = '2026-11-12T'

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

/** Texts of every second of the day, made once. */
export class Clock {
  readonly #seconds = Array.from({ length: 86_400 }, (_, s) => {
    const minutes = Math.floor(s / 60)
    return `${date}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}:${pad(s % 60, 2)}`
  })
  readonly #thousandths = Array.from({ length: 1000 }, (_, value) => pad(value, 3))

  /** `2026-11-12T09:40:07`. */
  toSecond({ second }: Moment): string {
    return this.#seconds[second] ?? date
  }

  /** `2026-11-12T09:40:07.123`, with `digits` of 3 after it. */
  toFraction({ second, millisecond }: Moment, digits: number): string {
    const millis = this.#thousandths[millisecond] ?? '000'
    return `${this.#seconds[second] ?? date}.${millis}${this.#thousandths[digits] ?? '000'}`
  }

  /** `Nov 12, 2026, 10:40:07 AM`: how CloudTrail writes when credentials expire. */
  toExpiry({ second }: Moment, seconds: number): string {
    const at = second + seconds
    const hour = Math.floor(at / 3600) % 24
    const clock = `${hour % 12 || 12}:${pad(Math.floor(at / 60) % 60, 2)}:${pad(at % 60, 2)}`
    return `Nov ${at < 86_400 ? 12 : 13}, 2026, ${clock} ${hour < 12 ? 'AM' : 'PM'}`
  }
}
