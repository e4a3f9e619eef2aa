import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { minuteMs, morning, tokenRequest } from '../../support/records.ts'
import { Workspace } from '../../support/workspace.ts'

const shipped = fileURLToPath(new URL('../../../slo-definitions', import.meta.url))
const interval = ['--from', '2026-03-02T09:00:00Z', '--to', '2026-03-02T10:00:00Z']
const minutesOfDay = 24 * 60

/** Ten days of a request each ten minutes; an outage of two hours a day before the end, a shorter one at the begin. */
const records = Array.from({ length: 1440 }, (_, i) => {
  const minute = i * 10
  const early = minute >= minutesOfDay && minute < minutesOfDay + 60
  const late = minute >= 9 * minutesOfDay && minute < 9 * minutesOfDay + 120
  return tokenRequest({ id: `r${i}`, time: morning + minute * minuteMs, code: early || late ? 500 : 201 })
})

describe('report --since', () => {
  it('counts what lies in it, and has the same as Markdown, HTML and JSON', async () => {
    using workspace = new Workspace()
    workspace.writeRecords('logs/a.ndjson', records)
    const page = workspace.at('review.html')
    const args = ['report', '--since', '7d', workspace.at('logs'), '--slo', shipped]
    const { code, out, err } = await captured([...args, '--html', page])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('# Review from 2026-03-05 08:50:10Z to 2026-03-12 08:50:10Z')
    expect(out).toMatch(/\| identity-platform-token-issuance \| 99.95 % over 30d \| 98\.\d+ % \| 12 \|/)
    expect(readFileSync(page, 'utf8')).toContain('<title>03-11: 1 pages')
    const review = JSON.parse((await captured([...args, '-o', 'json'])).out)
    const [worst] = review.objectives
    expect([worst.bad, worst.badByStep]).toEqual([12, [0, 0, 0, 0, 0, 0, 12, 0]])
    expect((await captured([...args, '-o', 'html'])).out).toBe(readFileSync(page, 'utf8'))
  })

  it('leaves the other reports their options, and wants a time that it can review', async () => {
    const other = await captured(['report', 'incident', 'logs', '--since', '7d', ...interval])
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('--since')])
    const short = await captured(['report', '--since', '5m', 'logs'])
    expect([short.code, short.err]).toEqual([2, expect.stringContaining('expected 1d to 90d')])
  })

  it('says so where no record is an event', async () => {
    using workspace = new Workspace()
    workspace.writeRecords('a.ndjson', [{ hello: 'world' }])
    const { code, out, err } = await captured(['report', workspace.at('a.ndjson'), '--slo', shipped])
    expect([code, out, err]).toEqual([0, '', expect.stringContaining('nothing to review')])
  })
})
