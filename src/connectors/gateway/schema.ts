/** The fields of a token endpoint's record that are read; tokens and assertions themselves are never among them. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  time: true,
  timestamp: true,
  '@timestamp': true,
  request_id: true,
  tenant: true,
  grant_type: true,
  client_id: true,
  subject_token_issuer: true,
  subject_token_subject: true,
  subject_token_id: true,
  actor_token_issuer: true,
  actor_token_subject: true,
  audience: true,
  /** A text, or a list of texts: elsewhere it is an object. */
  resource: {},
  /** An HTTP status; elsewhere it is an object. */
  status: {},
  status_code: true,
  /** A text; elsewhere it is an object. */
  error: {},
  /** Looked at for its cause; it may quote the token or name people, so nothing of it is passed on. */
  error_description: true,
  issued_token_id: true,
  expires_in: true,
  duration_ms: true,
}
