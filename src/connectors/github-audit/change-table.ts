/** Which audit log actions change a machine identity, a credential or a right, as data. */
import type { AssignmentChange, IdentityChange } from '../../events/event.ts'

/** `store`: where workflows get secrets from. `token`: a person's. `app`: a GitHub App or an OAuth app. */
export type Whom = 'app' | 'store' | 'token' | 'deploy-key'

export type Change =
  | { readonly kind: 'identity'; readonly op: IdentityChange['op']; readonly whom: Whom }
  | {
      readonly kind: 'assignment'
      readonly op: AssignmentChange['op']
      readonly whom: 'person' | 'team' | 'app'
      readonly scope: 'repository' | 'org'
    }

function identity(whom: Whom, op: IdentityChange['op']): Change {
  return { kind: 'identity', op, whom }
}

function assignment(
  whom: 'person' | 'team' | 'app',
  scope: 'repository' | 'org',
  op: AssignmentChange['op'],
): Change {
  return { kind: 'assignment', op, whom, scope }
}

const secretStores = ['org', 'repo', 'environment']

export const changes: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['integration.create', identity('app', 'created')],
  ['integration.destroy', identity('app', 'deleted')],
  ['integration.suspend', identity('app', 'disabled')],
  ['integration.unsuspend', identity('app', 'enabled')],
  ['integration.generate_client_secret', identity('app', 'credential-added')],
  ['integration.remove_client_secret', identity('app', 'credential-removed')],
  ['integration.generate_private_key', identity('app', 'credential-added')],
  ['integration.remove_private_key', identity('app', 'credential-removed')],
  ['integration_installation.create', identity('app', 'created')],
  ['integration_installation.destroy', identity('app', 'deleted')],
  ['integration_installation.suspend', identity('app', 'disabled')],
  ['integration_installation.unsuspend', identity('app', 'enabled')],
  ['integration_installation.repositories_added', assignment('app', 'org', 'granted')],
  ['integration_installation.repositories_removed', assignment('app', 'org', 'removed')],
  ['oauth_application.create', identity('app', 'created')],
  ['oauth_application.destroy', identity('app', 'deleted')],
  ['oauth_application.generate_client_secret', identity('app', 'credential-added')],
  ['oauth_application.remove_client_secret', identity('app', 'credential-removed')],
  ['personal_access_token.create', identity('token', 'credential-added')],
  ['personal_access_token.access_granted', identity('token', 'credential-added')],
  ['personal_access_token.access_revoked', identity('token', 'credential-removed')],
  ['personal_access_token.destroy', identity('token', 'credential-removed')],
  ['personal_access_token.credential_regenerated', identity('token', 'credential-added')],
  ['org_credential_authorization.grant', identity('token', 'credential-added')],
  ['org_credential_authorization.revoke', identity('token', 'credential-removed')],
  ['org_credential_authorization.deauthorize', identity('token', 'credential-removed')],
  ['repo.create_deploy_key', identity('deploy-key', 'credential-added')],
  ['repo.remove_deploy_key', identity('deploy-key', 'credential-removed')],
  ...secretStores.flatMap((store): [string, Change][] => [
    [`${store}.create_actions_secret`, identity('store', 'credential-added')],
    [`${store}.update_actions_secret`, identity('store', 'credential-added')],
    [`${store}.remove_actions_secret`, identity('store', 'credential-removed')],
  ]),
  ['repo.add_member', assignment('person', 'repository', 'granted')],
  ['repo.update_member', assignment('person', 'repository', 'changed')],
  ['repo.remove_member', assignment('person', 'repository', 'removed')],
  ['team.add_repository', assignment('team', 'repository', 'granted')],
  ['team.update_repository_permission', assignment('team', 'repository', 'changed')],
  ['team.remove_repository', assignment('team', 'repository', 'removed')],
  ['org.add_member', assignment('person', 'org', 'granted')],
  ['org.update_member', assignment('person', 'org', 'changed')],
  ['org.remove_member', assignment('person', 'org', 'removed')],
])
