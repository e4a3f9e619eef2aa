/** `metadata.google.internal`, and the token endpoints of Google: OAuth 2.0, token exchange and impersonation. */
import { type Answer, type Request, StandIn } from './stand-in.ts'
import { jwt, opaque } from './tokens.ts'

export const email = 'checkout@acme-shop.iam.gserviceaccount.com'

export class GoogleMetadata {
  ttl = 3600

  isToken({ path }: Request): boolean {
    return /\/service-accounts\/[^/]+\/(?:token|identity)$/.test(path)
  }

  answer(request: Request): Answer {
    const headers = { 'metadata-flavor': 'Google' }
    if (request.headers['metadata-flavor'] !== 'Google') return { status: 403 }
    if (request.path.endsWith('/identity')) {
      const now = Math.floor(Date.now() / 1000)
      const claims = { aud: request.query.get('audience'), email, iat: now, exp: now + this.ttl }
      return { status: 200, headers, body: jwt(claims) }
    }
    if (this.isToken(request)) {
      const token = { access_token: opaque('ya29.'), expires_in: this.ttl, token_type: 'Bearer' }
      return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: token }
    }
    if (request.path.endsWith('/universe/universe-domain'))
      return { status: 200, headers, body: 'googleapis.com' }
    return { status: 200, headers, body: 'acme-shop' }
  }

  start(): Promise<StandIn> {
    return StandIn.start(this)
  }
}

/** Three endpoints at one address, told apart by path: /token, /v1/token and …:generateAccessToken. */
export class GoogleTokens {
  isToken({ method, path }: Request): boolean {
    return method === 'POST' && (path.endsWith('/token') || path.endsWith(':generateAccessToken'))
  }

  answer(request: Request): Answer {
    if (!this.isToken(request)) return { status: 404 }
    if (request.path.endsWith(':generateAccessToken')) {
      const expireTime = new Date(Date.now() + 3_600_000).toISOString()
      return { status: 200, body: { accessToken: opaque('ya29.'), expireTime } }
    }
    return {
      status: 200,
      body: {
        access_token: opaque('ya29.'),
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      },
    }
  }

  start(): Promise<StandIn> {
    return StandIn.start(this)
  }
}
