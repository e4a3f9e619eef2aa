/** A service on Azure that reads a secret: which member of the chain gave the token, how old it was, what the vault said. */
import { DefaultAzureCredential } from '@azure/identity'
import { IdentityTelemetry } from 'identity-slo/client'
import { PrometheusMetrics } from 'identity-slo/client/prometheus'
import { Registry } from 'prom-client'

const registry = new Registry()
const identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })

const credential = identity.azure(new DefaultAzureCredential())
const vault = process.env['VAULT_URL'] ?? 'https://acme.vault.azure.net'

const token = await credential.getToken('https://vault.azure.net/.default')
const answer = await identity.use({ service: 'key-vault', provider: 'azure', token }, () =>
  fetch(`${vault}/secrets/orders?api-version=7.4`, { headers: { authorization: `Bearer ${token.token}` } }),
)

console.log(`The vault answered ${answer.status}.`)
console.log(await registry.metrics())
