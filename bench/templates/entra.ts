/** Entra's ManagedIdentitySignInLogs, without the fields on risk and place that are the same in every record. */
import { guidOf } from '../../src/simulation/random.ts'
import type { Clock, Entropy, Moment } from './entropy.ts'

const tenant = guidOf('bench tenant')

const audiences = [
  'Azure Storage',
  'Azure Key Vault',
  'Azure SQL Database',
  'Microsoft.ServiceBus',
  'Windows Azure Service Management API',
] as const

/** Codes that managed identities really meet: the application is gone, Entra has a passing problem, or throttles. */
const errorCodes = [700016, 90033, 90033, 90055] as const

interface ManagedIdentity {
  readonly appId: string
  /** The constant end of its records. */
  readonly named: string
}

function managedIdentity(index: number): ManagedIdentity {
  const name = `mi-acme-${index}`
  const kind = index % 3 === 0 ? 'systemAssigned' : 'userAssigned'
  const ids = `"servicePrincipalName":"${name}","servicePrincipalId":"${guidOf(`bench ${name}`)}"`
  return {
    appId: guidOf(`bench application ${index}`),
    named: `${ids},"managedIdentityType":"${kind}"`,
  }
}

export class EntraTemplate {
  readonly #entropy: Entropy
  readonly #clock: Clock
  readonly #identities: readonly [ManagedIdentity, ...ManagedIdentity[]]
  readonly #resources = new Map<string, string>()

  constructor(entropy: Entropy, clock: Clock, identities: number) {
    this.#entropy = entropy
    this.#clock = clock
    this.#identities = [
      managedIdentity(0),
      ...Array.from({ length: identities - 1 }, (_, i) => managedIdentity(i + 1)),
    ]
    for (const audience of audiences)
      this.#resources.set(
        audience,
        `"resourceDisplayName":"${audience}","resourceId":"${guidOf(`bench ${audience}`)}"`,
      )
  }

  record(moment: Moment, fails: boolean): string {
    const entropy = this.#entropy
    const identity = entropy.skewed(this.#identities)
    const resource = this.#resources.get(entropy.pick(audiences)) ?? ''
    const time = `${this.#clock.toFraction(moment, entropy.below(1000))}${entropy.below(10)}`
    const id = entropy.guid()
    const correlation = entropy.guid()
    const code = fails ? entropy.pick(errorCodes) : 0
    const token = fails ? '' : `,"uniqueTokenIdentifier":"${btoa(id)}"`
    return (
      `{"time":"${time}Z","resourceId":"/tenants/${tenant}/providers/Microsoft.aadiam",` +
      `"operationName":"Sign-in activity","category":"ManagedIdentitySignInLogs","tenantId":"${tenant}",` +
      `"resultType":"${code}","resultSignature":"None","durationMs":0,"correlationId":"${correlation}","Level":4,` +
      `"properties":{"id":"${id}","createdDateTime":"${time}+00:00","appId":"${identity.appId}",` +
      `"status":{"errorCode":${code}},` +
      `${resource},${identity.named}${token}}}\n`
    )
  }
}
