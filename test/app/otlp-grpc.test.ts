import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import type { EmbeddedService } from '../support/embedded-service.ts'
import { counter, fetchSpan, metrics, noonNs, traces } from '../support/otlp.ts'
import { otlpProtobuf } from '../support/otlp-protobuf.ts'
import { startOtlp } from '../support/otlp-service.ts'
import { Workspace } from '../support/workspace.ts'

const now = Number(noonNs / 1_000_000n) + 60_000

const paths = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
} as const

interface Answer {
  readonly code: status
  readonly bytes: Buffer
  /** Whether it says when to come again. */
  readonly hasRetry: boolean
}

class GrpcClient implements Disposable {
  readonly #client: Client

  constructor({ service }: EmbeddedService) {
    const port = service.otlp.ports.get('grpc') ?? 0
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.default_compression_algorithm': 2,
    })
  }

  send(signal: keyof typeof paths, bytes: Buffer, token?: string): Promise<Answer> {
    const metadata = new Metadata()
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
    const asItIs = (one: Buffer): Buffer => one
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        paths[signal],
        asItIs,
        asItIs,
        bytes,
        metadata,
        (error: ServiceError | null, answer?: Buffer) =>
          resolve({
            code: error?.code ?? status.OK,
            bytes: answer ?? Buffer.alloc(0),
            hasRetry: (error?.metadata.get('grpc-status-details-bin').length ?? 0) > 0,
          }),
      )
    })
  }

  [Symbol.dispose](): void {
    this.#client.close()
  }
}

describe('a run that takes OTLP over gRPC', () => {
  it('counts what comes, packed, and says how many it rejects', async () => {
    using workspace = new Workspace()
    await using running = await startOtlp(workspace, {}, {}, () => now)
    using client = new GrpcClient(running)
    const good = await client.send('traces', otlpProtobuf('traces', traces([fetchSpan(1), fetchSpan(2)])))
    expect([good.code, good.bytes.length]).toEqual([status.OK, 0])
    const partly = otlpProtobuf('traces', traces([fetchSpan(3), { ...fetchSpan(4), spanId: '' }]))
    const partial = await client.send('traces', partly)
    // partial_success (1) with rejected_spans (1) = 1
    expect([partial.code, partial.bytes[0], partial.bytes.subarray(2, 4)]).toEqual([
      status.OK,
      0x0a,
      Buffer.from([0x08, 0x01]),
    ])
    const point = counter({ value: 7, timeNs: noonNs, startNs: noonNs - 1_000_000_000n })
    const other = metrics([point], { 'service.name': 'cart' })
    expect((await client.send('metrics', otlpProtobuf('metrics', other))).code).toBe(status.OK)
    expect(running.pipeline.sources.totals()).toMatchObject({ accepted: 4, rejected: 1 })
    const exposition = await running.metrics()
    expect(exposition.sum('identity_slo_otlp_requests_total', { transport: 'grpc', code: '200' })).toBe(3)
  })

  it('refuses what is no OTLP, too large, or without a token', async () => {
    using workspace = new Workspace()
    workspace.write('token', 'open-sesame')
    const settings = {
      tokens: [`\${file:${workspace.at('token')}}`],
      grpc: { port: 0, maxMessageBytes: 10_000 },
    }
    await using running = await startOtlp(workspace, settings, {}, () => now)
    using client = new GrpcClient(running)
    const codeOf = async (bytes: Buffer, token?: string): Promise<status> =>
      (await client.send('traces', bytes, token)).code
    expect(await codeOf(Buffer.alloc(0))).toBe(status.UNAUTHENTICATED)
    expect(await codeOf(Buffer.alloc(0), 'open-sesame')).toBe(status.OK)
    expect(await codeOf(Buffer.from([0x0a, 0xff]), 'open-sesame')).toBe(status.INVALID_ARGUMENT)
    // Packed it is small.
    expect(await codeOf(Buffer.alloc(200_000), 'open-sesame')).toBe(status.RESOURCE_EXHAUSTED)
    expect(running.pipeline.sources.totals()).toMatchObject({ accepted: 0, rejected: 1 })
  })
})
