/** Sees the HTTP requests of the process through Node's diagnostics channels: nothing is patched, nothing is read but the address and the status. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

export interface HttpCall {
  readonly method: string
  /** `host`, with the port where it is not the scheme's own. */
  readonly host: string
  /** With the query. It can name an identity: for comparison, never to be emitted. */
  readonly path: string
  readonly startedAtMs: number
  /** 0: there was no answer. */
  status: number
  isEnded: boolean
}

export interface HttpWatcher {
  /** In the asynchronous context of the one who sends. What it returns is told how the call ends; `undefined`: of no interest. */
  started(call: HttpCall): ((call: HttpCall) => void) | undefined
}

interface Watched {
  readonly call: HttpCall
  readonly ended: (call: HttpCall) => void
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function textAt(from: unknown, key: string): string {
  const value = isObject(from) ? from[key] : undefined
  return typeof value === 'string' ? value : ''
}

/** A `ClientRequest` of Node keeps its port in the Host header only. */
function hostOf(request: object): string {
  const header: unknown =
    'getHeader' in request && typeof request.getHeader === 'function' ? request.getHeader('host') : undefined
  if (typeof header === 'string') return header.replace(/:(?:80|443)$/, '')
  return textAt(request, 'host') || textAt(request, 'origin').replace(/^https?:\/\//, '')
}

/** Watches until it is disposed of. */
export class HttpCalls implements Disposable {
  readonly #watcher: HttpWatcher
  readonly #watched = new WeakMap<object, Watched>()
  readonly #channels: readonly (readonly [name: string, listener: (message: unknown) => void])[]

  constructor(watcher: HttpWatcher) {
    this.#watcher = watcher
    const start = guarded((request) => this.#start(request))
    const end = guarded((request, message) => this.#end(request, message))
    this.#channels = [
      ['http.client.request.start', start],
      ['http.client.response.finish', end],
      ['http.client.request.error', end],
      ['undici:request:create', start],
      ['undici:request:headers', end],
      ['undici:request:error', end],
    ]
    for (const [name, listener] of this.#channels) subscribe(name, listener)
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#channels) unsubscribe(name, listener)
  }

  #start(request: object): void {
    const method = textAt(request, 'method')
    // To a proxy: the request itself follows through the tunnel.
    if (method === 'CONNECT') return
    const call: HttpCall = {
      method,
      host: hostOf(request),
      path: textAt(request, 'path'),
      startedAtMs: Date.now(),
      status: 0,
      isEnded: false,
    }
    const ended = this.#watcher.started(call)
    if (ended !== undefined) this.#watched.set(request, { call, ended })
  }

  #end(request: object, message: Readonly<Record<string, unknown>>): void {
    const watched = this.#watched.get(request)
    if (watched === undefined || watched.call.isEnded) return
    const { call, ended } = watched
    const response = message['response']
    const status: unknown = isObject(response) ? response['statusCode'] : undefined
    call.status = typeof status === 'number' ? status : 0
    call.isEnded = true
    ended(call)
  }
}

/** A subscriber that throws would end the process. */
function guarded(listener: (request: object, message: Readonly<Record<string, unknown>>) => void) {
  return (message: unknown): void => {
    try {
      const request = isObject(message) ? message['request'] : undefined
      if (isObject(message) && isObject(request)) listener(request, message)
    } catch {
      // Telemetry is lost, the request is not.
    }
  }
}
