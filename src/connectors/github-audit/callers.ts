/** Who acted: a person, an app, a deploy key, or a workflow with the token of its run. */
import type { CredentialType, Identity, Workload } from '../../events/event.ts'
import { text } from '../fields.ts'
import type { Entry } from './entry.ts'

const workflowActor = 'github-actions[bot]'
const botSuffix = '[bot]'

/**
 * A repository whose workflows run: `repo:org/name`, with which the subjects of its OIDC tokens begin too, so that its
 * deployments into clouds and its calls to GitHub go by one beginning.
 */
export function repositoryIdentity(repository: string, tenant: string): Identity {
  return { id: `repo:${repository}`, name: repository, type: 'federated', tenant, repository }
}

export function repositoryWorkload(repository: string | undefined): Workload | undefined {
  return repository === undefined ? undefined : { kind: 'repository', name: repository }
}

/** Numbers, or numbers as text; 0 is nobody. */
function numericId(value: unknown): string | undefined {
  const id = typeof value === 'number' ? String(value) : value
  return typeof id === 'string' && id !== '' && id !== '0' ? id : undefined
}

/** Logins can be changed, ids cannot. */
export function personIdentity(id: unknown, login: string | undefined, tenant: string): Identity {
  return { id: numericId(id) ?? login ?? 'unknown', type: 'user', tenant }
}

function isMachine(entry: Entry, actor: string, access: string): boolean {
  if (actor.endsWith(botSuffix) || access.includes('server-to-server')) return true
  return entry.record['actor_is_bot'] === true || entry.record['actor_is_agent'] === true
}

/** Undefined where nobody is named: a request without a credential, or GitHub itself. */
export function callerOf(entry: Entry): Identity | undefined {
  const actor = text(entry.record['actor'])
  const access = text(entry.record['programmatic_access_type'])?.toLowerCase() ?? ''
  const { repository, tenant } = entry
  if (actor === 'deploy_key' || access === 'deploy key') {
    const id = `deploy-key:${repository ?? 'unknown'}`
    return { id, type: 'service-principal', tenant, repository }
  }
  if (actor === undefined) return undefined
  if (actor === workflowActor && repository !== undefined) return repositoryIdentity(repository, tenant)
  if (!isMachine(entry, actor, access)) return personIdentity(entry.record['actor_id'], actor, tenant)
  const name = actor.endsWith(botSuffix) ? actor.slice(0, -botSuffix.length) : actor
  return { id: actor, name, type: 'service-principal', tenant }
}

/** Parts of `programmatic_access_type`, in lower case. */
const credentialTypes: readonly (readonly [part: string, type: CredentialType])[] = [
  ['personal access token', 'secret'],
  ['server-to-server', 'session'],
  ['user-to-server', 'session'],
  ['oauth', 'session'],
  ['key', 'access-key'],
]

/** The token of a workflow run is GitHub's to manage; an app's installation token lives an hour. */
export function credentialTypeOf(entry: Entry, caller: Identity): CredentialType | undefined {
  if (caller.type === 'federated') return 'managed'
  const access = text(entry.record['programmatic_access_type'])?.toLowerCase() ?? ''
  return credentialTypes.find(([part]) => access.includes(part))?.[1]
}

export function tokenIdOf(entry: Entry): string | undefined {
  return numericId(entry.record['token_id'])
}
