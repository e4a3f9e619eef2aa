/** Stages as OpenTelemetry spans, and their durations as one histogram. */
import {
  context,
  createContextKey,
  type Histogram,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { Attributes, Stage } from './telemetry.ts'
import type { TraceLimit } from './trace-limit.ts'

export interface StageLabels {
  readonly stage: string
  /** Only on stages that failed. */
  readonly error: string
}

export interface StageOptions {
  readonly histogram: Histogram
  readonly labels: StageLabels
  /** Undefined: durations only. */
  readonly tracer: Tracer | undefined
  readonly limit: TraceLimit
  /** Epoch ms, with fractions and never going back. */
  readonly now: () => number
}

/** The work that other work is done for, as timers and promises inherit it; they may well outlive it. */
interface Scope {
  readonly isTraced: boolean
  isOver: boolean
}

/** `ENOSPC`, `StateError`: a word out of a small set, never the message. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

export class Stages {
  readonly #options: StageOptions
  readonly #scopeKey = createContextKey('scope')
  /** Depth of synchronous work for which no trace was taken; what it calls belongs to no trace either. */
  #untraced = 0

  constructor(options: StageOptions) {
    this.#options = options
  }

  span<T>(stage: Stage, attributes: Attributes, work: () => T, secondsBefore = 0): T {
    const startedAt = this.#options.now() - secondsBefore * 1000
    const span = this.#begin(stage, attributes, startedAt)
    const scope = { isTraced: true, isOver: false }
    if (span === undefined) this.#untraced++
    try {
      const result = span === undefined ? work() : this.#within(scope, span, work)
      this.#succeeded(stage, startedAt, span)
      return result
    } catch (error) {
      this.#failed(stage, startedAt, error, span ?? this.#late(stage, attributes, startedAt))
      throw error
    } finally {
      if (span === undefined) this.#untraced--
      scope.isOver = true
    }
  }

  async asyncSpan<T>(stage: Stage, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    const startedAt = this.#options.now()
    const span = this.#begin(stage, attributes, startedAt)
    const scope = { isTraced: span !== undefined, isOver: false }
    try {
      const result = await this.#within(scope, span, work)
      this.#succeeded(stage, startedAt, span)
      return result
    } catch (error) {
      this.#failed(stage, startedAt, error, span ?? this.#late(stage, attributes, startedAt))
      throw error
    } finally {
      scope.isOver = true
    }
  }

  record(stage: Stage, attributes: Attributes, seconds: number): void {
    const { histogram, labels, now, tracer } = this.#options
    histogram.record(seconds, { [labels.stage]: stage })
    if (tracer === undefined || this.#scope()?.isTraced !== true) return
    const endedAt = now()
    tracer.startSpan(stage, { attributes, startTime: endedAt - seconds * 1000 }).end(endedAt)
  }

  #scope(): Scope | undefined {
    if (this.#untraced > 0) return { isTraced: false, isOver: false }
    const scope = context.active().getValue(this.#scopeKey) as Scope | undefined
    return scope?.isOver === false ? scope : undefined
  }

  /** Undefined where the span is not to be recorded: its trace is not, or there have been enough. */
  #begin(stage: Stage, attributes: Attributes, startTime: number): Span | undefined {
    const { tracer, limit } = this.#options
    if (tracer === undefined) return undefined
    const scope = this.#scope()
    if (scope === undefined ? !limit.take() : !scope.isTraced) return undefined
    return tracer.startSpan(stage, { attributes, startTime, root: scope === undefined })
  }

  #within<T>(scope: Scope, span: Span | undefined, work: () => T): T {
    if (this.#options.tracer === undefined) return work()
    const scoped = context.active().setValue(this.#scopeKey, scope)
    return context.with(span === undefined ? scoped : trace.setSpan(scoped, span), work)
  }

  /** Failures are always recorded, even where no trace was taken for the work. */
  #late(stage: Stage, attributes: Attributes, startTime: number): Span | undefined {
    return this.#options.tracer?.startSpan(stage, { attributes, startTime, root: true })
  }

  #succeeded(stage: Stage, startedAt: number, span?: Span): void {
    const { histogram, labels, now } = this.#options
    const endedAt = now()
    histogram.record((endedAt - startedAt) / 1000, { [labels.stage]: stage })
    span?.end(endedAt)
  }

  #failed(stage: Stage, startedAt: number, error: unknown, span?: Span): void {
    const { histogram, labels, now } = this.#options
    const endedAt = now()
    const type = errorType(error)
    histogram.record((endedAt - startedAt) / 1000, { [labels.stage]: stage, [labels.error]: type })
    span?.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR })
    span?.end(endedAt)
  }
}
