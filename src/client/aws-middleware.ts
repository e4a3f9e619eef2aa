/** Middleware for clients of the AWS SDK v3: calls of STS that give credentials are fetches, all others are uses. */
import { readCredentials, roleIdentity } from './aws.ts'
import { field, numberField, textField } from './fields.ts'
import type { Recorder } from './recorder.ts'
import { TokenMemory } from './token-memory.ts'
import { noToken, type TokenSource } from './token-source.ts'

type Handler = (values: object) => Promise<object>

/** What all clients of the SDK have: their types differ by service. */
export interface AwsClient {
  readonly middlewareStack: object
}

/** Commands of STS whose answer holds `Credentials`. */
const issuing: ReadonlySet<string> = new Set([
  'AssumeRoleCommand',
  'AssumeRoleWithWebIdentityCommand',
  'AssumeRoleWithSAMLCommand',
  'AssumeRootCommand',
  'GetFederationTokenCommand',
  'GetSessionTokenCommand',
])

/** `{ output: { Credentials: { SessionToken, Expiration } } }`, spelled as the service does. */
function readOutput(result: unknown) {
  const credentials = field(field(result, 'output'), 'Credentials')
  const token = textField(credentials, 'SessionToken')
  if (token === undefined) return noToken
  return readCredentials({ sessionToken: token, expiration: field(credentials, 'Expiration') })
}

export interface AwsUse {
  /** Name of the service, as the SDK spells it: `S3`. */
  readonly service: string
  readonly startedAtMs: number
  /** The keys that signed. */
  readonly credentials: unknown
  /** The HTTP response, or what was thrown. */
  readonly answer: unknown
}

function sourceOf(): TokenSource {
  return {
    provider: 'aws',
    credentialType: 'STS',
    isChain: false,
    isStep: true,
    identity: {},
    memory: new TokenMemory(),
    read: readOutput,
  }
}

/** One for each command: its retries are within it. */
export function instrumentSts(recorder: Recorder, client: AwsClient): void {
  const source = sourceOf()
  const middleware = (next: Handler, context: object) => (values: object) => {
    if (!issuing.has(textField(context, 'commandName') ?? '')) return next(values)
    const role = textField(field(values, 'input'), 'RoleArn')
    const asked = { key: role ?? 'session', audience: '', identity: roleIdentity(role) }
    return recorder.run(source, asked, () => next(values))
  }
  add(client, middleware, { step: 'initialize', priority: 'high', name: 'identitySloFetch', override: true })
}

/** One for each HTTP request that carries a signature: a 403 that is repeated is two. */
export function instrumentUses(client: AwsClient, used: (use: AwsUse) => void): void {
  const middleware = (next: Handler, context: object) => (values: object) => {
    if (issuing.has(textField(context, 'commandName') ?? '')) return next(values)
    const startedAtMs = Date.now()
    const scheme = field(field(context, '__smithy_context'), 'selectedHttpAuthScheme')
    const tell = (answer: unknown) =>
      used({
        service: (textField(context, 'clientName') ?? 'AWS').replace(/Client$/, ''),
        startedAtMs,
        credentials: field(scheme, 'identity'),
        answer,
      })
    return next(values).then(
      (result) => {
        tell(field(result, 'response'))
        return result
      },
      (error: unknown) => {
        tell(
          numberField(field(error, '$response'), 'statusCode') === undefined
            ? error
            : field(error, '$response'),
        )
        throw error
      },
    )
  }
  add(client, middleware, { step: 'deserialize', priority: 'low', name: 'identitySloUse', override: true })
}

function add(client: AwsClient, middleware: unknown, options: object): void {
  const method = field(client.middlewareStack, 'add')
  if (typeof method === 'function') Reflect.apply(method, client.middlewareStack, [middleware, options])
}
