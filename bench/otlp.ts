/**
 * Spans a second and core: a run that takes OTLP over HTTP, and an OpenTelemetry Collector that makes metrics of the same
 * spans, fed the same payloads in turns. The Collector is the program in OTELCOL, else `otelcol` on the PATH; without
 * one only our own figures are shown.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchSpan, span, traces } from '../test/support/otlp.ts'
import { otlpProtobuf } from '../test/support/otlp-protobuf.ts'

const spansPerRequest = 1000
const requestsPerRound = 60
const rounds = 4
const ticksPerSecond = 100
const ourPort = 14_318
const theirPort = 24_318

/** One span in five is about tokens; the others are those of a shop's requests. */
function payload(first: number): Buffer {
  const endNs = BigInt(Date.now()) * 1_000_000n
  const spans = Array.from({ length: spansPerRequest }, (_, i) => {
    const number = first + i
    if (i % 5 === 0)
      return fetchSpan(number, { 'identity.token.ttl_seconds': 3600, 'identity.refresh': 'none' }, { endNs })
    const attributes = {
      'http.request.method': 'GET',
      'url.full': `https://orders.shop.example/cart/${number % 100}`,
      'server.address': 'orders.shop.example',
      'http.response.status_code': 200,
    }
    return span({ number, name: 'GET /cart/{id}', kind: i % 2 === 0 ? 3 : 2, endNs, attributes })
  })
  return otlpProtobuf('traces', traces(spans))
}

/** User and system time of a process, seconds, and its peak of memory, MB. */
function usage({ pid }: ChildProcess): { readonly seconds: number; readonly peakMb: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, peakMb: Number(peak) / 1024 }
}

async function send(port: number, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf' }
  const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', body, headers })
  await response.arrayBuffer()
  if (response.status !== 200) throw new Error(`answered ${response.status}`)
}

async function ready(port: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    try {
      return await send(port, Buffer.alloc(0))
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error(`nothing listens on ${port}`)
}

interface Subject {
  readonly name: string
  readonly child: ChildProcess
  readonly port: number
  readonly figures: number[]
}

function ours(folder: string): Subject {
  const config = join(folder, 'ours.yaml')
  const otlp = `{ enabled: true, http: { port: ${ourPort} }, grpc: { enabled: false } }`
  writeFileSync(
    config,
    `definitions: [${join(process.cwd(), 'slo-definitions')}]\nlisten: { port: 0 }\nstate: { folder: ${join(folder, 'state')} }\nsources: { otlp: ${otlp} }\ntelemetry: { enabled: false }\n`,
  )
  const child = spawn(process.execPath, ['src/main.ts', 'run', '--config', config], { stdio: 'ignore' })
  return { name: 'identity-slo, durable', child, port: ourPort, figures: [] }
}

function theirs(folder: string): Subject | undefined {
  const program = process.env['OTELCOL'] ?? 'otelcol'
  if (spawnSync(program, ['--version']).status !== 0) return undefined
  const config = join(folder, 'collector.yaml')
  writeFileSync(
    config,
    `receivers: { otlp: { protocols: { http: { endpoint: 127.0.0.1:${theirPort} } } } }
connectors: { spanmetrics: {} }
exporters: { prometheus: { endpoint: 127.0.0.1:0 } }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], exporters: [spanmetrics] }
    metrics: { receivers: [spanmetrics], exporters: [prometheus] }
`,
  )
  const child = spawn(program, ['--config', config], { stdio: 'ignore' })
  return { name: 'OpenTelemetry Collector, spanmetrics', child, port: theirPort, figures: [] }
}

/** Feeds all subjects the same, in turns: what the machine does besides meets all of them. */
async function benchOtlp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'identity-slo-otlp-'))
  const collector = theirs(folder)
  const subjects = [ours(folder), ...(collector === undefined ? [] : [collector])]
  try {
    for (const { port } of subjects) await ready(port)
    for (let round = 0; round < rounds; round++) {
      const first = round * requestsPerRound * spansPerRequest + 1
      const bodies = Array.from({ length: requestsPerRound }, (_, i) => payload(first + i * spansPerRequest))
      for (const { port, child, figures } of subjects) {
        const before = usage(child).seconds
        for (const body of bodies) await send(port, body)
        figures.push((requestsPerRound * spansPerRequest) / (usage(child).seconds - before))
      }
    }
    for (const { name, child, figures } of subjects) {
      // The first round warms up.
      const [median = 0] = figures
        .slice(1)
        .sort((a, b) => a - b)
        .slice(1)
      const { peakMb } = usage(child)
      console.log(`${name}: ${Math.round(median)} spans a CPU second, peak ${Math.round(peakMb)} MB`)
    }
    if (collector === undefined) console.log('no Collector to compare with: set OTELCOL')
  } finally {
    for (const { child } of subjects) child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

await benchOtlp()
