/** Azure: tokens from Entra, calls to key vaults, role assignments in the activity log. */
import type { Written } from '../facts.ts'
import { guidOf, guidSeries } from '../random.ts'
import type { Asking, Call, Change, ChangeKind, Failure, Recorder, Token } from '../recorder.ts'
import { decisionOf, operator } from '../recorder.ts'
import { roleAssignmentRecords, type Subscription, vaultId, vaultRecord } from '../records/azure-resources.ts'
import {
  type Audience,
  type AzureIdentity,
  type DirectoryChange,
  directoryRecord,
  SignInLog,
  signInRecord,
} from '../records/entra.ts'
import type { WorkloadPlan } from '../scenario.ts'

const where: Subscription = { tenantId: guidOf('tenant acme'), subscriptionId: guidOf('subscription acme') }
const audience: Audience = { name: 'Azure Key Vault', appId: guidOf('application Azure Key Vault') }
const activityMs = 640

/** AADSTS. */
const codes: Readonly<Record<Failure, number>> = {
  platform_error: 90033,
  throttled: 90055,
  identity_not_found: 700016,
  federation_mismatch: 700213,
  misconfigured_caller: 500011,
}

const statuses = { allowed: 200, forbidden: 403, unauthenticated: 401 } as const

const activities: Readonly<Record<Exclude<ChangeKind, 'revoke' | 'grant'>, DirectoryChange['activity']>> = {
  delete: 'Remove service principal',
  restore: 'Add service principal',
  'break-trust': 'Update application',
  'mend-trust': 'Update application',
}

function identityOf({ name, app, isFederated }: WorkloadPlan): AzureIdentity {
  const group = `/subscriptions/${where.subscriptionId}/resourcegroups/rg-${app}`
  return {
    name: `mi-${name}`,
    kind: isFederated ? 'federated' : 'userAssigned',
    objectId: guidOf(`object ${name}`),
    appId: guidOf(`application ${name}`),
    resourceId: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi-${name}`,
  }
}

function vaultOf({ app }: WorkloadPlan): string {
  return `kv-acme-${app}`
}

export class AzureRecorder implements Recorder {
  readonly #signIns: SignInLog
  readonly #correlation: () => string
  readonly #change: () => string
  readonly #token: () => string

  constructor(seed: string) {
    this.#signIns = new SignInLog(where.tenantId, `${seed} sign-in`)
    this.#correlation = guidSeries(`${seed} vault call`)
    this.#change = guidSeries(`${seed} directory change`)
    this.#token = guidSeries(`${seed} azure token`)
  }

  identitiesOf(workload: WorkloadPlan): readonly [string] {
    return [identityOf(workload).objectId]
  }

  /** A sign-in does not say how long its token lives, and a vault not which token was presented. */
  issue({ instance, time }: Asking): Token {
    return { id: this.#token(), issuedAt: time, endsAt: time + instance.workload.ttlMs }
  }

  asked({ instance, time, failure }: Asking): Written {
    const identity = identityOf(instance.workload)
    const errorCode = failure === undefined ? 0 : codes[failure]
    const text = signInRecord(this.#signIns, { identity, audience, time, emitted: time, errorCode })
    const isGranted = failure === undefined
    const fact = { of: 'request', vantage: 'issuer', isGranted, holder: identity.objectId } as const
    return { log: 'azure-entra', time, text, facts: [fact] }
  }

  called(call: Call): Written {
    return this.#vaultCall(call, false)
  }

  secretRead(call: Call): Written {
    return this.#vaultCall(call, true)
  }

  changed(change: Change): readonly Written[] {
    const isRole = change.kind === 'revoke' || change.kind === 'grant'
    return isRole ? roleChange(change) : [this.#directoryChange(change, activities[change.kind])]
  }

  #vaultCall({ instance, time, resource, refusal }: Call, isSecret: boolean): Written {
    const { workload } = instance
    const decision = decisionOf(refusal)
    const operation = isSecret ? 'SecretGet' : 'KeyUnwrap'
    const object = isSecret ? `secrets/${workload.app}-storage-key` : `keys/${resource}`
    const use = { vault: vaultOf(workload), operation, object } as const
    const identity = identityOf(workload)
    const text = vaultRecord(where, {
      identity,
      use,
      time,
      httpStatusCode: statuses[decision],
      durationMs: 12,
      correlationId: this.#correlation(),
    })
    const access = `${identity.objectId} Microsoft.KeyVault`
    const used = { of: 'use', decision, isExpired: refusal === 'expired', access } as const
    const facts: Written['facts'] = isSecret ? [{ of: 'secret', isGood: false }, used] : [used]
    return { log: 'azure-keyvault', time, text, facts }
  }

  #directoryChange({ workload, time, kind }: Change, activity: DirectoryChange['activity']): Written {
    const text = directoryRecord({
      tenantId: where.tenantId,
      id: this.#change(),
      time,
      by: operator,
      target: identityOf(workload),
      activity,
      ...(activity === 'Update application' && { modified: trustEdit(workload, kind === 'mend-trust') }),
    })
    return { log: 'azure-entra', time, text, facts: [{ of: 'change', isGood: true }] }
  }
}

function roleChange({ workload, time, kind }: Change): readonly Written[] {
  const role = 'Key Vault Crypto User'
  const scope = vaultId(where, vaultOf(workload))
  const isRemoval = kind === 'revoke'
  const holder = identityOf(workload)
  const texts = roleAssignmentRecords(where, { time, isRemoval, by: operator, holder, role, scope })
  return texts.map((text, index): Written => {
    const isEnd = index > 0
    const fact = { of: isEnd ? 'change' : 'step', isGood: true } as const
    return { log: 'azure-activity', time: time + (isEnd ? activityMs : 0), text, facts: [fact] }
  })
}

/** The subject of the federated credential is mistyped, or put right again. */
function trustEdit({ app, name }: WorkloadPlan, isMended: boolean) {
  const credentials = (isRight: boolean): readonly object[] => [
    { Name: name, Subject: `system:serviceaccount:${app}:${name}${isRight ? '' : '-old'}` },
  ]
  return {
    name: 'FederatedIdentityCredentials',
    before: credentials(!isMended),
    after: credentials(isMended),
  }
}
