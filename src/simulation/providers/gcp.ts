/** Google Cloud: access tokens, calls of services and changes of policies, all in audit logs. */
import type { Written } from '../facts.ts'
import { guidSeries } from '../random.ts'
import type { Asking, Call, Change, Failure, Recorder, Refusal, Token } from '../recorder.ts'
import { decisionOf, operator } from '../recorder.ts'
import { type Entry, entryRecord, numberOf, type Status } from '../records/gcp.ts'
import type { WorkloadPlan } from '../scenario.ts'

const project = 'acme-prod'
const projectNumber = numberOf(`project ${project}`)
const pool = `projects/${projectNumber}/locations/global/workloadIdentityPools/clusters`
const provider = `//iam.googleapis.com/${pool}/providers/onprem`
const scope = 'https://www.googleapis.com/auth/cloud-platform'

const failures: Readonly<Record<Failure, Status>> = {
  platform_error: { code: 14, message: 'The service is currently unavailable.' },
  throttled: { code: 8, message: 'Quota exceeded for quota metric of the service.' },
  identity_not_found: { code: 5, message: 'Unknown service account' },
  federation_mismatch: { code: 3, message: 'The given credential is rejected by the attribute condition.' },
  misconfigured_caller: { code: 3, message: 'Request contains an invalid argument.' },
}

const refusals: Readonly<Record<Refusal, Status>> = {
  forbidden: { code: 7, message: 'Permission denied on the resource (or it may not exist).' },
  expired: { code: 16, message: 'Request had an expired authentication credential.' },
  'unknown-identity': { code: 16, message: 'Request had invalid authentication credentials.' },
}

type Place = Pick<Entry, 'service' | 'method' | 'permission' | 'resourceName' | 'resource'>

function place(service: string, method: string, permission: string, resourceName: string): Place {
  return {
    service,
    method,
    permission,
    resourceName,
    resource: { type: 'audited_resource', labels: { service, method } },
  }
}

/** What is called, by the name that scenarios have for the service. */
function useOf({ service, app }: WorkloadPlan, resource: string): Place {
  const name = `acme-${app}-${resource}`
  switch (service) {
    case 'storage': {
      const labels = { bucket_name: name, location: 'europe-west1' }
      const path = `projects/_/buckets/${name}/objects/orders/part-0.parquet`
      const called = place('storage.googleapis.com', 'storage.objects.get', 'storage.objects.get', path)
      return { ...called, resource: { type: 'gcs_bucket', labels } }
    }
    case 'database': {
      const path = `projects/${project}/databases/${name}/documents`
      return place(
        'firestore.googleapis.com',
        'google.firestore.v1.Firestore.BatchGetDocuments',
        'datastore.entities.get',
        path,
      )
    }
    case 'queue': {
      const path = `projects/${project}/subscriptions/${name}`
      return place(
        'pubsub.googleapis.com',
        'google.pubsub.v1.Subscriber.Pull',
        'pubsub.subscriptions.consume',
        path,
      )
    }
    default: {
      const path = `projects/${project}/locations/global/keyRings/${app}/cryptoKeys/${resource}`
      return place('cloudkms.googleapis.com', 'Decrypt', 'cloudkms.cryptoKeyVersions.useToDecrypt', path)
    }
  }
}

function emailOf({ name }: WorkloadPlan): string {
  return `${name}@${project}.iam.gserviceaccount.com`
}

function subjectOf({ app, name }: WorkloadPlan): string {
  return `system:serviceaccount:${app}:${name}`
}

/** The principal that federation gives; its own service account where there is none. */
function principalOf(workload: WorkloadPlan): string {
  if (!workload.isFederated) return emailOf(workload)
  return `principal://iam.googleapis.com/${pool}/subject/${subjectOf(workload)}`
}

function callerOf(workload: WorkloadPlan): Entry['caller'] {
  if (workload.isFederated) return { principalSubject: principalOf(workload) }
  const email = emailOf(workload)
  return { principalEmail: email, principalSubject: `serviceAccount:${email}` }
}

/** An entry but for the ids that all have. */
type Draft = Omit<Entry, 'project' | 'insertId'>

function accountDraft(email: string): Pick<Entry, 'resource' | 'resourceName'> {
  const labels = { email_id: email, unique_id: numberOf(email) }
  return {
    resource: { type: 'service_account', labels },
    resourceName: `projects/-/serviceAccounts/${email}`,
  }
}

/** `roles/storage.user` of the project is given or taken. */
function policyChange(workload: WorkloadPlan, time: number, action: 'ADD' | 'REMOVE'): Draft {
  const service = 'cloudresourcemanager.googleapis.com'
  const permission = 'resourcemanager.projects.setIamPolicy'
  const member = workload.isFederated ? principalOf(workload) : `serviceAccount:${emailOf(workload)}`
  const bindingDeltas = [{ action, role: `roles/${workload.service}.user`, member }]
  const type = 'type.googleapis.com/google.iam.v1.logging.AuditData'
  return {
    ...place(service, 'SetIamPolicy', permission, `projects/${project}`),
    time,
    log: 'activity',
    caller: { principalEmail: operator.upn },
    serviceData: { '@type': type, policyDelta: { bindingDeltas } },
  }
}

