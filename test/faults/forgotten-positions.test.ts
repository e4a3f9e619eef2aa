/** Positions of files that are gone leave the state, or it would grow with every rotation. */
import { renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { issuanceRecord } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

it('a log that is rotated away leaves no position behind, nor does one that went while nobody looked', async () => {
  using workspace = new Workspace()
  const settings = { sources: { files: [{ path: 'logs' }] }, state: { folder: 'state' } }
  const positions = (): number => {
    const database = new DatabaseSync(workspace.at('state/state.db'), { readOnly: true })
    const row = database.prepare("SELECT count(*) AS n FROM chunk WHERE key LIKE 'positions/%'").get()
    database.close()
    return Number(row?.['n'])
  }
  for (let i = 0; i < 5; i++) workspace.write(`logs/${i}.log`, `${issuanceRecord(i)}\n`)
  {
    await using running = await EmbeddedService.start(workspace, settings)
    await running.ready()
    rmSync(workspace.at('logs/0.log'))
    renameSync(workspace.at('logs/1.log'), workspace.at('logs/9.log'))
    workspace.write('logs/5.log', `${issuanceRecord(5)}\n`)
    await until('a round has passed', () => running.pipeline.sources.totals().read === 6)
  }
  expect(positions()).toBe(5)
  rmSync(workspace.at('logs/2.log'))
  {
    await using running = await EmbeddedService.start(workspace, settings)
    await running.ready()
    expect(running.pipeline.sources.totals()).toMatchObject({ read: 6, duplicate: 0 })
  }
  expect(positions()).toBe(4)
})
