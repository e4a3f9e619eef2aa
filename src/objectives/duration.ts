/** Durations as people write them (`5m`, `30d`), in milliseconds. */

const unitMs: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** Shortest exact spelling in one unit, as Prometheus window labels use it: 5m, 36h, 3d, 90m. */
export function formatDuration(ms: number): string {
  for (const [unit, size] of unitMs) if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  return `${ms / 1000}s`
}

/** `30s`, `5m`, `2h`, `3d`, `1w` in ms; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})(s|m|h|d|w)$/.exec(text)
  if (!match) return undefined
  const count = Number(match[1])
  if (match[2] === 'w') return count * 7 * 86_400_000
  return count * (unitMs.find(([unit]) => unit === match[2])?.[1] ?? Number.NaN)
}
