/** The instance metadata service of EC2, the pod identity agent of EKS, and the Security Token Service. */
import { type Answer, type Request, StandIn } from './stand-in.ts'
import { opaque } from './tokens.ts'

export const account = '111122223333'
export const role = `arn:aws:iam::${account}:role/acme/checkout`

function expiration(ttl: number): string {
  return new Date(Date.now() + ttl * 1000).toISOString()
}

/** As both endpoints of an instance or a container write keys. */
function keys(ttl: number): object {
  return {
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: opaque('ASIA'),
    SecretAccessKey: opaque('secret-'),
    Token: opaque('session-'),
    Expiration: expiration(ttl),
    AccountId: account,
  }
}

export class Ec2Metadata {
  ttl = 21_600

  isToken({ path }: Request): boolean {
    return /^\/latest\/meta-data\/iam\/security-credentials\/.+/.test(path)
  }

  answer(request: Request): Answer {
    if (request.path === '/latest/api/token')
      return request.method === 'PUT' ? { status: 200, body: opaque('imds-') } : { status: 405 }
    if (request.headers['x-aws-ec2-metadata-token'] === undefined) return { status: 401 }
    if (request.path === '/latest/meta-data/iam/security-credentials/')
      return { status: 200, body: 'checkout' }
    return this.isToken(request) ? { status: 200, body: JSON.stringify(keys(this.ttl)) } : { status: 404 }
  }

  start(): Promise<StandIn> {
    return StandIn.start(this)
  }
}

export class PodIdentityAgent {
  ttl = 21_600

  isToken({ path }: Request): boolean {
    return path === '/v1/credentials'
  }

  answer(request: Request): Answer {
    if (!this.isToken(request)) return { status: 404 }
    if (request.headers['authorization'] === undefined)
      return { status: 400, body: 'Service account token cannot be empty' }
    return { status: 200, body: keys(this.ttl) }
  }

  start(): Promise<StandIn> {
    return StandIn.start(this)
  }
}

/** An error of STS in the query protocol. */
export function stsError(status: number, code: string, message: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  }
}

export class Sts {
  isToken({ body }: Request): boolean {
    return /Action=(?:AssumeRole|GetSessionToken)/.test(body)
  }

  answer(request: Request): Answer {
    const action = new URLSearchParams(request.body).get('Action') ?? ''
    const headers = { 'content-type': 'text/xml' }
    if (!this.isToken(request)) {
      const result = `<Arn>${role}</Arn><UserId>u</UserId><Account>${account}</Account>`
      return { status: 200, headers, body: this.#wrapped(action, result) }
    }
    const credentials = `<Credentials><AccessKeyId>${opaque('ASIA')}</AccessKeyId><SecretAccessKey>${opaque('secret-')}</SecretAccessKey><SessionToken>${opaque('session-')}</SessionToken><Expiration>${expiration(3600)}</Expiration></Credentials>`
    const user = `<AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/checkout/s</Arn></AssumedRoleUser>`
    return { status: 200, headers, body: this.#wrapped(action, credentials + user) }
  }

  #wrapped(action: string, result: string): string {
    return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`
  }

  start(): Promise<StandIn> {
    return StandIn.start(this)
  }
}
