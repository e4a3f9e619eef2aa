/** M2: did the token come fast enough? Only successful fetches whose latency was measured count. */
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

export const defaultThresholdMs = 200

export const tokenFetchLatency: Indicator = {
  id: 'token-fetch-latency',
  title: 'Token fetch latency',
  kinds: ['token.request'],
  judge: (event, options) => {
    // A source that does not measure latency says nothing here: neither fast nor slow.
    if (event.kind !== 'token.request' || event.latencyMs === undefined) return undefined
    // Failures are token-issuance's: a fast error must not look like a fast token.
    if (event.outcome === 'failure' || isLeftOutPerson(event, options)) return 'excluded'
    return event.latencyMs <= (options.thresholdMs ?? defaultThresholdMs) ? 'good' : 'bad'
  },
}
