/** Any function that gives a token: `fetchToken()` of a broker, of Vault, of a home-made client. */
import { field, numberField, textField } from './fields.ts'
import type { Identity, Provider } from './identity.ts'
import { around } from './methods.ts'
import type { Recorder } from './recorder.ts'
import { TokenMemory } from './token-memory.ts'
import { noToken, type ObtainedToken, type TokenSource } from './token-source.ts'

export interface TokenFunctionOptions<Result> {
  /** What tokens are for; by default the function's tokens are all for the same. */
  readonly audience?: string
  /** Default: `other`. */
  readonly provider?: Provider
  /** Default: the function's name. */
  readonly name?: string
  readonly identity?: Identity
  /** For results of another shape; `undefined` where the result holds no token. */
  readonly read?: (result: Result) => { readonly token: string; readonly expiresAt?: Date } | undefined
}

const tokenFields = ['token', 'access_token', 'accessToken', 'id_token', 'client_token']
/** An instant: a `Date`, or milliseconds. */
const instantFields = ['expiresAt', 'expiresOn', 'expiresOnTimestamp', 'expiration', 'expiry_date']
/** Seconds from now, as OAuth 2.0 and Vault have it. */
const durationFields = ['expires_in', 'expiresIn', 'lease_duration']

function instantIn(result: unknown): number | undefined {
  for (const name of instantFields) {
    const value = field(result, name)
    if (value instanceof Date) return value.getTime()
    if (typeof value === 'number' && Number.isFinite(value)) return value
  }
  for (const name of durationFields) {
    const seconds = numberField(result, name)
    if (seconds !== undefined) return Date.now() + seconds * 1000
  }
  return undefined
}

function readUsual(result: unknown): ObtainedToken | typeof noToken {
  if (typeof result === 'string') return result === '' ? noToken : { token: result }
  for (const name of tokenFields) {
    const token = textField(result, name)
    if (token !== undefined) return { token, expiresAtMs: instantIn(result) }
  }
  return noToken
}

function readWith<Result>(read: NonNullable<TokenFunctionOptions<Result>['read']>) {
  return (result: unknown): ObtainedToken | typeof noToken => {
    const obtained = read(result as Result)
    return obtained === undefined
      ? noToken
      : { token: obtained.token, expiresAtMs: obtained.expiresAt?.getTime() }
  }
}

export function instrumentFunction<Called extends (...values: never[]) => unknown>(
  recorder: Recorder,
  fetchToken: Called,
  options: TokenFunctionOptions<Awaited<ReturnType<Called>>>,
): Called {
  const source: TokenSource = {
    provider: options.provider ?? 'other',
    credentialType: options.name ?? (fetchToken.name === '' ? 'fetchToken' : fetchToken.name),
    isChain: false,
    isStep: false,
    identity: options.identity ?? {},
    memory: new TokenMemory(),
    read: options.read === undefined ? readUsual : readWith(options.read),
  }
  const audience = options.audience ?? ''
  const asked = { key: `${source.credentialType} ${audience}`, audience }
  return around(fetchToken, (_, call) => recorder.run(source, asked, call))
}
