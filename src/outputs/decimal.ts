/** Exact decimal arithmetic for generated text, which must never show a float artefact. */

const decimalPattern = /^(\d+)(?:\.(\d+))?$/

/** Twelve digits are exact for every sensible target and still a faithful double. */
const defaultDigits = 12

/** Longhand division: `mantissa / 10^scale`, rounded half up once `digits` significant digits are out. */
function divide(numerator: bigint, denominator: bigint, digits: number): { mantissa: bigint; scale: number } {
  let mantissa = numerator / denominator
  let rest = numerator % denominator
  let scale = 0
  while (rest > 0n && (mantissa === 0n || mantissa.toString().length < digits)) {
    rest *= 10n
    mantissa = mantissa * 10n + rest / denominator
    rest %= denominator
    scale++
  }
  return { mantissa: rest * 2n >= denominator ? mantissa + 1n : mantissa, scale }
}

function spell(mantissa: bigint, scale: number): string {
  const all = mantissa.toString().padStart(scale + 1, '0')
  const whole = all.slice(0, all.length - scale)
  const fraction = all.slice(all.length - scale).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/**
 * `decimal × times ÷ by` in plain decimal notation, without exponent.
 * @param decimal non-negative, as `0.0005` or `99.95`
 * @param times non-negative integer
 * @param by positive integer
 * @param digits significant digits at most
 * @throws RangeError when an argument is none of that: a bug in the caller, as the loader checks targets
 */
export function scaleDecimal(decimal: string, times: number, by: number, digits = defaultDigits): string {
  const match = decimalPattern.exec(decimal)
  if (!match || !Number.isSafeInteger(times) || times < 0 || !Number.isSafeInteger(by) || by <= 0) {
    throw new RangeError(
      `cannot scale ${JSON.stringify(decimal)} by ${times}/${by}: plain decimal and whole numbers are allowed`,
    )
  }
  const fraction = match[2] ?? ''
  const numerator = BigInt(`${match[1]}${fraction}`) * BigInt(times)
  const { mantissa, scale } = divide(numerator, 10n ** BigInt(fraction.length) * BigInt(by), digits)
  return spell(mantissa, scale)
}
