/** Entry point `identity-slo/client`: one object that instruments credentials, providers, clients and functions. */
import { metrics as metricsApi, type Tracer, trace } from '@opentelemetry/api'
import { type AwsProvider, instrumentProvider } from './aws.ts'
import { type AwsClient, instrumentSts, instrumentUses } from './aws-middleware.ts'
import { type AzureCredential, instrumentAzure } from './azure.ts'
import { GoogleInstrumentation } from './google.ts'
import { HttpCalls } from './http-calls.ts'
import type { Identity, Provider } from './identity.ts'
import { MetadataEndpoints } from './metadata-endpoints.ts'
import { OpenTelemetryMetrics, type TokenMetrics } from './metrics.ts'
import { Recorder } from './recorder.ts'
import { settled } from './settled.ts'
import { type TokenFileOptions, tokenFileReader } from './token-file.ts'
import { instrumentFunction, type TokenFunctionOptions } from './token-function.ts'
import { claimedToken, recordUse, tokenText } from './token-use.ts'

export type { Identity, IdentityType, Provider, Reason } from './identity.ts'
export type { TokenMetrics } from './metrics.ts'
export type { TokenFileOptions } from './token-file.ts'
export type { TokenFunctionOptions } from './token-function.ts'

const scope = 'identity-slo/client'

/** Providers of the SDK that ask others in turn. */
const chains: ReadonlySet<string> = new Set(['fromNodeProviderChain', 'defaultProvider'])
/** What the SDK's own provider functions are called, if anything. */
const anonymous: ReadonlySet<string> = new Set(['', 'provider'])

export interface TelemetryOptions {
  /** Where counts go. Default: the global meter of OpenTelemetry. */
  readonly metrics?: TokenMetrics
}

/** What the application knows of an identity; the rest comes from tokens and settings. */
export interface InstrumentOptions {
  readonly identity?: Identity
}

export interface ProviderOptions extends InstrumentOptions {
  /** Name of the provider, such as `fromHttp`. Default: the function's name; most of the SDK's have none. */
  readonly name?: string
}

export interface UseOptions {
  /** Whose API is called: a name with few values, such as `key-vault`. */
  readonly service: string
  readonly provider: Provider
  /** The token that is presented: a text, an access token, keys of AWS. It tells the age and whom it stands for. */
  readonly token?: unknown
}

/** Make one for a process, and keep it as long as the process runs. */
export class IdentityTelemetry implements Disposable {
  readonly #recorder: Recorder
  readonly #calls: HttpCalls
  readonly #tracer: Tracer
  readonly #metrics: TokenMetrics
  readonly #google: GoogleInstrumentation

  constructor(options: TelemetryOptions = {}) {
    this.#metrics = options.metrics ?? new OpenTelemetryMetrics(metricsApi, scope)
    this.#tracer = trace.getTracer(scope)
    this.#recorder = new Recorder(this.#tracer, this.#metrics, new MetadataEndpoints(process.env))
    this.#google = new GoogleInstrumentation(this.#recorder)
    this.#calls = new HttpCalls(this.#recorder)
  }

  /** Instruments the credential in place, members of a chain as well, and returns it. */
  azure<Credential extends AzureCredential>(
    credential: Credential,
    options: InstrumentOptions = {},
  ): Credential {
    instrumentAzure(this.#recorder, credential, options.identity)
    return credential
  }

  /** A provider that does what `provider` does. */
  aws<Provider extends AwsProvider>(provider: Provider, options: ProviderOptions = {}): Provider {
    const name =
      options.name ?? (anonymous.has(provider.name) ? 'AwsCredentialIdentityProvider' : provider.name)
    const settings = { name, isChain: chains.has(name), identity: options.identity ?? {} }
    return instrumentProvider(this.#recorder, provider, settings)
  }

  /** Instruments a client in place: commands of STS that give keys are fetches, all others are uses of a token. */
  awsClient<Client extends AwsClient>(client: Client): Client {
    instrumentSts(this.#recorder, client)
    instrumentUses(client, ({ service, startedAtMs, credentials, answer }) =>
      this.#used({ service, provider: 'aws', token: credentials }, startedAtMs, answer),
    )
    return client
  }

  /** Instruments a client of google-auth-library in place, or the clients that a `GoogleAuth` gives. */
  google<Client extends object>(client: Client, options: InstrumentOptions = {}): Client {
    this.#google.instrument(client, options.identity)
    return client
  }

  /** A function that reads a projected token file of Kubernetes, whenever it is called. */
  tokenFile(path: string, options: TokenFileOptions = {}): () => Promise<string> {
    return tokenFileReader(this.#recorder, path, options)
  }

  /** Calls `call` and marks it: the age of the token that it presents, and whether the service let it in. */
  use<Result>(options: UseOptions, call: () => Result): Result {
    const startedAtMs = Date.now()
    const ended = (answer: unknown) => this.#used(options, startedAtMs, answer)
    return settled(call, ended, ended)
  }

  #used({ service, provider, token }: UseOptions, startedAtMs: number, answer: unknown): void {
    const text = tokenText(token)
    const known = text === undefined ? undefined : (this.#recorder.known(text) ?? claimedToken(text))
    recordUse(this.#tracer, this.#metrics, { service, provider, token: known }, startedAtMs, answer)
  }

  /** A function that does what `fetchToken` does. */
  fetchToken<Called extends (...values: never[]) => unknown>(
    fetchToken: Called,
    options: TokenFunctionOptions<Awaited<ReturnType<Called>>> = {},
  ): Called {
    return instrumentFunction(this.#recorder, fetchToken, options)
  }

  /** Stops watching HTTP requests. What is instrumented stays so. */
  [Symbol.dispose](): void {
    this.#calls[Symbol.dispose]()
  }
}
