/** Clients of google-auth-library: those that hold a token, and `GoogleAuth`, which makes them. */
import { audienceOf } from './audience.ts'
import { className, field, isFields, numberField, textField } from './fields.ts'
import type { Identity } from './identity.ts'
import { putAround } from './methods.ts'
import type { Recorder } from './recorder.ts'
import { TokenMemory } from './token-memory.ts'
import { type Asked, noToken, type ObtainedToken, type TokenSource } from './token-source.ts'

interface Known {
  readonly source: TokenSource
  readonly asked: Asked
}

/** All give a token, and some call each other; `request()` and the service libraries use the last two. */
const tokenMethods = ['getAccessToken', 'getRequestHeaders', 'getRequestMetadataAsync']
/** Both give a client. */
const clientMethods = ['getClient', 'getIdTokenClient']

/** A service account's address, from the client's settings. `default` is the metadata server's word for its own. */
function accountOf(client: object): Identity | undefined {
  const account = [
    textField(client, 'email'),
    textField(client, 'targetPrincipal'),
    textField(client, 'serviceAccountEmail'),
    /serviceAccounts\/([^/:]+):/.exec(textField(client, 'serviceAccountImpersonationUrl') ?? '')?.[1],
  ].find((name) => name !== undefined && /^[\w.+-]{1,100}@[\w.-]{1,100}$/.test(name))
  if (account === undefined) return undefined
  const project = /@([\w-]+)\.iam\.gserviceaccount\.com$/.exec(account)?.[1]
  return { id: account, type: 'service-account', tenant: project }
}

/** From a `Headers` object or a plain one. */
function bearerIn(headers: unknown): string | undefined {
  const value: unknown = headers instanceof Headers ? headers.get('authorization') : undefined
  const written = typeof value === 'string' ? value : textField(headers, 'Authorization')
  return written?.startsWith('Bearer ') === true ? written.slice('Bearer '.length) : undefined
}

/** The token is in the result, its end in the client. */
function readFrom(client: object): (result: unknown) => ObtainedToken | typeof noToken {
  return (result) => {
    const token = textField(result, 'token') ?? bearerIn(result) ?? bearerIn(field(result, 'headers'))
    if (token === undefined) return noToken
    return { token, expiresAtMs: numberField(field(client, 'credentials'), 'expiry_date') }
  }
}

function knownOf(client: object, identity: Identity, number: number): Known {
  const audience = textField(client, 'targetAudience')
  return {
    source: {
      provider: 'gcp',
      credentialType: className(client),
      isChain: false,
      isStep: false,
      identity,
      memory: new TokenMemory(accountOf(client)),
      read: readFrom(client),
    },
    // A client that impersonates asks another for a token first: each is a fetch of its own.
    asked: { key: `client ${number}`, audience: audience === undefined ? '' : audienceOf(audience) },
  }
}

export class GoogleInstrumentation {
  readonly #recorder: Recorder
  readonly #known = new WeakMap<object, Known>()
  #clients = 0

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  /** A client, a class's prototype, or a `GoogleAuth`: then the clients that it gives. */
  instrument(target: object, identity: Identity = {}): void {
    // A client without credentials of its own asks nobody.
    if (className(target) === 'PassThroughClient') return
    if (typeof field(target, 'getClient') === 'function') this.#instrumentAuth(target, identity)
    else this.#instrumentClient(target, identity)
  }

  #instrumentAuth(auth: object, identity: Identity): void {
    for (const name of clientMethods)
      putAround(auth, name, (_auth, _values, call) => {
        const client = call()
        if (!(client instanceof Promise)) return client
        return client.then((given: unknown) => {
          if (isFields(given)) this.instrument(given, identity)
          return given
        })
      })
  }

  #instrumentClient(target: object, identity: Identity): void {
    for (const name of tokenMethods)
      putAround(target, name, (client, _values, call) => {
        const { source, asked } = this.#of(client, identity)
        return this.#recorder.run(source, asked, call)
      })
  }

  #of(client: object, identity: Identity): Known {
    const known = this.#known.get(client) ?? knownOf(client, identity, ++this.#clients)
    this.#known.set(client, known)
    return known
  }
}
