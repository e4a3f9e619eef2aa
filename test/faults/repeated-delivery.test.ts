/** Faults 4 and 5: the same records come again, over restarts, by other ways, under other names. */
import { copyFileSync, renameSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { Random } from '../support/oracle/random.ts'
import { minuteMs, morning, roleAssumed } from '../support/records.ts'
import { Workspace } from '../support/workspace.ts'

const settings = { sources: { files: [{ path: 'logs' }] }, state: { folder: 'state' } }

const lines = (numbers: readonly number[]): string =>
  numbers.map((number) => `${issuanceRecord(number)}\n`).join('')

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function counted({ pipeline }: EmbeddedService): { readonly good?: number; readonly bad?: number } {
  const { good, bad } = pipeline.engine.totals[0] ?? {}
  return { good: good ?? -1, bad: bad ?? -1 }
}

describe('records that are delivered three times each', () => {
  it('in any order, by two ways and over restarts, count once, and the others are duplicates', async () => {
    using workspace = new Workspace()
    const random = new Random(4)
    const count = 600
    const lives = 3
    const once = Array.from({ length: count }, (_, number) => number)
    const deliveries = shuffled(random, [...once, ...once, ...once])
    for (let life = 0; life < lives; life++) {
      const part = deliveries.slice(
        (deliveries.length * life) / lives,
        (deliveries.length * (life + 1)) / lives,
      )
      const half = part.length / 2
      workspace.write(`logs/${life}.log`, lines(part.slice(0, half)))
      await using running = await EmbeddedService.start(workspace, settings)
      await running.ready()
      for (let at = half; at < part.length; at += 50)
        expect((await running.send(lines(part.slice(at, at + 50)))).status).toBe(200)
      const metrics = await running.metrics()
      const results = (result: string): number => metrics.sum('identity_slo_records_total', { result })
      const sofar = deliveries.slice(0, (deliveries.length * (life + 1)) / lives)
      const distinct = new Set(sofar).size
      expect(results('accepted')).toBe(distinct)
      expect(results('duplicate')).toBe(sofar.length - distinct)
      expect(metrics.sum('identity_slo_duplicates_total')).toBe(sofar.length - distinct)
      if (life < lives - 1) continue
      expect(distinct).toBe(count)
      expect(counted(running)).toEqual(issuanceTruth(count))
    }
  })
})

describe('the same logs in other places', () => {
  it('count once: copied, renamed, packed, and in the trails of two accounts that overlap', async () => {
    using workspace = new Workspace()
    const numbers = Array.from({ length: 200 }, (_, number) => number)
    const text = lines(numbers)
    const path = workspace.write('logs/audit.log', text)
    await using running = await EmbeddedService.start(workspace, settings)
    await running.ready()
    copyFileSync(path, workspace.at('logs/copy-of-audit.log'))
    renameSync(path, workspace.at('logs/audit.log.1'))
    workspace.write('logs/audit.log.2.gz', gzipSync(text))
    workspace.write('logs/audit.log.3.zst', zstdCompressSync(text))
    workspace.write(
      'logs/part.json',
      JSON.stringify(numbers.slice(50, 100).map((n) => JSON.parse(issuanceRecord(n)))),
    )
    const read = (): number => running.pipeline.sources.totals().read
    await until('all copies are read', () => read() >= 200 + 200 + 200 + 200 + 50)
    expect(running.pipeline.sources.totals()).toMatchObject({ read: 850, accepted: 200, duplicate: 650 })
    expect(counted(running)).toEqual(issuanceTruth(200))
  })

  it('count once in trails that overlap', async () => {
    using workspace = new Workspace()
    const events = Array.from({ length: 60 }, (_, i) =>
      roleAssumed({ id: `event-${i}`, time: morning + i * minuteMs, role: `role-${i % 7}` }),
    )
    const trail = (prefix: string, from: number, to: number): void => {
      const name = `111122223333_CloudTrail_eu-west-1_20260302T0900Z_${from}.json.gz`
      const folder = `logs/${prefix}/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02`
      workspace.write(`${folder}/${name}`, gzipSync(JSON.stringify({ Records: events.slice(from, to) })))
    }
    trail('organisation', 0, 40)
    trail('organisation', 30, 60)
    trail('payments', 10, 50)
    await using running = await EmbeddedService.start(workspace, settings)
    await running.ready()
    expect(running.pipeline.sources.totals()).toMatchObject({ read: 110, accepted: 60, duplicate: 50 })
    expect(counted(running)).toEqual({ good: 60, bad: 0 })
  })
})
