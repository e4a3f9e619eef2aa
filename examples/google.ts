/** A service on Google Cloud that calls an API: the clients that GoogleAuth gives are instrumented. */
import { GoogleAuth } from 'google-auth-library'
import { IdentityTelemetry } from 'identity-slo/client'
import { PrometheusMetrics } from 'identity-slo/client/prometheus'
import { Registry } from 'prom-client'

const registry = new Registry()
const identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })

const auth = identity.google(new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' }))
const storage = process.env['STORAGE_URL'] ?? 'https://storage.googleapis.com'

const token = await auth.getAccessToken()
const answer = await identity.use({ service: 'cloud-storage', provider: 'gcp', token }, () =>
  fetch(`${storage}/storage/v1/b/orders/o`, { headers: { authorization: `Bearer ${token}` } }),
)

console.log(`The bucket answered ${answer.status}.`)
console.log(await registry.metrics())
