/**
 * Fault 27: a long time under load, with faults in one record of a hundred. A minute's worth of it here; as long as
 * wanted with `IDENTITY_SLO_SOAK_SECONDS=7200 npx vitest run test/faults/soak.test.ts`.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { until } from '../support/embedded-service.ts'
import { Instance } from '../support/instance.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

const seconds = Number(process.env['IDENTITY_SLO_SOAK_SECONDS'] ?? 0)
const shortRounds = 32
const perRound = 2000
const mebibyte = 1024 * 1024

const settings = {
  sources: { files: [{ path: 'logs' }] },
  state: { folder: 'state' },
  limits: { allowedLatenessSeconds: 3600, dedupeBytes: mebibyte },
  log: { level: 'error' },
}

/** One in a hundred is spoiled; it is sent again whole at the end of the text. */
function spoiled(from: number, to: number): string {
  const texts = Array.from({ length: to - from }, (_, i) => issuanceRecord(from + i))
  const broken = texts.filter((_, i) => i % 100 === 50)
  const lines = texts.map((text, i) => (i % 100 === 50 ? text.slice(0, 90) : text))
  return `${[...lines, ...broken].join('\n')}\n`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('a long time under load', () => {
  it.skipIf(!existsSync('/proc/self/status'))(
    'leaves memory and descriptors as they were, and counts every record (needs /proc)',
    async () => {
      using workspace = new Workspace()
      mkdirSync(workspace.at('logs'))
      await using running = await Instance.start(workspace, settings)
      const endAt = performance.now() + seconds * 1000
      const memory: number[] = []
      const descriptors: number[] = []
      let next = 0
      for (let round = 0; round < shortRounds || performance.now() < endAt; round++) {
        const half = next + perRound / 2
        appendFileSync(workspace.at('logs/audit.log'), spoiled(next, half))
        const body = gzipSync(spoiled(half, next + perRound))
        expect((await running.send(body, { 'content-encoding': 'gzip' })).status).toBe(200)
        if (round % 3 === 0)
          expect(
            (await running.send(gzipSync('').subarray(0, -4), { 'content-encoding': 'gzip' })).status,
          ).toBe(400)
        if (round % 4 === 3) renameSync(workspace.at('logs/audit.log'), workspace.at('logs/audit.log.1'))
        if (round % 8 === 0) await running.metrics()
        next += perRound
        // The file is read before the traffic is an hour further, or its records would be late.
        if (round % 4 === 3)
          await until('it keeps up', async () => (await running.status()).records.accepted === next)
        memory.push(running.memory)
        descriptors.push(running.descriptors)
      }
      await until('all is read', async () => (await running.status()).records.accepted === next)
      const { indicators, records } = await running.status()
      expect(indicators.find(({ id }) => id === 'token-issuance')).toMatchObject(issuanceTruth(next))
      expect(records).toMatchObject({ rejected: next / 100, late: 0, duplicates: 0 })
      if (seconds > 0)
        console.info({
          records: records.read,
          memory: memory.map((bytes) => Math.round(bytes / mebibyte)),
          descriptors,
        })
      const quarter = Math.floor(memory.length / 4)
      const [early, late] = [memory.slice(quarter, 2 * quarter), memory.slice(-quarter)]
      expect(mean(late) - mean(early)).toBeLessThan(64 * mebibyte)
      expect(Math.max(...descriptors.slice(-quarter))).toBeLessThanOrEqual(
        Math.max(...descriptors.slice(0, quarter)) + 2,
      )
    },
    120_000 + seconds * 2000,
  )
})
