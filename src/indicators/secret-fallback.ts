/** M9: do workloads that have a managed identity go without secrets? Bad is a static secret, or a lesser credential. */
import { credentialOf, isAuthentication } from '../events/fallback/credentials.ts'
import type { Indicator } from './indicator.ts'

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
    if (!isAuthenticated && event.kind !== 'secret.read') return undefined
    if (event.fallback !== undefined) return event.fallback ? 'bad' : 'good'
    const isManaged = isAuthenticated && event.identity.type !== 'user' && credentialOf(event) === 'managed'
    return isManaged ? 'good' : undefined
  },
}
