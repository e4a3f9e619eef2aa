/** Changes of apps, keys, tokens and workflow secrets, and of who may reach what. */
import type { Identity, IdentityEvent } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { Mapped } from '../connector.ts'
import { text } from '../fields.ts'
import { callerOf, personIdentity, repositoryIdentity } from './callers.ts'
import type { Change } from './change-table.ts'
import type { Entry } from './entry.ts'
import { useOf } from './uses.ts'

const noSubject = reject(
  'missing_field',
  'expected who or what was changed: user, team, name or integration, repo',
)

const nobody: Identity = { id: 'unknown', type: 'unknown', tenant: '' }

function appIdentity(entry: Entry): Identity | undefined {
  const { record, tenant } = entry
  const name = text(record['integration']) ?? text(record['name']) ?? text(record['application_name'])
  return name === undefined ? undefined : { id: `app:${name}`, name, type: 'service-principal', tenant }
}

/** Secrets of an organisation are for workflows of any of its repositories. */
function storeIdentity(entry: Entry): Identity {
  const { repository, tenant } = entry
  if (repository !== undefined) return repositoryIdentity(repository, tenant)
  return { id: `org:${tenant}`, name: tenant, type: 'federated', tenant }
}

/** The person that the event is about, who need not be who acted. */
function personOf(entry: Entry): Identity | undefined {
  const { record, tenant } = entry
  const login = text(record['user'])
  const hasId =
    typeof record['user_id'] === 'number' ? record['user_id'] > 0 : text(record['user_id']) !== undefined
  return login === undefined && !hasId ? undefined : personIdentity(record['user_id'], login, tenant)
}

function subjectOf(entry: Entry, whom: Change['whom'], caller: Identity | undefined): Identity | undefined {
  const { record, repository, tenant } = entry
  switch (whom) {
    case 'app':
      return appIdentity(entry)
    case 'store':
      return storeIdentity(entry)
    case 'deploy-key':
      if (repository === undefined) return undefined
      return { id: `deploy-key:${repository}`, type: 'service-principal', tenant, repository }
    case 'token':
      return personOf(entry) ?? caller
    case 'person':
      return personOf(entry)
    case 'team': {
      const team = text(record['team'])
      return team === undefined ? undefined : { id: `team:${team}`, type: 'unknown', tenant }
    }
  }
}

function changeOf(entry: Entry, change: Change, identity: Identity, actor: Identity): IdentityEvent {
  const common = {
    id: entry.id,
    time: entry.time,
    provider: 'github',
    source: 'github-audit',
    layer: 'cicd',
    identity,
    app: '',
    outcome: 'success',
    correlation: { requestId: text(entry.record['request_id']) },
    actor: { id: actor.id, name: actor.name, type: actor.type },
  } as const
  if (change.kind === 'identity') return { ...common, kind: 'identity.change', op: change.op }
  const isRepository = change.scope === 'repository'
  return {
    ...common,
    kind: 'assignment.change',
    op: change.op,
    principal: identity.id,
    role: text(entry.record['permission']) ?? '*',
    scope: isRepository ? (entry.repository ?? '*') : entry.tenant,
  }
}

export function mapChange(entry: Entry, change: Change): Mapped {
  const caller = callerOf(entry)
  const identity = subjectOf(entry, change.whom, caller)
  if (identity === undefined) return noSubject
  const event = changeOf(entry, change, identity, caller ?? nobody)
  if (caller === undefined || caller.type === 'user') return [event]
  return [event, useOf(entry, caller, `${entry.id}#1`)]
}
