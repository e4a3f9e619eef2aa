/** Canonical events for tests: valid ones, and whatever a test changes about them. */
import type {
  AssignmentChange,
  MetadataCall,
  SecretRead,
  TokenRequest,
  TokenUse,
} from '../../src/events/event.ts'
import type { Owner } from '../../src/events/ownership.ts'

/** A whole hour, day and five minutes: the start of many buckets. */
export const noon = Date.UTC(2026, 5, 15, 12)

const common = {
  id: 'event-1',
  time: noon,
  provider: 'azure',
  source: 'azure-entra',
  layer: 'vm',
  identity: { id: 'identity-1', name: 'checkout-api', type: 'system-assigned', tenant: 'tenant-1' },
  app: 'checkout',
  outcome: 'success',
} as const

export function aTokenRequest(changes: Partial<TokenRequest> = {}): TokenRequest {
  return { ...common, kind: 'token.request', vantage: 'issuer', audience: 'vault.example', ...changes }
}

export function aFailedTokenRequest(changes: Partial<TokenRequest> = {}): TokenRequest {
  return aTokenRequest({
    outcome: 'failure',
    reason: 'platform_error',
    fault: 'platform',
    code: 'E500',
    ...changes,
  })
}

export function aTokenUse(changes: Partial<TokenUse> = {}): TokenUse {
  return { ...common, kind: 'token.use', service: 'storage', decision: 'allowed', ...changes }
}

/** The 401 that a service answers when a token has run out. */
export function anExpiredTokenUse(changes: Partial<TokenUse> = {}): TokenUse {
  return aTokenUse({
    outcome: 'failure',
    decision: 'unauthenticated',
    reason: 'token_expired',
    fault: 'caller',
    httpStatus: 401,
    ...changes,
  })
}

export function aForbiddenTokenUse(changes: Partial<TokenUse> = {}): TokenUse {
  return aTokenUse({
    outcome: 'failure',
    decision: 'forbidden',
    reason: 'permission_denied',
    fault: 'policy',
    httpStatus: 403,
    ...changes,
  })
}

export function anAssignmentChange(changes: Partial<AssignmentChange> = {}): AssignmentChange {
  return {
    ...common,
    kind: 'assignment.change',
    op: 'granted',
    principal: common.identity.id,
    role: 'reader',
    scope: '/',
    actor: { id: 'deployer', name: 'deployer', type: 'service-principal' },
    ...changes,
  }
}

export function aSecretRead(changes: Partial<SecretRead> = {}): SecretRead {
  return {
    ...common,
    kind: 'secret.read',
    vault: 'vault-1',
    secret: 'database-password',
    likelyFallback: true,
    ...changes,
  }
}

export function aMetadataCall(changes: Partial<MetadataCall> = {}): MetadataCall {
  return { ...common, kind: 'metadata.call', endpoint: 'imds', ...changes }
}

export function aFailedMetadataCall(changes: Partial<MetadataCall> = {}): MetadataCall {
  return aMetadataCall({
    outcome: 'failure',
    reason: 'platform_error',
    fault: 'platform',
    code: '500',
    httpStatus: 500,
    ...changes,
  })
}

export const checkoutOwner: Owner = {
  app: 'checkout',
  team: 'payments',
  criticality: 'critical',
  isOwned: true,
}
