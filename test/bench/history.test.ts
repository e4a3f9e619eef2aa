import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeDefinitions } from '../../bench/definitions.ts'
import { historyEnd, historyLines } from '../../bench/history.ts'
import { writeRunConfig } from '../../bench/run-config.ts'
import { createService } from '../../src/app/commands/run.ts'
import { requireDefinitions } from '../../src/app/definition-files.ts'

const dayMs = 86_400_000

describe('what a run with many objectives is measured with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-slo-bench-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are as many valid objectives as are asked for, of all events or of an application each', () => {
    const all = requireDefinitions([writeDefinitions(join(folder, 'all'), { count: 60, days: 30 })])
    expect(all.objectives).toHaveLength(60)
    expect(new Set(all.objectives.map(({ id }) => id)).size).toBe(60)
    expect(all.objectives[59]?.window.durationMs).toBe(30 * dayMs)
    const apart = writeDefinitions(join(folder, 'apart'), { count: 3, days: 7, isByApp: true })
    const [, second] = requireDefinitions([apart]).objectives
    expect(second?.sli?.where.app).toEqual(['app-1'])
  })

  it('is a history of which every objective counts every event, half of them bad', () => {
    const lines = historyLines(5)
    const events = lines.trimEnd().split('\n').length
    const config = writeRunConfig(join(folder, 'run'), { objectives: { count: 2, days: 30 } })
    const { pipeline } = createService(config, { now: () => historyEnd, env: {} })
    pipeline.isCatchingUp = true
    pipeline.beginBatch()
    const decoder = pipeline.decoder()
    decoder.push(Buffer.from(lines))
    decoder.end()
    expect(pipeline.sources.totals().accepted).toBe(events)
    for (const { counts } of pipeline.statuses())
      expect(counts).toEqual({ good: events / 2, bad: events / 2, excluded: 0 })
    expect(pipeline.newest).toBeLessThan(historyEnd)
    expect(pipeline.newest).toBeGreaterThan(historyEnd - dayMs / 24)
  })
})
