/** How providers write instants (epoch ms). */

/** `2026-11-09T00:00:05Z`, as CloudTrail writes it. */
export function toSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** Seven fractional digits, as .NET writes them; without the zone. */
export function toTicks(time: number): string {
  return `${new Date(time).toISOString().slice(0, 23)}0000`
}

/** Microseconds, as Go writes them; `micros` is below 1000. */
export function toMicros(time: number, micros: number): string {
  return `${new Date(time).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Nov 9, 2026, 1:00:05 PM`: how CloudTrail writes when credentials expire. */
export function toCredentialExpiry(time: number): string {
  const t = new Date(time)
  const pad = (value: number): string => String(value).padStart(2, '0')
  const clock = `${t.getUTCHours() % 12 || 12}:${pad(t.getUTCMinutes())}:${pad(t.getUTCSeconds())}`
  const half = t.getUTCHours() < 12 ? 'AM' : 'PM'
  return `${months[t.getUTCMonth()]} ${t.getUTCDate()}, ${t.getUTCFullYear()}, ${clock} ${half}`
}
