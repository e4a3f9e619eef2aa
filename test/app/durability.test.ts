import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Exposition, parseExposition } from '../support/exposition.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'

const main = new URL('../../src/main.ts', import.meta.url).pathname
const definitions = new URL('../../slo-definitions', import.meta.url).pathname

let folder = ''
let running: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-slo-durable-'))
  mkdirSync(join(folder, 'logs'))
  writeFileSync(
    join(folder, 'config.yaml'),
    JSON.stringify({
      definitions: [definitions],
      listen: { port: 0 },
      sources: { files: [{ path: 'logs' }] },
      state: { folder: 'state' },
      telemetry: { enabled: false },
      log: { level: 'error' },
    }),
  )
})

afterEach(async () => {
  if (running !== undefined) await kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Starts an instance and gives its address. */
async function start(): Promise<string> {
  const child = spawn(process.execPath, [main, 'run', '--config', join(folder, 'config.yaml')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running = child
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    const address = /open (http:\/\/[\d.:]+)\//.exec(said)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`the instance ended before it listened: ${said}`)
}

async function kill(signal: NodeJS.Signals): Promise<number | null> {
  const child = running
  running = undefined
  if (child === undefined) return null
  const ended = once(child, 'exit')
  child.kill(signal)
  return (await ended)[0] as number | null
}

interface Status {
  readonly records: Readonly<Record<string, number>>
  readonly indicators: readonly { readonly id: string; readonly good: number; readonly bad: number }[]
  readonly identities: readonly unknown[]
  readonly objectives: readonly { readonly name: string; readonly good: number; readonly bad: number }[]
}

async function statusOf(address: string): Promise<Status> {
  return (await (await fetch(`${address}/api/v1/status`)).json()) as Status
}

/** Asks until the status holds, or fails with the last one after a minute. */
async function eventually(address: string, holds: (status: Status) => boolean): Promise<Status> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const status = await statusOf(address)
    if (holds(status) || Date.now() > deadline) return status
    await delay(50)
  }
}

function issuance(status: Status): { good: number; bad: number } {
  const { good, bad } = status.indicators.find(({ id }) => id === 'token-issuance') ?? { good: -1, bad: -1 }
  return { good, bad }
}

async function scrape(address: string): Promise<Exposition> {
  return parseExposition(await (await fetch(`${address}/metrics`)).text())
}

/** Counts that a later scrape must not find lower: counters and histograms, by series. */
function countsOf({ families }: Exposition): Readonly<Record<string, number>> {
  const counting = [...families.values()].filter(({ type }) => type === 'counter' || type === 'histogram')
  const series = counting.flatMap((family) => family.series)
  return Object.fromEntries(
    series.map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, value]),
  )
}

