/** How many spans one stands for: the adjusted count of OpenTelemetry's probability sampling. */
import type { Attributes } from './attributes.ts'

/** A span that is said to stand for more than this was sampled by nobody: it is taken as one of unknown sampling. */
const maxWeight = 1_000_000

/** The fourteen hex digits of `th`: spans whose randomness is less are not recorded. */
const thresholdRange = 2 ** 56

/** The exact share by tracestate or attributes; undefined where nothing says it. 0: not there to be counted. */
function adjustedCount(traceState: string, attributes: Attributes): number | undefined {
  const own = traceState === '' ? undefined : openTelemetryState(traceState)
  const threshold = own && field(own, 'th:')
  if (threshold !== undefined && /^[0-9a-f]{1,14}$/.test(threshold)) {
    const rejected = Number.parseInt(threshold.padEnd(14, '0'), 16)
    return thresholdRange / (thresholdRange - rejected)
  }
  // What came before thresholds: the negative logarithm of the probability; 63 is probability 0.
  const power = own && field(own, 'p:')
  if (power !== undefined && /^\d{1,2}$/.test(power) && Number(power) <= 63)
    return power === '63' ? 0 : 2 ** Number(power)
  const probability = attributes.number('sampling.probability')
  if (probability !== undefined && probability > 0 && probability <= 1) return 1 / probability
  const percent = attributes.number('microsoft.sample_rate')
  if (percent !== undefined && percent > 0 && percent <= 100) return 100 / percent
  const rate = attributes.number('SampleRate')
  return rate !== undefined && rate >= 1 ? rate : undefined
}

/** The `ot` member of a tracestate. */
function openTelemetryState(traceState: string): string | undefined {
  const member = traceState
    .split(',')
    .map((text) => text.trim())
    .find((text) => text.startsWith('ot='))
  return member?.slice(3)
}

function field(state: string, key: string): string | undefined {
  return state
    .split(';')
    .find((text) => text.startsWith(key))
    ?.slice(key.length)
}

export type SpanWeight = number | 'unknown'

/**
 * A whole number, because events are counted. A fraction is rounded up as often as it says, decided by the span's own
 * id: on the whole the counts are right, and the same span always has the same weight.
 */
export function spanWeight(traceState: string, attributes: Attributes, spanId: string): SpanWeight {
  const count = adjustedCount(traceState, attributes)
  if (count === undefined || !(count <= maxWeight)) return 'unknown'
  const whole = Math.floor(count)
  const draw = Number.parseInt(spanId.slice(-8), 16) / 2 ** 32
  return draw < count - whole ? whole + 1 : whole
}
