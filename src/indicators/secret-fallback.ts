/** M9: do workloads that have a managed identity go without secrets? Bad is a static secret, or a lesser credential. */
import type { IdentityEvent, TokenRequest } from '../events/event.ts'
import { credentialOf, isAuthentication } from '../events/fallback/credentials.ts'
import type { Indicator } from './indicator.ts'

/** A client that says whether it fell back knows it, and needs nobody else's word: no issuer has to be read. */
function isToldByClient(event: IdentityEvent): event is TokenRequest {
  return event.kind === 'token.request' && event.vantage === 'client' && event.fallback !== undefined
}

/**
 * A credential that nobody has to keep is good by itself. Whether a static one is a fallback is found out before it is
 * judged, or later (events/fallback); of one whose workload may have no other, nothing is said.
 */
export const secretFallback: Indicator = {
  id: 'secret-fallback',
  title: 'Fallback to static secrets',
  kinds: ['token.request', 'token.use', 'secret.read'],
  aspect: 'fallback',
  judge: (event) => {
    const isAuthenticated = isAuthentication(event)
    if (!isAuthenticated && event.kind !== 'secret.read' && !isToldByClient(event)) return undefined
    if (event.fallback !== undefined) return event.fallback ? 'bad' : 'good'
    const isManaged = isAuthenticated && event.identity.type !== 'user' && credentialOf(event) === 'managed'
    return isManaged ? 'good' : undefined
  },
}
