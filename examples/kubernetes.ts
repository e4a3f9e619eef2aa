/** A pod that logs in to Vault with its projected token: the file, and the login, are two ways to a token. */
import { IdentityTelemetry } from 'identity-slo/client'
import { PrometheusMetrics } from 'identity-slo/client/prometheus'
import { Registry } from 'prom-client'
import { z } from 'zod'

const registry = new Registry()
const identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })

const vault = process.env['VAULT_ADDR'] ?? 'http://vault.vault:8200'
const tokenFile = process.env['TOKEN_FILE'] ?? '/var/run/secrets/tokens/vault'
const readToken = identity.tokenFile(tokenFile, { audience: 'vault' })
const login = z.object({ auth: z.object({ client_token: z.string(), lease_duration: z.number() }) })

const fetchToken = identity.fetchToken(
  async () => {
    const body = JSON.stringify({ role: 'checkout', jwt: await readToken() })
    const answer = await fetch(`${vault}/v1/auth/kubernetes/login`, { method: 'POST', body })
    if (!answer.ok) throw Object.assign(new Error('The login failed'), { status: answer.status })
    return login.parse(await answer.json()).auth
  },
  { provider: 'vault', name: 'kubernetes-login', audience: 'vault' },
)

const { client_token: token } = await fetchToken()
const answer = await identity.use({ service: 'vault', provider: 'vault', token }, () =>
  fetch(`${vault}/v1/secret/data/orders`, { headers: { 'x-vault-token': token } }),
)

console.log(`Vault answered ${answer.status}.`)
console.log(await registry.metrics())
