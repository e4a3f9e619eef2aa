/** Which fields of an audit log event are read: addresses, agents, queries and names from single sign-on never are. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  action: true,
  '@timestamp': true,
  created_at: true,
  /** What Panther calls `@timestamp`. */
  at_sign_timestamp: true,
  _document_id: true,
  request_id: true,
  /** A text here; System Log events of Okta have an object under the same name. */
  actor: {},
  actor_id: true,
  actor_is_bot: true,
  actor_is_agent: true,
  /** A text; elsewhere it is an object. */
  user: {},
  user_id: true,
  business: true,
  org: true,
  repo: true,
  /** An audit event has a text here; a webhook an object, of which nothing is read. */
  repository: {},
  team: true,
  name: true,
  integration: true,
  application_name: true,
  permission: true,
  key: true,
  environment_name: true,
  workflow_run_id: true,
  secrets_passed: true,
  programmatic_access_type: true,
  token_id: true,
  route: true,
  status_code: true,
  rate_limit_remaining: true,
}
