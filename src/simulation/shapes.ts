/** Demand over the day and the week (UTC), relative to its level by day. */

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** From epoch ms. */
export type Shape = (time: number) => number

function hourOf(time: number): number {
  return (time % dayMs) / hourMs
}

/** The epoch began on a Thursday. */
function isWeekend(time: number): boolean {
  return (Math.floor(time / dayMs) + 3) % 7 >= 5
}

/** Shoppers: quiet at night, a long day with an evening peak, busier at weekends. */
export const shopping: Shape = (time) => {
  const h = hourOf(time)
  const daytime = 0.5 + 0.5 * Math.cos(((h - 15) / 12) * Math.PI)
  const evening = 0.35 * Math.exp(-((h - 19.5) ** 2) / 4)
  return (0.18 + 0.75 * daytime + evening) * (isWeekend(time) ? 1.15 : 1)
}

/** Pipelines: when developers work. */
export const working: Shape = (time) => {
  const h = hourOf(time)
  if (h < 6.5 || h > 19) return 0.03
  const lunch = 0.3 * Math.exp(-((h - 12.3) ** 2))
  return (isWeekend(time) ? 0.06 : 1) * (Math.sin(((h - 6.5) / 12.5) * Math.PI) - lunch)
}

/** Batch: 01:00 to 04:00, with a tail of late reports. */
export const nightly: Shape = (time) => {
  const h = hourOf(time)
  return h >= 1 && h < 4 ? 1 : h >= 4 && h < 6 ? 0.2 : 0.01
}

/** By the clock, whatever the demand. */
export const steady: Shape = () => 1

/** No shape is ever above it. */
export const highestDemand = 1.5

export const shapes = { steady, shopping, working, nightly } as const satisfies Readonly<
  Record<string, Shape>
>

export type ShapeName = keyof typeof shapes
