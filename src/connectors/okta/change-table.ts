/** Which System Log events change a machine identity or a right, as data. */
import type { AssignmentChange, IdentityChange } from '../../events/event.ts'

export type Change =
  | { readonly kind: 'identity'; readonly op: IdentityChange['op']; readonly whom: 'app' | 'idp' | 'token' }
  | {
      readonly kind: 'assignment'
      readonly op: AssignmentChange['op']
      readonly whom: 'user' | 'group' | 'app'
    }

function identity(op: IdentityChange['op'], whom: 'app' | 'idp' | 'token'): Change {
  return { kind: 'identity', op, whom }
}

function assignment(op: AssignmentChange['op'], whom: 'user' | 'group' | 'app'): Change {
  return { kind: 'assignment', op, whom }
}

export const changes: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['app.oauth2.client.lifecycle.create', identity('created', 'app')],
  ['app.oauth2.client.lifecycle.update', identity('updated', 'app')],
  ['app.oauth2.client.lifecycle.activate', identity('enabled', 'app')],
  ['app.oauth2.client.lifecycle.deactivate', identity('disabled', 'app')],
  ['app.oauth2.client.lifecycle.delete', identity('deleted', 'app')],
  ['application.lifecycle.create', identity('created', 'app')],
  ['application.lifecycle.update', identity('updated', 'app')],
  ['application.lifecycle.activate', identity('enabled', 'app')],
  ['application.lifecycle.deactivate', identity('disabled', 'app')],
  ['application.lifecycle.delete', identity('deleted', 'app')],
  ['integration.api_service.lifecycle.authorize', identity('created', 'app')],
  ['integration.api_service.lifecycle.revoke', identity('deleted', 'app')],
  ['app.oauth2.credentials.lifecycle.create', identity('credential-added', 'app')],
  ['app.oauth2.credentials.lifecycle.activate', identity('credential-added', 'app')],
  ['app.oauth2.credentials.lifecycle.deactivate', identity('credential-removed', 'app')],
  ['app.oauth2.credentials.lifecycle.delete', identity('credential-removed', 'app')],
  ['system.api_token.create', identity('credential-added', 'token')],
  ['system.api_token.enable', identity('credential-added', 'token')],
  ['system.api_token.disable', identity('credential-removed', 'token')],
  ['system.api_token.revoke', identity('credential-removed', 'token')],
  ['system.idp.lifecycle.create', identity('created', 'idp')],
  ['system.idp.lifecycle.update', identity('updated', 'idp')],
  ['system.idp.lifecycle.activate', identity('enabled', 'idp')],
  ['system.idp.lifecycle.deactivate', identity('disabled', 'idp')],
  ['system.idp.lifecycle.delete', identity('deleted', 'idp')],
  ['user.account.privilege.grant', assignment('granted', 'user')],
  ['user.account.privilege.revoke', assignment('removed', 'user')],
  ['group.privilege.grant', assignment('granted', 'group')],
  ['group.privilege.revoke', assignment('removed', 'group')],
  ['app.oauth2.client.privilege.grant', assignment('granted', 'app')],
  ['app.oauth2.client.privilege.revoke', assignment('removed', 'app')],
])
