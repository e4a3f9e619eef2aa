/** OTLP over gRPC: the three export services, by handlers of raw bytes. Statuses as the specification asks. */
import {
  type handleUnaryCall,
  Metadata,
  ResponderBuilder,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type status,
} from '@grpc/grpc-js'
import { BearerTokens } from '../http/bearer-tokens.ts'
import { Refusal, refusals } from '../http/refusal.ts'
import { WebhookLoad } from '../http/webhook-load.ts'
import { rpcCodeOf, statusBytes, successBytes } from './answers.ts'
import type { OtlpListener, OtlpOptions } from './otlp-options.ts'

export interface OtlpGrpcOptions extends OtlpOptions {
  /** Largest message, unpacked. */
  readonly maxMessageBytes: number
}

const services = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const
type Signal = keyof typeof services

/** Calls that are under way when the receiver closes have this long to end. */
const closingMs = 5000

const asItIs = (bytes: Buffer): Buffer => bytes

function definitionOf(signal: Signal): ServiceDefinition {
  const path = services[signal]
  const bytes = {
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  }
  return { export: { path, requestStream: false, responseStream: false, ...bytes } }
}

export class OtlpGrpcReceiver implements OtlpListener {
  readonly #options: OtlpGrpcOptions
  readonly #server: Server
  readonly #tokens: BearerTokens
  /** Messages are in memory whole before anybody sees them: as many as there is room for at their largest. */
  readonly #load: WebhookLoad
  #isClosing = false

  constructor(options: OtlpGrpcOptions) {
    const { maxConcurrentBytes, maxConcurrentRequests, maxMessageBytes, tokens } = options
    const fitting = Math.max(1, Math.floor(maxConcurrentBytes / maxMessageBytes))
    const requests = Math.min(maxConcurrentRequests, fitting)
    this.#options = options
    this.#tokens = new BearerTokens(tokens)
    this.#load = new WebhookLoad({ requests, bytes: Number.POSITIVE_INFINITY })
    this.#server = new Server({
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_concurrent_streams': requests,
      // A connection that nobody answers on is closed.
      'grpc.keepalive_time_ms': 60_000,
      'grpc.keepalive_timeout_ms': 20_000,
      interceptors: [this.#door()],
    })
    for (const signal of Object.keys(services) as Signal[])
      this.#server.addService(definitionOf(signal), { export: this.#handler(signal) })
  }

  listen(host: string, port: number): Promise<number> {
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound)
        else reject(error)
      })
    })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#load.idle(closingMs)
    this.#server.forceShutdown()
  }

  /** Turns away before the message is read: it would be kept until it is whole. */
  #door(): ServerInterceptor {
    return (_method, call) => {
      let leave = (): void => undefined
      const listener = new ServerListenerBuilder()
        .withOnReceiveMetadata((metadata, next) => {
          const refusal = this.#refusalOf(metadata)
          const visit = refusal === undefined ? this.#load.enter() : undefined
          if (visit === undefined) {
            this.#answerEarly(call, refusal ?? refusals.tooMany())
            return
          }
          const timer = setTimeout(() => {
            this.#answerEarly(call, refusals.tooSlow(`it took over ${this.#options.bodyTimeoutMs / 1000} s`))
          }, this.#options.bodyTimeoutMs)
          leave = once(() => {
            clearTimeout(timer)
            visit.leave()
          })
          next(metadata)
        })
        .withOnCancel(() => leave())
        .build()
      const responder = new ResponderBuilder()
        .withStart((next) => next(listener))
        .withSendStatus((sent, next) => {
          leave()
          next(sent)
        })
        .build()
      return new ServerInterceptingCall(call, responder)
    }
  }

  #refusalOf(metadata: Metadata): Refusal | undefined {
    const [authorization] = metadata.get('authorization')
    if (!this.#tokens.admits(authorization?.toString())) return refusals.noToken()
    return this.#isClosing || this.#options.isUnavailable() ? refusals.unavailable() : undefined
  }

  #answerEarly(call: Pick<ServerInterceptingCall, 'sendStatus'>, refusal: Refusal): void {
    this.#options.onAnswered('grpc', refusal.status)
    call.sendStatus(statusOf(refusal))
  }

  #handler(signal: Signal): handleUnaryCall<Buffer, Buffer> {
    return (call, callback) => {
      void this.#answer(signal, call, callback)
    }
  }

  async #answer(
    signal: Signal,
    call: ServerUnaryCall<Buffer, Buffer>,
    callback: sendUnaryData<Buffer>,
  ): Promise<void> {
    const { take, isUnavailable, onAnswered, onFailure } = this.#options
    try {
      const outcome = await take(signal, 'protobuf', call.request)
      if (outcome.kind === 'unreadable') throw refusals.notOtlp(outcome.why)
      onAnswered('grpc', call.cancelled ? 499 : 200)
      callback(null, successBytes(outcome.rejected, outcome.message))
    } catch (error) {
      const isOurs = !(error instanceof Refusal) && !isUnavailable()
      if (isOurs) onFailure(error)
      const refusal = error instanceof Refusal ? error : isOurs ? refusals.failed() : refusals.unavailable()
      onAnswered('grpc', refusal.status)
      callback(statusOf(refusal))
    }
  }
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}

/** With a RetryInfo where the same may be sent again later: without one, clients drop what was refused. */
function statusOf({ status: http, message, headers }: Refusal): {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
} {
  const code = rpcCodeOf(http)
  const metadata = new Metadata()
  const retry = headers['Retry-After']
  if (retry !== undefined) metadata.set('grpc-status-details-bin', statusBytes(code, message, Number(retry)))
  return { code, details: message, metadata }
}
