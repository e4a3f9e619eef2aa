/** Changes of clients, credentials, identity providers and admin rights. */
import type { Identity, IdentityEvent, TokenUse } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { text } from '../fields.ts'
import type { Change } from './change-table.ts'
import { actorIdentity, type Entry, known, machineIdentity, personIdentity, targetOf } from './entry.ts'

const failed = reject('not_relevant', 'the change did not succeed: nothing was changed')
const noTarget = reject('missing_field', 'target: expected the id of what was changed')

/** Secrets and keys are targets of their own beside the app that they belong to. */
function appOf(entry: Entry): JsonObject | undefined {
  return (
    targetOf(entry, 'appinstance') ??
    targetOf(entry, 'publicclientapp') ??
    targetOf(entry, 'client') ??
    entry.targets[0]
  )
}

function appIdentity(entry: Entry): Identity | undefined {
  const app = appOf(entry)
  const id = known(text(app?.['id']))
  return id === undefined ? undefined : machineIdentity(id, text(app?.['displayName']))
}

function groupIdentity(entry: Entry): Identity | undefined {
  const group = targetOf(entry, 'usergroup') ?? entry.targets[0]
  const id = known(text(group?.['id']))
  return id === undefined ? undefined : { id: `group:${id}`, type: 'unknown', tenant: '' }
}

function subjectOf(entry: Entry, whom: Change['whom']): Identity | undefined {
  switch (whom) {
    case 'app':
      return appIdentity(entry)
    case 'group':
      return groupIdentity(entry)
    case 'user': {
      const id = text((targetOf(entry, 'user') ?? entry.targets[0])?.['id'])
      return id === undefined ? undefined : personIdentity(id)
    }
    case 'idp': {
      const idp = entry.targets[0]
      const id = known(text(idp?.['id']))
      return id === undefined
        ? undefined
        : { id, name: text(idp?.['displayName']), type: 'federated', tenant: '' }
    }
    case 'token':
      // An API token has the rights of who made it.
      return actorIdentity(entry)
  }
}

/** With a token of its own: the changes of a machine are its uses of Okta's API. */
function useOf(entry: Entry, actor: Identity): TokenUse {
  return {
    kind: 'token.use',
    id: `${entry.id}#1`,
    time: entry.time,
    provider: 'okta',
    source: 'okta',
    layer: 'federation',
    identity: actor,
    app: '',
    outcome: 'success',
    correlation: { tokenId: entry.requestTokenId, operationId: entry.transactionId },
    service: 'okta',
    decision: 'allowed',
  }
}

function changeOf(entry: Entry, change: Change, identity: Identity, actor: Identity): IdentityEvent {
  const token = change.whom === 'token' ? text(entry.targets[0]?.['id']) : undefined
  const common = {
    id: entry.id,
    time: entry.time,
    provider: 'okta',
    source: 'okta',
    layer: 'federation',
    identity,
    app: '',
    outcome: 'success',
    correlation: { tokenId: token, operationId: entry.transactionId },
    actor: { id: actor.id, name: actor.name, type: actor.type },
  } as const
  if (change.kind === 'identity') return { ...common, kind: 'identity.change', op: change.op }
  const privilege = text(entry.debug?.['privilegeGranted']) ?? text(entry.debug?.['privilegeRevoked'])
  return {
    ...common,
    kind: 'assignment.change',
    op: change.op,
    principal: identity.id,
    role: privilege ?? '*',
    scope: 'org',
  }
}

export function mapChange(entry: Entry, change: Change): Mapped {
  if (entry.result !== 'SUCCESS' && entry.result !== 'ALLOW') return failed
  const identity = subjectOf(entry, change.whom)
  if (identity === undefined) return noTarget
  const actor = actorIdentity(entry)
  const event = changeOf(entry, change, identity, actor)
  return actor.type === 'service-principal' ? [event, useOf(entry, actor)] : [event]
}
