/** The instance metadata service of Azure, and the token endpoint of Microsoft Entra. */
import type { Certificate } from './certificate.ts'
import { type Answer, type Request, StandIn } from './stand-in.ts'
import { jwt } from './tokens.ts'

export const tenant = '8f1d0c62-7a51-4c0e-9d0e-3b6f2f0a1c11'
export const clientId = '2b7de3aa-52c4-4f0b-8a39-6c1f5f1d7e22'
export const objectId = '5c9a4b1e-0d3f-4e6a-b1c7-9e8d7f6a5b33'
const managedBy = `/subscriptions/s/resourcegroups/acme/providers/Microsoft.ManagedIdentity/userAssignedIdentities/checkout`

export interface Lifetime {
  /** Of new tokens, in seconds. */
  ttl: number
  /** How long ago the endpoint got them: metadata endpoints have caches. */
  age: number
}

/** Documented answers of the metadata service that are not tokens. */
export const imdsAnswers = {
  notFound: {
    status: 400,
    body: { error: 'invalid_request', error_description: 'Identity not found' },
  },
  updating: { status: 404, body: { error: 'not_found', error_description: 'The endpoint is updating' } },
  gone: { status: 410, body: { error: 'gone', error_description: 'The endpoint is updating' } },
  throttled: { status: 429, headers: { 'retry-after': '0' }, body: { error: 'too_many_requests' } },
  broken: { status: 500, body: { error: 'unknown', error_description: 'Failed to get a token' } },
  dropped: { status: 0 },
} as const satisfies Readonly<Record<string, Answer>>

export class Imds {
  readonly lifetime: Lifetime = { ttl: 86_400, age: 0 }

  isToken({ path }: Request): boolean {
    return path.replace(/\/$/, '') === '/metadata/identity/oauth2/token'
  }

  answer(request: Request): Answer {
    if (!this.isToken(request)) return { status: 404 }
    if (request.headers['metadata'] !== 'true') return { status: 400, body: { error: 'bad_request_102' } }
    const now = Math.floor(Date.now() / 1000)
    const issued = now - this.lifetime.age
    const token = jwt({
      aud: request.query.get('resource'),
      iat: issued,
      exp: issued + this.lifetime.ttl,
      tid: tenant,
      oid: objectId,
      appid: clientId,
      idtyp: 'app',
      xms_mirid: managedBy,
    })
    return {
      status: 200,
      body: {
        access_token: token,
        expires_on: `${issued + this.lifetime.ttl}`,
        resource: request.query.get('resource'),
        token_type: 'Bearer',
      },
    }
  }

  start(): Promise<StandIn> {
    return StandIn.start(this)
  }
}

/** An error as Entra writes it, secrets quoted and all. */
export function entraError(status: number, code: number, error: string, text: string): Answer {
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: 0 Correlation ID: 0`,
      error_codes: [code],
      timestamp: '2026-11-23 06:00:00Z',
    },
  }
}

export class Entra {
  isToken({ path }: Request): boolean {
    return path.endsWith('/oauth2/v2.0/token')
  }

  answer(request: Request): Answer {
    if (request.path.endsWith('/.well-known/openid-configuration')) return this.#configuration(request)
    if (!this.isToken(request)) return { status: 404 }
    const now = Math.floor(Date.now() / 1000)
    const scope = new URLSearchParams(request.body).get('scope') ?? ''
    const claims = { aud: scope, iat: now, exp: now + 3600, tid: tenant, oid: objectId, appid: clientId }
    return {
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token: jwt(claims) },
    }
  }

  #configuration({ path, headers }: Request): Answer {
    const authority = `https://${headers['host']}/${path.split('/')[1]}`
    return {
      status: 200,
      body: {
        token_endpoint: `${authority}/oauth2/v2.0/token`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
        issuer: `${authority}/v2.0`,
      },
    }
  }

  start(certificate: Certificate): Promise<StandIn> {
    return StandIn.start(this, certificate)
  }
}
