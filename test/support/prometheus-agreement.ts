/** How far Prometheus's error ratio of a window may be from the engine's, from what happened and what was scraped. */
import { type Arrival, arrivals, type Scrape, scrapes, type Traffic } from './prometheus-traffic.ts'

/** Index of the first of ascending instants that is not before `instant`. */
function firstFrom(instants: readonly number[], instant: number): number {
  let [low, high] = [0, instants.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((instants[middle] ?? 0) < instant) low = middle + 1
    else high = middle
  }
  return low
}

/** Events between two instants, from running sums. */
class RunningSums {
  readonly #at: number[] = []
  readonly #good: number[] = [0]
  readonly #bad: number[] = [0]

  add({ at, good, bad }: Arrival): void {
    this.#at.push(at)
    this.#good.push((this.#good.at(-1) ?? 0) + good)
    this.#bad.push((this.#bad.at(-1) ?? 0) + bad)
  }

  /** [from, to) */
  within(from: number, to: number): { readonly good: number; readonly bad: number } {
    const [first, last] = [firstFrom(this.#at, from), firstFrom(this.#at, to)]
    return {
      good: (this.#good[last] ?? 0) - (this.#good[first] ?? 0),
      bad: (this.#bad[last] ?? 0) - (this.#bad[first] ?? 0),
    }
  }
}

/** Sum of the steps between scrapes; behind a restart the counter has grown from 0. */
function increase(window: readonly Scrape[], verdict: 'good' | 'bad'): number {
  let sum = 0
  for (let i = 1; i < window.length; i++) {
    const [before, after] = [window[i - 1]?.[verdict] ?? 0, window[i]?.[verdict] ?? 0]
    sum += after < before ? after : after - before
  }
  return sum
}

/**
 * How unlike `increase` can extrapolate two counters with the same scrapes: it goes on to the window's start, but not to
 * where the counter would be below 0, and at most 1.1 scrape intervals. A share of the extrapolated increase.
 */
function unlikeExtrapolation(window: readonly Scrape[], from: number): number {
  const first = window[0]
  const sampledMs = (window.at(-1)?.at ?? 0) - (first?.at ?? 0)
  if (first === undefined || sampledMs === 0) return 0
  const beforeFirst = first.at - from
  const isYoung = (['good', 'bad'] as const).some((verdict) => {
    const grown = increase(window, verdict)
    return grown > 0 && (sampledMs * first[verdict]) / grown < beforeFirst
  })
  const furthest = (1.1 * sampledMs) / (window.length - 1)
  return isYoung ? Math.min(beforeFirst, furthest) / sampledMs : 0
}

export interface Expected {
  /** Bad over judged events of the engine's window, counted anew. */
  readonly errorRatio: number
  /** Bound on the difference of Prometheus's error ratio from it. */
  readonly tolerance: number
  /** Whether Prometheus has events in the window: without, what it says is a matter of `noData`. */
  readonly hasData: boolean
}

const minuteMs = 60_000
const hourMs = 3_600_000

/** The engine's windows begin with a whole bucket. */
function bucketMs(windowMs: number): number {
  return windowMs <= 2 * hourMs ? 10_000 : 5 * minuteMs
}

/** Rounding of doubles. */
const epsilon = 1e-9

export class Agreement {
  readonly #read = new RunningSums()
  readonly #scrapes: readonly Scrape[]
  readonly #scrapedAt: readonly number[]

  constructor(traffic: Traffic) {
    this.#scrapes = scrapes(traffic)
    this.#scrapedAt = this.#scrapes.map(({ at }) => at)
    for (const arrival of arrivals(traffic)) this.#read.add(arrival)
  }

  /** At an instant, epoch ms, for the window before it. @param delayMs from all events to their arrival */
  expected(at: number, windowMs: number, delayMs = 0): Expected {
    const bucket = bucketMs(windowMs)
    const start = Math.floor((at - delayMs - windowMs) / bucket) * bucket + delayMs
    const engine = this.#read.within(start, at)
    const judged = engine.good + engine.bad
    const from = at - windowMs
    const window = this.#scrapes.slice(firstFrom(this.#scrapedAt, from), firstFrom(this.#scrapedAt, at + 1))
    const bad = increase(window, 'bad')
    const counted = bad + increase(window, 'good')
    const ratio = counted === 0 ? 0 : bad / counted
    const inEdges = judged === 0 ? 0 : (judged - counted) / judged
    return {
      errorRatio: judged === 0 ? 0 : engine.bad / judged,
      tolerance: inEdges + ratio * (1 - ratio) * unlikeExtrapolation(window, from) + epsilon,
      hasData: counted > 0,
    }
  }
}
