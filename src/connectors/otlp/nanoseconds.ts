/** 64-bit times of OTLP as two 32-bit words: their nanoseconds do not fit in a number. */

const wordMs = 4294
const wordRestNs = 967_296

/** Whole milliseconds since 1970, rounded down, exactly: 2^32 ns are 4294 ms and 967,296 ns. */
export function epochMs(high: number, low: number): number {
  return high * wordMs + Math.floor((high * wordRestNs + low) / 1e6)
}

/** From one time to a later one, ms with fractions; undefined where the first is 0, as in "not said", or the later one. */
export function elapsedMs(
  fromHigh: number,
  fromLow: number,
  toHigh: number,
  toLow: number,
): number | undefined {
  if (fromHigh === 0 && fromLow === 0) return undefined
  const words = toHigh - fromHigh
  const ns = words * 4_294_967_296 + (toLow - fromLow)
  return ns < 0 ? undefined : ns / 1e6
}
