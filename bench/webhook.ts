/** Records a second by HTTP, each request answered when its records count: in memory, and when they are on the disk. */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Measured } from './measured.ts'
import { writeBenchRecords } from './records.ts'
import type { Report } from './report.ts'
import { writeRunConfig } from './run-config.ts'
import { best, inTurns, scriptPath } from './turns.ts'

const senders = 64
const recordsPerRequest = 100

function post(url: string, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, fail) => {
    const sent = request(`${url}/v1/records`, { method: 'POST', agent }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve()
        else fail(new Error(`a request was answered ${response.statusCode}`))
      })
    })
    sent.once('error', fail)
    sent.end(body)
  })
}

/** Each sender waits for its answer before it sends again. */
async function sendAll(url: string, bodies: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders })
  let next = 0
  const send = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await post(url, agent, body)
  }
  await Promise.all(Array.from({ length: senders }, send))
  agent.destroy()
}

/** CPU time is the run's own; wall time is from the first request to the last answer. */
async function measure(config: string, bodies: readonly string[], records: number): Promise<Measured> {
  const child = spawn(process.execPath, [scriptPath('service.ts'), config], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const url = String((await lines.next()).value)
  const start = performance.now()
  await sendAll(url, bodies)
  const wallSeconds = (performance.now() - start) / 1000
  child.stdin.end()
  const measured = JSON.parse(String((await lines.next()).value)) as Measured
  if (measured.records !== records) throw new Error(`${measured.records} of ${records} records were counted`)
  return { ...measured, wallSeconds }
}

export async function benchWebhook(
  report: Report,
  folder: string,
  records: number,
  rounds: number,
): Promise<void> {
  const file = join(folder, 'webhook.ndjson')
  writeBenchRecords(file, records)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const bodies: string[] = []
  for (let at = 0; at < lines.length; at += recordsPerRequest)
    bodies.push(lines.slice(at, at + recordsPerRequest).join('\n'))
  const stateFolder = join(folder, 'webhook-state')
  const inMemory = writeRunConfig(join(folder, 'webhook'), {})
  const onDisk = writeRunConfig(join(folder, 'webhook-durable'), { stateFolder })
  const requests = `${recordsPerRequest} records a request, ${senders} senders`
  report.heading(`Webhook: ${records.toLocaleString('en')} records, ${requests}, ${rounds} rounds`)
  const { memory, durable } = await inTurns(rounds, {
    memory: () => measure(inMemory, bodies, records),
    durable: () => {
      rmSync(stateFolder, { recursive: true, force: true })
      return measure(onDisk, bodies, records)
    },
  })
  const perSecond = (results: readonly Measured[]): number =>
    records / Math.min(...results.map(({ wallSeconds }) => wallSeconds))
  report.figure({ what: 'answered when counted', value: perSecond(memory), unit: 'records/s', decimals: 0 })
  report.figure({ what: 'answered when durable', value: perSecond(durable), unit: 'records/s', decimals: 0 })
  report.figure({ what: 'records/s durable over in memory', value: perSecond(durable) / perSecond(memory) })
  report.figure({
    what: 'CPU time durable over in memory',
    value: best(durable).cpuSeconds / best(memory).cpuSeconds,
  })
}
