/** Numbers and times as pages spell them. */

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const

export function count(value: number): string {
  // Slices by ratio are bad in parts: a part of one is not nothing.
  if (value > 0 && value < 10 && !Number.isInteger(value)) return String(Number(value.toPrecision(2)))
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** Cut, never rounded up: 99.9999 % of a million is not all of them. 0.29 is 29, not what binary makes of it. */
export function percent(ratio: number, decimals = 4): string {
  const scale = 10 ** decimals
  return `${Math.floor(ratio * 100 * scale + 1e-7) / scale} %`
}

/** Three digits: burn rates differ by orders of magnitude. */
export function rate(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** The largest unit that fits, with one decimal at most. */
export function duration(seconds: number): string {
  for (const [size, unit] of units) {
    if (seconds >= size) return `${Math.round((seconds / size) * 10) / 10} ${unit}`
  }
  return `${Math.round(seconds * 10) / 10} s`
}

/** RFC 3339 to the second, with a space: `2026-03-02 09:00:00Z`. */
export function instant(time: string | undefined): string {
  return time === undefined ? '–' : time.replace('T', ' ').replace(/\.\d+Z$/, 'Z')
}
