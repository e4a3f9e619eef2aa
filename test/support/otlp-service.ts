/** A run that takes OTLP on ports of its own, and a client that speaks to it. */
import { EmbeddedService } from './embedded-service.ts'
import type { Json } from './otlp.ts'
import { otlpProtobuf } from './otlp-protobuf.ts'
import type { Workspace } from './workspace.ts'

export type Signal = 'traces' | 'metrics' | 'logs'

export interface OtlpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
}

export function startOtlp(
  workspace: Workspace,
  otlp: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Record<string, unknown>> = {},
  now?: () => number,
): Promise<EmbeddedService> {
  const own = { enabled: true, http: { port: 0 }, grpc: { port: 0 }, ...otlp }
  return EmbeddedService.start(workspace, { sources: { otlp: own }, ...settings }, now)
}

function otlpUrl({ service }: EmbeddedService): string {
  return `http://127.0.0.1:${service.otlp.ports.get('http') ?? 0}`
}

export async function sendBytes(
  running: EmbeddedService,
  signal: Signal,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OtlpAnswer> {
  const response = await fetch(`${otlpUrl(running)}/v1/${signal}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-protobuf', ...headers },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes }
}

export function sendProtobuf(running: EmbeddedService, signal: Signal, request: Json): Promise<OtlpAnswer> {
  return sendBytes(running, signal, otlpProtobuf(signal, request))
}

export function sendJson(running: EmbeddedService, signal: Signal, request: Json): Promise<OtlpAnswer> {
  return sendBytes(running, signal, JSON.stringify(request), { 'content-type': 'application/json' })
}
