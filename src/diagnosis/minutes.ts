/** Time as the evidence is kept in: whole minutes, for as long as it can matter. */

export const minuteMs = 60_000
/** Evidence is kept so long behind the newest of its identity. */
export const keptMinutes = 180

export function minuteOf(time: number): number {
  return Math.floor(time / minuteMs)
}