function accountChange(workload: WorkloadPlan, time: number, verb: 'delete' | 'undelete'): Draft {
  const method = verb === 'delete' ? 'DeleteServiceAccount' : 'UndeleteServiceAccount'
  const permission = `iam.serviceAccounts.${verb}`
  const caller = { principalEmail: operator.upn }
  const what = place('iam.googleapis.com', `google.iam.admin.v1.${method}`, permission, '')
  return { ...what, ...accountDraft(emailOf(workload)), time, log: 'activity', caller }
}

function trustChange(time: number): Draft {
  const method = 'google.iam.v1beta.WorkloadIdentityPools.UpdateWorkloadIdentityPoolProvider'
  const permission = 'iam.workloadIdentityPoolProviders.update'
  const what = place('iam.googleapis.com', method, permission, `${pool}/providers/onprem`)
  return { ...what, time, log: 'activity', caller: { principalEmail: operator.upn } }
}

function changeDraft({ workload, time, kind }: Change): Draft {
  switch (kind) {
    case 'revoke':
      return policyChange(workload, time, 'REMOVE')
    case 'grant':
      return policyChange(workload, time, 'ADD')
    case 'delete':
      return accountChange(workload, time, 'delete')
    case 'restore':
      return accountChange(workload, time, 'undelete')
    default:
      return trustChange(time)
  }
}

export class GcpRecorder implements Recorder {
  readonly #insertId: () => string
  readonly #tokenId: () => string

  constructor(seed: string) {
    this.#insertId = guidSeries(`${seed} gcp entry`)
    this.#tokenId = guidSeries(`${seed} gcp token`)
  }

  identitiesOf(workload: WorkloadPlan): readonly [string, ...string[]] {
    const principal = principalOf(workload)
    // A failed exchange names who asked, and not yet the principal.
    return workload.isFederated ? [principal, subjectOf(workload)] : [principal]
  }

  issue({ instance, time }: Asking): Token {
    return { id: this.#tokenId(), issuedAt: time, endsAt: time + instance.workload.ttlMs }
  }

  asked({ instance: { workload }, time, failure }: Asking): Written {
    const status = failure && failures[failure]
    return workload.isFederated
      ? this.#exchanged(workload, time, status)
      : this.#impersonated(workload, time, status)
  }

  called(call: Call): Written {
    return this.#used(call, useOf(call.instance.workload, call.resource), [])
  }

  secretRead(call: Call): Written {
    const service = 'secretmanager.googleapis.com'
    const method = 'google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion'
    const name = `${call.instance.workload.app}-service-account-key`
    const path = `projects/${projectNumber}/secrets/${name}/versions/1`
    const what = place(service, method, 'secretmanager.versions.access', path)
    return this.#used(call, what, [{ of: 'secret', isGood: false }])
  }

  changed(change: Change): readonly Written[] {
    return [this.#write(changeDraft(change), [{ of: 'change', isGood: true }])]
  }

  #write(draft: Draft, facts: Written['facts']): Written {
    const insertId = this.#insertId().replaceAll('-', '').slice(0, 14)
    return { log: 'gcp-audit', time: draft.time, text: entryRecord({ ...draft, project, insertId }), facts }
  }

  #used({ instance, time, refusal }: Call, what: Place, secrets: Written['facts']): Written {
    const { workload } = instance
    const status = refusal && refusals[refusal]
    const access = `${principalOf(workload)} ${what.service}`
    const fact = {
      of: 'use',
      decision: decisionOf(refusal),
      isExpired: refusal === 'expired',
      access,
    } as const
    const draft: Draft = { ...what, time, log: 'data_access', caller: callerOf(workload), status }
    return this.#write(draft, [...secrets, fact])
  }

  #exchanged(workload: WorkloadPlan, time: number, status: Status | undefined): Written {
    const principal = principalOf(workload)
    const method = 'google.identity.sts.v1.SecurityTokenService.ExchangeToken'
    const fact = {
      of: 'request',
      vantage: 'issuer',
      isGranted: status === undefined,
      holder: principal,
    } as const
    const draft: Draft = {
      ...place('sts.googleapis.com', method, 'sts.identityProviders.checkLogging', provider),
      time,
      log: 'data_access',
      caller: { principalSubject: subjectOf(workload) },
      request: { audience: provider, grantType: 'urn:ietf:params:oauth:grant-type:token-exchange' },
      metadata: status === undefined ? { mapped_principal: principal } : {},
      status,
    }
    return this.#write(draft, [fact])
  }

  #impersonated(workload: WorkloadPlan, time: number, status: Status | undefined): Written {
    const email = emailOf(workload)
    const account = accountDraft(email)
    const permission = 'iam.serviceAccounts.getAccessToken'
    const isGranted = status === undefined
    const endsAt = isGranted ? time + workload.ttlMs : undefined
    const subject = `serviceAccount:${project}.svc.id.goog[${workload.app}/${workload.name}]`
    const draft: Draft = {
      ...place('iamcredentials.googleapis.com', 'GenerateAccessToken', permission, ''),
      ...account,
      time,
      log: 'data_access',
      caller: { principalSubject: subject },
      request: { name: account.resourceName, lifetime: `${workload.ttlMs / 1000}s`, scope: [scope] },
      status,
    }
    return this.#write(draft, [{ of: 'request', vantage: 'issuer', isGranted, holder: email, endsAt }])
  }
}
