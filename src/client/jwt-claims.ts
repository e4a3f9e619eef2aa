/** Reads the times and the machine identity out of a JWT's claims. Nothing is verified, and the token goes nowhere. */
import type { Identity } from './identity.ts'

type Claims = Readonly<Record<string, unknown>>

export interface TokenFacts {
  readonly issuedAtMs?: number | undefined
  readonly expiresAtMs?: number | undefined
  readonly audience?: string | undefined
  readonly identity?: Identity | undefined
}

/** Larger than any token that a header can carry. */
const longestToken = 65_536

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function claimsIn(token: string): Claims | undefined {
  if (token.length > longestToken) return undefined
  const [, payload, signature, ...more] = token.split('.')
  if (payload === undefined || signature === undefined || more.length > 0) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return isClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

/** An id of a directory, a platform or a mesh: short, and with no place for anything else. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:@/#|+~-]{1,200}$/.test(value) ? value : undefined
}

/** Ids of directory objects and tenants. */
function directoryId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : undefined
}

function instant(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 1e11 ? value * 1000 : undefined
}

/** Delegated tokens have a scope, and a person's name. */
function isPerson(claims: Claims): boolean {
  const kind = word(claims['idtyp'])
  if (kind !== undefined) return kind.toLowerCase() === 'user'
  return claims['upn'] !== undefined || claims['unique_name'] !== undefined || claims['scp'] !== undefined
}

function entraIdentity(claims: Claims): Identity {
  const tenant = directoryId(claims['tid'])
  if (isPerson(claims)) return { type: 'user', tenant }
  const id = directoryId(claims['oid']) ?? directoryId(claims['appid']) ?? directoryId(claims['azp'])
  const resource = claims['xms_mirid']
  if (typeof resource !== 'string') return { id, type: 'service-principal', tenant }
  const isUserAssigned = resource.toLowerCase().includes('/userassignedidentities/')
  return { id, type: isUserAssigned ? 'user-assigned' : 'system-assigned', tenant }
}

function identityIn(claims: Claims): Identity | undefined {
  if (claims['tid'] !== undefined) return entraIdentity(claims)
  const subject = word(claims['sub'])
  if (subject?.startsWith('system:serviceaccount:') === true) return { id: subject, type: 'service-account' }
  if (subject?.startsWith('spiffe://') === true) return { id: subject, type: 'spiffe' }
  const email = word(claims['email'])
  if (email?.endsWith('.gserviceaccount.com') === true) return { id: email, type: 'service-account' }
  return undefined
}

function audienceIn(claims: Claims): string | undefined {
  const audience: unknown = claims['aud']
  return word(Array.isArray(audience) ? audience[0] : audience)
}

/** Empty for a token that is no JWT, or whose claims say nothing. */
export function factsOf(token: string): TokenFacts {
  const claims = claimsIn(token)
  if (claims === undefined) return {}
  return {
    issuedAtMs: instant(claims['iat']),
    expiresAtMs: instant(claims['exp']),
    audience: audienceIn(claims),
    identity: identityIn(claims),
  }
}
