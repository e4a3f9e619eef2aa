/** Exact decimals, read from text: 99.95 stays 99.95 on its way to a budget of 0.0005. */

/** `digits / 10^scale`, without trailing zeros. Never negative. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** More places than any budget has; keeps arithmetic on hostile input small. */
const maxPlaces = 15

function normalise(digits: bigint, scale: number): Decimal {
  let d = digits
  let s = scale
  while (s > 0 && d % 10n === 0n) {
    d /= 10n
    s--
  }
  return s < 0 ? { digits: d * 10n ** BigInt(-s), scale: 0 } : { digits: d, scale: s }
}

/** A YAML or JSON number as written (`0.9995`, `.5`, `9.5e-1`); undefined for anything else, also for negatives. */
export function parseDecimal(source: string): Decimal | undefined {
  const match = /^\+?(\d{0,15})(?:\.(\d*))?(?:[eE]([-+]?\d{1,2}))?$/.exec(source)
  const [whole = '', fraction = '', exponent = '0'] = match?.slice(1) ?? []
  if (!match || whole.length + fraction.length === 0 || fraction.length > maxPlaces) return undefined
  const scale = fraction.length - Number(exponent)
  if (Math.abs(scale) > maxPlaces) return undefined
  return normalise(BigInt(whole + fraction), scale)
}

export function formatDecimal(decimal: Decimal): string {
  const text = decimal.digits.toString().padStart(decimal.scale + 1, '0')
  if (decimal.scale === 0) return text
  return `${text.slice(0, -decimal.scale)}.${text.slice(-decimal.scale)}`
}

/** Moves the point: `shift(99.95, -2)` is 0.9995. */
export function shift(decimal: Decimal, places: number): Decimal {
  return normalise(decimal.digits, decimal.scale - places)
}

/** `1 - decimal`, for 0 to 1. */
export function complement(decimal: Decimal): Decimal {
  return normalise(10n ** BigInt(decimal.scale) - decimal.digits, decimal.scale)
}

/** Negative, zero or positive, as `a - b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const difference = a.digits * 10n ** BigInt(b.scale) - b.digits * 10n ** BigInt(a.scale)
  if (difference === 0n) return 0
  return difference < 0n ? -1 : 1
}

/** Mean weighted by `weight`, cut (never rounded up) to 9 places. Undefined without any weight. */
export function weightedMean(
  values: readonly { readonly value: Decimal; readonly weight: Decimal }[],
): Decimal | undefined {
  // All over one denominator, so that nothing is cut before the last division.
  const common = Math.max(0, ...values.map(({ value, weight }) => value.scale + weight.scale))
  let sum = 0n
  let weights = 0n
  for (const { value, weight } of values) {
    sum += value.digits * weight.digits * 10n ** BigInt(common - value.scale - weight.scale)
    weights += weight.digits * 10n ** BigInt(common - weight.scale)
  }
  return weights === 0n ? undefined : normalise((sum * 10n ** 9n) / weights, 9)
}

export const one: Decimal = { digits: 1n, scale: 0 }
