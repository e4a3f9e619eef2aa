import { expect, it } from 'vitest'
import { nameWithUnit } from '../../../src/platform/telemetry/prometheus-name.ts'

it.each([
  ['process.cpu.time', 's', 'process.cpu.time.seconds'],
  ['input', 'By', 'input.bytes'],
  ['loop.utilization', '1', 'loop.utilization.ratio'],
  ['batches', '{batch}', 'batches'],
  ['already.seconds', 's', 'already.seconds'],
])('%s in %s becomes %s', (name, unit, expected) => {
  expect(nameWithUnit(name, unit)).toBe(expected)
})