/** A small seeded generator: the kills fall at the same places in each run, as far as the machine lets them. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('a run with a state folder', () => {
  it('counts every acknowledged record exactly once, however often it is killed', async () => {
    const random = seeded(20_261_122)
    let acknowledged = 0
    let written = 0
    let address = await start()
    let kills = 0
    while (kills < 12) {
      // Odd batches by HTTP, which are sent again until they are acknowledged; even ones by file, some of them twice.
      const size = 20 + Math.floor(random() * 200)
      const numbers = Array.from({ length: size }, (_, i) => written + i)
      const lines = `${numbers.map(issuanceRecord).join('\n')}\n`
      written += size
      if (random() < 0.5) {
        appendFileSync(join(folder, 'logs', 'audit.log'), random() < 0.3 ? lines + lines : lines)
        acknowledged += size
      } else {
        for (let sent = false; !sent; ) {
          const killing = random() < 0.4 ? delay(random() * 12).then(() => kill('SIGKILL')) : undefined
          sent = await fetch(`${address}/v1/records`, { method: 'POST', body: lines }).then(
            (response) => response.ok,
            () => false,
          )
          if (killing === undefined) continue
          await killing
          kills++
          address = await start()
        }
        acknowledged += size
      }
      if (random() < 0.3) {
        await delay(random() * 60)
        await kill('SIGKILL')
        kills++
        address = await start()
      }
    }
    const truth = issuanceTruth(acknowledged)
    const status = await eventually(address, (seen) => issuance(seen).good === truth.good)
    expect(issuance(status)).toEqual(truth)
    const objective = status.objectives.find(({ name }) => name === 'token-issuance')
    expect({ good: objective?.good, bad: objective?.bad }).toEqual(truth)
  }, 120_000)

  it('shows no count to a scraper that a kill takes back', async () => {
    const address = await start()
    const sent = request(`${address}/v1/records`, { method: 'POST' })
    // It is never answered: the sender has not ended when the instance is killed.
    sent.on('error', () => undefined)
    sent.write(Array.from({ length: 3000 }, (_, number) => `${issuanceRecord(number)}\n`).join(''))
    const read = (seen: Exposition): number => seen.sum('identity_slo_records_total', { result: 'accepted' })
    let seen = await scrape(address)
    for (const deadline = Date.now() + 60_000; read(seen) < 3000 && Date.now() < deadline; )
      seen = await scrape(address)
    await kill('SIGKILL')
    const before = countsOf(seen)
    expect(read(seen)).toBe(3000)
    expect(countsOf(await scrape(await start()))).toEqual(before)
  }, 90_000)

  it('goes on where it was stopped, and reads no file again', async () => {
    const lines = Array.from({ length: 3000 }, (_, number) => issuanceRecord(number)).join('\n')
    writeFileSync(join(folder, 'logs', 'audit.log'), `${lines}\n`)
    const before = await eventually(await start(), ({ records }) => records['read'] === 3000)
    expect(await kill('SIGTERM')).toBe(0)
    appendFileSync(join(folder, 'logs', 'audit.log'), `${issuanceRecord(3000)}\n`)
    const after = await eventually(await start(), ({ records }) => records['read'] === 3001)
    expect(before.records['accepted']).toBe(3000)
    expect(after.records).toMatchObject({ read: 3001, accepted: 3001, duplicates: 0 })
    expect(issuance(after)).toEqual(issuanceTruth(3001))
  }, 60_000)

  it('refuses a state that another instance uses, with one clear error', async () => {
    await start()
    const second = spawn(process.execPath, [main, 'run', '--config', join(folder, 'config.yaml')])
    let said = ''
    second.stderr.on('data', (chunk) => {
      said += String(chunk)
    })
    expect((await once(second, 'exit'))[0]).toBe(4)
    expect(said).toContain('ISLO-2006')
  }, 60_000)
})

describe('a replay with a state folder', () => {
  async function replayed(args: readonly string[]): Promise<Status> {
    const child = spawn(process.execPath, [main, 'replay', '--slo', definitions, '-o', 'json', ...args])
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += String(chunk)
    })
    await once(child, 'close')
    return JSON.parse(out) as Status
  }

  it('ends with the same numbers when it was killed on the way', async () => {
    const logs = join(folder, 'logs')
    const numbers = Array.from({ length: 60_000 }, (_, number) => issuanceRecord(number))
    writeFileSync(join(logs, 'a.log'), `${numbers.slice(0, 40_000).join('\n')}\n`)
    writeFileSync(join(logs, 'b.log'), `${numbers.slice(30_000).join('\n')}\n`)
    const state = join(folder, 'state')
    for (const afterMs of [400, 900, 1500]) {
      const child = spawn(process.execPath, [main, 'replay', logs, '--slo', definitions, '--state', state])
      const ended = once(child, 'exit')
      await Promise.race([delay(afterMs), ended])
      child.kill('SIGKILL')
      await ended
    }
    const [plain, resumed] = [await replayed([logs]), await replayed([logs, '--state', state])]
    expect(issuance(plain)).toEqual(issuanceTruth(60_000))
    expect(resumed.indicators).toEqual(plain.indicators)
    expect(resumed.objectives).toEqual(plain.objectives)
    expect(resumed.records).toEqual(plain.records)
    expect(resumed.identities).toEqual(plain.identities)
  }, 60_000)
})
