import { trace } from '@opentelemetry/api'
import { expect, it } from 'vitest'
import { Stages } from '../../../src/platform/telemetry/stages.ts'
import { TraceLimit } from '../../../src/platform/telemetry/trace-limit.ts'

it('work below one that is not traced begins no trace, although there is room for one again', () => {
  let now = 0
  const begun: string[] = []
  const recorded: number[] = []
  const noop = trace.getTracer('none')
  const stages = new Stages({
    histogram: { record: (seconds) => void recorded.push(seconds) },
    labels: { stage: 'stage', error: 'error' },
    tracer: {
      startSpan: (name, options) => {
        begun.push(name)
        return noop.startSpan(name, options)
      },
      startActiveSpan: noop.startActiveSpan,
    },
    limit: new TraceLimit(1, () => now),
    now: () => now,
  })
  stages.span('batch', {}, () => undefined)
  stages.span('commit', {}, () => {
    now += 1000
    stages.span('render', {}, () => undefined)
    stages.record('judge', {}, 0.5)
  })
  stages.span('batch', {}, () => undefined)
  expect(begun).toEqual(['batch', 'batch'])
  expect(recorded).toEqual([0, 0, 0.5, 1, 0])
})
