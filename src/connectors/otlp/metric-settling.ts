/** Points of the three metrics to events: each adds what its series has gone up by since it was last heard of. */
import { type Rejection, reject } from '../../events/rejection.ts'
import {
  checkIncrease,
  failureEvent,
  groupOf,
  latencyEvents,
  outcomeIn,
  providerIn,
  successEvent,
  timeOf,
} from './metric-events.ts'
import { MetricIncreases } from './metric-increases.ts'
import { nsPerMs, type Point } from './point.ts'
import { anyProvider, type Precedence } from './precedence.ts'
import type { Increase } from './series-state.ts'
import type { TelemetrySink } from './telemetry.ts'

const nothingNew = reject('not_relevant', 'nothing was counted since the point before')
const firstPoint = reject(
  'not_relevant',
  'the first point of a series that began long ago: it is counted from here on',
)
const countedBySpans = reject('not_relevant', 'spans have counted what the point covers')
const countedByFailures = reject('not_relevant', 'the metric of failures counts them')
const ahead = reject('future_time', 'the data point is stamped further ahead of the clock than is allowed')

/** Failures are taken off attempts, so that they come first. */
const order = { failures: 0, requests: 1, latency: 2 } as const

export class MetricSettling {
  readonly increases = new MetricIncreases()
  readonly #precedence: Precedence

  constructor(precedence: Precedence) {
    this.#precedence = precedence
  }

  settle(points: readonly Point[], latest: number, sink: TelemetrySink): void {
    const sorted = points.toSorted((a, b) => order[a.metric] - order[b.metric])
    for (const point of sorted) {
      // Before its series is touched: a wrong clock would make all that follows look old.
      if (timeOf(point) > latest) sink.rejection(ahead)
      else this.#settle(point, sink)
    }
  }

  #settle(point: Point, sink: TelemetrySink): void {
    if (point.metric !== 'failures' && outcomeIn(point) === 'failure') {
      sink.rejection(countedByFailures)
      return
    }
    const step = this.increases.step(point)
    if (step.kind === 'duplicate') {
      sink.duplicate()
      return
    }
    const isOurs = this.#meter(point, step.kind === 'increase' ? step.sinceNs : point.timeNs)
    if (step.kind === 'baseline') sink.rejection(firstPoint)
    else if (!isOurs) sink.rejection(countedBySpans)
    else this.#count(point, step, sink)
  }

  #meter(point: Point, sinceNs: bigint): boolean {
    const aspect = point.metric === 'latency' ? 'latency' : 'count'
    const provider = providerIn(point) ?? anyProvider
    const since = Number(sinceNs / nsPerMs)
    return this.#precedence.meter(point.resource.instance, aspect, provider, since, timeOf(point))
  }

  #count(point: Point, { value }: Increase, sink: TelemetrySink): void {
    const problem: Rejection | undefined = checkIncrease(value)
    if (problem !== undefined) sink.rejection(problem)
    else if (typeof value !== 'bigint') {
      const events = latencyEvents(point, value)
      if (events.length === 0) sink.rejection(nothingNew)
      else sink.events(events)
    } else if (point.metric === 'failures') this.#failures(point, value, sink)
    else this.#requests(point, value, sink)
  }

  #failures(point: Point, count: bigint, sink: TelemetrySink): void {
    if (count === 0n) {
      sink.rejection(nothingNew)
      return
    }
    this.increases.owe(point.resource.instance, groupOf(point), -count)
    sink.events([failureEvent(point, count)])
  }

  /** Attempts that did not fail went well; a failure that is told of before its attempt is taken off the next ones. */
  #requests(point: Point, count: bigint, sink: TelemetrySink): void {
    const { instance } = point.resource
    const group = groupOf(point)
    const owed = this.increases.owe(instance, group, count)
    if (owed <= 0n) {
      sink.rejection(nothingNew)
      return
    }
    this.increases.owe(instance, group, -owed)
    sink.events([successEvent(point, owed)])
  }
}
