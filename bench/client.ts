/**
 * `node bench/client.ts`, or `npm run bench -- --client`: what the client library adds to a fetch that is answered from a cache.
 * Blocks of calls are made in turns, in one process, so that a noisy machine disturbs all alike.
 */
import { context, metrics as metricsApi, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace'
import { Registry } from 'prom-client'
import { IdentityTelemetry } from '../src/client/client.ts'
import { PrometheusMetrics } from '../src/client/prometheus.ts'
import { Report } from './report.ts'

/** Short enough that some are not interrupted. */
const callsPerBlock = 250
const blocks = 1200
const warmUpBlocks = 200
const goalMicroseconds = 5

const expiresOnTimestamp = Date.now() + 3_600_000
const payload = Buffer.from(JSON.stringify({ tid: 't', oid: 'o', iat: 1, exp: 2, idtyp: 'app' })).toString(
  'base64url',
)

/** As MSAL answers from its cache: a new object, an old token. */
class CachedCredential {
  readonly #token = `e30.${payload}.${'s'.repeat(1200)}`

  async getToken(_scope: string): Promise<object> {
    return { token: this.#token, expiresOnTimestamp }
  }
}

async function block(credential: CachedCredential): Promise<number> {
  const begun = process.hrtime.bigint()
  for (let i = 0; i < callsPerBlock; i++) await credential.getToken('https://vault.azure.net/.default')
  return Number(process.hrtime.bigint() - begun) / 1000 / callsPerBlock
}

/** The best block in microseconds a call, of each: noise only ever adds. */
async function inTurns(credentials: readonly CachedCredential[]): Promise<readonly number[]> {
  const best = credentials.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < blocks; round++)
    for (const [index, credential] of credentials.entries()) {
      const took = await block(credential)
      if (round >= warmUpBlocks) best[index] = Math.min(best[index] ?? took, took)
    }
  return best
}

const report = new Report(true)
report.heading(
  `Client library: added to each of ${(callsPerBlock * blocks).toLocaleString('en')} cached fetches`,
)

const silent = new IdentityTelemetry()
const prometheus = new IdentityTelemetry({ metrics: new PrometheusMetrics(new Registry()) })
const [bare = 0, withoutSdk = 0, withPrometheus = 0] = await inTurns([
  new CachedCredential(),
  silent.azure(new CachedCredential()),
  prometheus.azure(new CachedCredential()),
])
silent[Symbol.dispose]()
prometheus[Symbol.dispose]()
const goal = { atMost: goalMicroseconds }
report.figure({ what: 'the fetch itself', value: bare, unit: 'µs' })
report.figure({ what: 'without an SDK', value: withoutSdk - bare, unit: 'µs', goal })
report.figure({ what: 'with prom-client', value: withPrometheus - bare, unit: 'µs', goal })

const sdk = new NodeSDK({
  autoDetectResources: false,
  instrumentations: [],
  spanProcessors: [new NoopSpanProcessor()],
  metricReaders: [
    new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
      exportIntervalMillis: 3_600_000,
    }),
  ],
})
sdk.start()
const full = new IdentityTelemetry()
const [again = 0, withSdk = 0] = await inTurns([new CachedCredential(), full.azure(new CachedCredential())])
full[Symbol.dispose]()
report.figure({
  what: 'with the SDK of OpenTelemetry, every span recorded',
  value: withSdk - again,
  unit: 'µs',
})
context.disable()
trace.disable()
metricsApi.disable()
