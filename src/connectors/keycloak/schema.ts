/** Which fields of Keycloak's events are read: names and addresses of people, redirect URIs and sessions never are. */
import type { Shape } from '../connector.ts'

export const detailKeys = [
  'token_id',
  'grant_type',
  'username',
  'client_auth_method',
  'client_assertion_issuer',
  'client_assertion_sub',
  'access_token_expiration_time',
  'audience',
  'refresh_token_sub',
  'reason',
  'detail',
] as const

const details: Shape = Object.fromEntries(detailKeys.map((key) => [key, true as const]))

export const reads: Shape = {
  // A log line; the event is in `message`, which every record may have as a wrapper and which is read as such.
  'log.logger': true,
  loggerName: true,
  '@timestamp': true,
  timestamp: true,
  'event.sequence': true,
  sequence: true,
  // An event as the event listeners and the REST API have it.
  id: true,
  time: true,
  type: true,
  realmId: true,
  realmName: true,
  clientId: true,
  userId: true,
  /** A text; elsewhere it is an object. */
  error: {},
  details,
  // An admin event.
  operationType: true,
  resourceType: true,
  resourcePath: true,
  authDetails: { realmId: true, realmName: true, clientId: true, userId: true },
  representation: { name: true, clientId: true, enabled: true },
}
