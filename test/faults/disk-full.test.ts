/** Fault 15: the disk is full, and then it is not. */
import { appendFileSync, closeSync, cpSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { until } from '../support/embedded-service.ts'
import { canLimit, canMount, Instance, insideOf, limitFileSize, withMount } from '../support/instance.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

const settings = {
  sources: { files: [{ path: 'logs' }] },
  state: { folder: 'state' },
  limits: { allowedLatenessSeconds: 86_400 },
}

const linesOf = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${issuanceRecord(from + i)}\n`).join('')

/** Writes until nothing fits any more. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (let bytes = 65_536; bytes >= 1; bytes = Math.floor(bytes / 2)) {
      const block = Buffer.alloc(bytes)
      try {
        while (writeSync(file, block) === bytes);
      } catch {
        // Smaller pieces may still fit.
      }
    }
  } finally {
    closeSync(file)
  }
}

/**
 * Records 0 to 100 before, 100 to 200 by HTTP and 200 to 300 by file while the disk is full, 300 to 400 behind it: all
 * of them count once, and what was not acknowledged was said not to be.
 */
async function fullAndFree(
  running: Instance,
  workspace: Workspace,
  full: () => void,
  free: () => void,
): Promise<void> {
  expect((await running.send(linesOf(0, 100))).status).toBe(200)
  await until('it is ready', async () => (await running.get('/-/ready')).status === 200)
  full()
  const refused = await running.send(linesOf(100, 200))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  appendFileSync(workspace.at('logs/audit.log'), linesOf(200, 300))
  for (let times = 0; times < 5; times++) {
    expect((await running.send(linesOf(300, 301))).status).toBe(503)
    expect((await running.get('/-/ready')).status).toBe(503)
    expect((await running.get('/-/healthy')).status).toBe(200)
    const metrics = await running.metrics()
    expect(metrics.sum('identity_slo_intake_paused')).toBe(1)
    // Files wait: at most what had been read when the first commit failed is counted, and not yet durable.
    expect(metrics.sum('identity_slo_records_total')).toBeLessThanOrEqual(300)
    expect((await running.get('/')).status).toBe(200)
  }
  free()
  await until('the sender is heard', async () => (await running.send(linesOf(100, 200))).status === 200)
  await until('it is ready again', async () => (await running.get('/-/ready')).status === 200)
  expect((await running.send(linesOf(300, 400))).status).toBe(200)
  await until('the file is read', async () => good(await running.status()) >= issuanceTruth(400).good)
  expect(good(await running.status())).toBe(issuanceTruth(400).good)
  // What is acknowledged is durable, with all that was counted before it.
  expect((await running.send(linesOf(399, 400))).status).toBe(200)
  expect((await running.metrics()).sum('identity_slo_intake_paused')).toBe(0)
  expect(running.err.match(/state cannot be written/g)).toHaveLength(1)
  expect(running.err.match(/state is written again/g)).toHaveLength(1)
}

function good({ indicators }: Awaited<ReturnType<Instance['status']>>): number {
  return indicators.find(({ id }) => id === 'token-issuance')?.good ?? -1
}

/** A new process over the state says the same, without reading anything again. */
async function saysTheSame(workspace: Workspace): Promise<void> {
  await using next = await Instance.start(workspace, settings)
  await until('it is ready', async () => (await next.get('/-/ready')).status === 200)
  const { indicators, records } = await next.status()
  expect(indicators.find(({ id }) => id === 'token-issuance')).toMatchObject(issuanceTruth(400))
  // Records 100 to 200 were counted when they were refused, or not: the sender was told to send them again.
  expect(records.accepted).toBe(400)
  expect(records.rejected + records.late).toBe(0)
}

describe('a full disk', () => {
  it.skipIf(!canMount)(
    'stops the intake and nothing else, and goes on exactly when there is room (needs a file system of its own)',
    async () => {
      using workspace = new Workspace()
      mkdirSync(workspace.at('logs'))
      mkdirSync(workspace.at('state'))
      const inside = withMount(workspace.at('state'), 'size=1m')
      await using running = await Instance.start(workspace, settings, { inside })
      const state = insideOf(running, workspace.at('state'))
      await fullAndFree(
        running,
        workspace,
        () => fill(`${state}/ballast`),
        () => rmSync(`${state}/ballast`),
      )
      // Its file system goes with the process: what it holds now is what a kill would leave.
      cpSync(state, workspace.at('kept'), { recursive: true })
      await running.kill()
      rmSync(workspace.at('state'), { recursive: true })
      cpSync(workspace.at('kept'), workspace.at('state'), { recursive: true })
      await saysTheSame(workspace)
    },
  )

  it.skipIf(!canLimit)(
    'may also be a quota on files, and a kill behind it changes nothing (needs prlimit)',
    async () => {
      using workspace = new Workspace()
      mkdirSync(workspace.at('logs'))
      await using running = await Instance.start(workspace, settings)
      await fullAndFree(
        running,
        workspace,
        () => limitFileSize(running, statSync(workspace.at('state/state.db-wal')).size),
        () => limitFileSize(running, 'unlimited'),
      )
      await running.kill()
      await saysTheSame(workspace)
    },
  )

  it.skipIf(!canMount)('at the start is one clear error (needs a file system of its own)', async () => {
    using workspace = new Workspace()
    mkdirSync(workspace.at('state'))
    const inside = withMount(workspace.at('state'), 'size=4k')
    await using instance = new Instance(workspace, settings, { inside })
    expect(await instance.ended()).toBe(4)
    expect(instance.err).toMatch(/ISLO-2007: .*full/)
  })
})
