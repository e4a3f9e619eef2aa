/** /metrics under the eyes of Prometheus's own checker, and how long a scrape keeps everything else waiting. */
import { spawnSync } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { EmbeddedService } from '../support/embedded-service.ts'
import { hasPromtool } from '../support/prometheus.ts'
import { apiCall, morning, roleAssumed, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const timeoutMs = 120_000

function checked(text: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

/** As many applications as it takes to reach the cap, with failures and durations. */
async function fill(running: EmbeddedService, apps: number): Promise<void> {
  for (let from = 0; from < apps; from += 5000) {
    const records = Array.from({ length: Math.min(5000, apps - from) }, (_, i) => {
      const id = `${from + i}`
      const call = { id, time: morning + i, namespace: `app-${id}` }
      return i % 3 === 0
        ? apiCall({ ...call, code: 403 })
        : tokenRequest({ ...call, code: i % 2 === 0 ? 500 : 201 })
    })
    await running.send(linesOf(records))
  }
}

const limits = (maxSeries: number): Readonly<Record<string, unknown>> => ({
  limits: { maxSeries },
  sources: { webhook: { maxBodyBytes: 64 * 1024 * 1024 } },
})

describe.skipIf(!hasPromtool)('promtool check metrics (skipped without promtool on the PATH)', () => {
  it('finds nothing, neither before the first record nor with hostile names', {
    timeout: timeoutMs,
  }, async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const empty = await running.get('/metrics')
    expect(checked(empty.text)).toEqual({ status: 0, output: '' })
    const names = ['a "b" \\ c', 'line\nend\r', '\ud800', 'x'.repeat(10_000), '{}=,', 'ünïcödé 🦊']
    await running.send(
      linesOf(
        names.flatMap((namespace, i) => [
          tokenRequest({ id: `t${i}`, time: morning, namespace }),
          tokenRequest({ id: `f${i}`, time: morning, namespace, code: 500 }),
          apiCall({ id: `c${i}`, time: morning, namespace, code: 401 }),
          roleAssumed({ id: `r${i}`, time: morning, role: namespace, errorCode: 'AccessDenied' }),
        ]),
      ),
    )
    const { text } = await running.get('/metrics')
    expect(text).toContain('a \\"b\\" \\\\ c')
    expect(checked(text)).toEqual({ status: 0, output: '' })
  })

  it('finds nothing at the series cap', { timeout: timeoutMs }, async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, limits(10_000))
    await fill(running, 20_000)
    const { text } = await running.get('/metrics')
    expect(checked(text)).toEqual({ status: 0, output: '' })
  })
})

/** Longest time in ms that other work had to wait while `work` was done. */
async function longestWait(work: () => Promise<unknown>): Promise<number> {
  let isDone = false
  let longest = 0
  const watch = async (): Promise<void> => {
    let last = performance.now()
    while (!isDone) {
      await setImmediate()
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
  }
  const watching = watch()
  await work()
  isDone = true
  await watching
  return longest
}

describe('a scrape', () => {
  it.each([10_000, 50_000])(
    'at a cap of %i series is measured',
    { timeout: timeoutMs },
    async (maxSeries) => {
      using workspace = new Workspace()
      await using running = await EmbeddedService.start(workspace, limits(maxSeries))
      await fill(running, maxSeries)
      const series = (await running.metrics()).series.length
      expect(series).toBeGreaterThan(maxSeries * 0.7)
      expect(series).toBeLessThanOrEqual(maxSeries)
      const waits: number[] = []
      for (let i = 0; i < 15; i++) waits.push(await longestWait(() => running.get('/metrics')))
      waits.sort((a, b) => a - b)
      // A report and no limit: what it takes depends on the machine and on who else is at work there.
      console.info(
        `scrape of ${series} series: others wait ${waits[7]?.toFixed(1)} ms (median), ${waits[14]?.toFixed(1)} ms (longest); promised at the default cap: 100 ms`,
      )
    },
  )
})
