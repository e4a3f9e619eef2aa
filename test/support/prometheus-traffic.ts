/** Traffic of different shapes: events by the second, the same at each run, and when Prometheus scrapes their counter. */

const secondMs = 1000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000

/** All histories end here, and their burn rates are looked at in the four hours before: a Tuesday's early evening. */
export const historyEnd = Date.UTC(2026, 2, 17, 17, 0, 0)
export const observedFrom = historyEnd - 4 * hourMs

/** From 0 to 1, seeded: mulberry32. */
export type Random = () => number

function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How many of events that come independently of each other, `mean` a second, come in one second. */
function poisson(mean: number, random: Random): number {
  const least = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > least; product *= random()) count++
  return count
}

export interface SecondOfEvents {
  readonly good: number
  readonly bad: number
}

/** Independent events, of which a share is bad. */
function independent(mean: number, badShare: number, random: Random): SecondOfEvents {
  return { good: poisson(mean * (1 - badShare), random), bad: poisson(mean * badShare, random) }
}

export interface Traffic {
  readonly name: string
  /** Length of the history. */
  readonly days: number
  readonly scrapeMs: number
  /** Share of scrapes that fail. */
  readonly missedScrapes: number
  /** Epoch ms of the first scrape at the earliest. */
  readonly scrapedFrom: number
  /** When the record of an event is read, where the counter moves: by its time, both epoch ms, without changing the order. */
  readonly arrival: (time: number) => number
  /** Epoch ms at which the counters begin at 0 again. */
  readonly restarts: readonly number[]
  /** @param second number of the second since the epoch */
  readonly at: (second: number, random: Random) => SecondOfEvents
}

const usual = {
  days: 4,
  scrapeMs: 15_000,
  missedScrapes: 0,
  scrapedFrom: Number.NEGATIVE_INFINITY,
  arrival: (time: number) => time,
  restarts: [],
} as const

/** Of ten minutes. */
const outageFrom = observedFrom + hourMs + 41_000
const isOutage = (second: number): boolean =>
  second * secondMs >= outageFrom && second * secondMs < outageFrom + 10 * minuteMs

/** Twenty events each second, of which the last two are bad. */
export const steady: Traffic = { ...usual, name: 'steady', at: () => ({ good: 18, bad: 2 }) }

function daily(second: number, random: Random): SecondOfEvents {
  const phase = ((second * secondMs) % dayMs) / dayMs
  return independent(4 * (1.02 - Math.cos(phase * 2 * Math.PI)), 0.01, random)
}

/** Every ten minutes most of the events of ten minutes, and more of them bad. */
function bursts(second: number, random: Random): SecondOfEvents {
  return second % 600 < 20 ? independent(90, 0.05, random) : independent(0.1, 0.01, random)
}

/** Everything fails for ten minutes, otherwise one in a thousand. */
function outage(second: number, random: Random): SecondOfEvents {
  return independent(8, isOutage(second) ? 1 : 0.001, random)
}

/** An outage among steady traffic. */
export const sudden: Traffic = { ...usual, name: 'outage', at: outage }

/** Where records are read as they happen. */
export const shapes: readonly Traffic[] = [
  steady,
  { ...usual, name: 'independent', at: (_second, random) => independent(5, 0.01, random) },
  { ...usual, name: 'daily', at: daily },
  { ...usual, name: 'bursts', at: bursts },
  sudden,
  { ...usual, name: 'outage-30s', scrapeMs: 30_000, at: outage },
  { ...usual, name: 'low', at: (_second, random) => independent(1 / 180, 0.1, random) },
  {
    ...usual,
    name: 'restarts',
    restarts: [-30.2, -2.803, -1.1, -0.9].map((hours) => historyEnd + hours * hourMs),
    at: outage,
  },
  { ...usual, name: 'missed-scrapes', missedScrapes: 0.15, at: outage },
  {
    ...usual,
    name: 'month',
    days: 31,
    scrapeMs: 30_000,
    at: (second, random) => ({ good: second % 4 === 0 ? 1 : 0, bad: random() < 0.004 ? 1 : 0 }),
  },
]

/** Every record comes late by the same time. */
export const deliveryMs = 12 * minuteMs + 5000
export const delayed: Traffic = {
  ...usual,
  name: 'delayed',
  arrival: (time) => time + deliveryMs,
  at: outage,
}

/** Nothing is delivered from the beginning of the outage on, for forty minutes; then everything at once. */
export const deliveredAgain = outageFrom + 40 * minuteMs
export const backlog: Traffic = {
  ...usual,
  name: 'backlog',
  arrival: (time) => (time >= outageFrom && time < deliveredAgain ? deliveredAgain : time),
  at: outage,
}

/** Prometheus comes two hours before the end: what was read by then, an outage included, is in the counters' first value. */
export const scrapedLate: Traffic = {
  ...usual,
  name: 'scraped-late',
  scrapedFrom: historyEnd - 2 * hourMs,
  at: outage,
}

/** Events of one instant. */
export interface Arrival extends SecondOfEvents {
  /** Epoch ms at which the records are read. */
  readonly at: number
  /** Epoch ms at which it happened. */
  readonly time: number
}

/** In the order of arrival; the same each time. */
export function* arrivals(traffic: Traffic): Generator<Arrival> {
  const random = seeded(1)
  for (
    let second = (historyEnd - traffic.days * dayMs) / secondMs;
    second * secondMs < historyEnd;
    second++
  ) {
    const time = second * secondMs + Math.floor(random() * secondMs)
    const { good, bad } = traffic.at(second, random)
    if (good + bad > 0) yield { at: traffic.arrival(time), time, good, bad }
  }
}

/** What a scrape shows. */
export interface Scrape {
  /** Epoch ms. */
  readonly at: number
  readonly good: number
  readonly bad: number
}

/** The counter as Prometheus sees it, from the beginning of the history on. */
export function scrapes(traffic: Traffic): readonly Scrape[] {
  const random = seeded(2)
  const seen: Scrape[] = []
  const restarts = [...traffic.restarts]
  let at = historyEnd - traffic.days * dayMs + Math.floor(random() * traffic.scrapeMs)
  let [good, bad] = [0, 0]
  const until = (instant: number): void => {
    for (; at < instant; at += traffic.scrapeMs)
      if (at >= traffic.scrapedFrom && random() >= traffic.missedScrapes) seen.push({ at, good, bad })
  }
  for (const arrival of arrivals(traffic)) {
    until(arrival.at)
    if (arrival.at >= (restarts[0] ?? Number.POSITIVE_INFINITY)) {
      restarts.shift()
      good = 0
      bad = 0
    }
    good += arrival.good
    bad += arrival.bad
  }
  until(historyEnd + 1)
  return seen
}
