/** Fault 16: a state folder that cannot be written, belongs to somebody else, or is in use. */
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canMount, Instance, type InstanceOptions, withMount } from '../support/instance.ts'
import { issuanceRecord } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

const settings = { state: { folder: 'state' } }
const isRoot = process.getuid?.() === 0
/** File modes do not stop a superuser: the program runs as nobody then. */
const asUser: InstanceOptions = isRoot ? { uid: 65_534, gid: 65_534 } : {}

/** One line of the error, its fix, and nothing else; exit code 4. */
async function failsWith(instance: Instance, code: string, reason: RegExp): Promise<void> {
  expect(await instance.ended()).toBe(4)
  const lines = instance.err.split('\n').filter((line) => !line.startsWith('{') && line !== '')
  expect(lines).toEqual([expect.stringMatching(`^error ${code}: `), expect.stringMatching(/^ {2}fix: /)])
  expect(lines[0]).toMatch(reason)
  expect(instance.out).toBe('')
}

describe('a state folder', () => {
  it('that cannot be written fails the start', async () => {
    using workspace = new Workspace()
    chmodSync(workspace.path, 0o755)
    mkdirSync(workspace.at('state'), { mode: 0o555 })
    await using instance = new Instance(workspace, settings, asUser)
    await failsWith(instance, 'ISLO-2007', /state\.db/)
    expect(readdirSync(workspace.at('state'))).toEqual([])
  })

  it.skipIf(!isRoot)('of another owner fails the start (needs root, to have two users)', async () => {
    using workspace = new Workspace()
    chmodSync(workspace.path, 0o755)
    {
      await using first = await Instance.start(workspace, settings)
      expect((await first.send(issuanceRecord(1))).status).toBe(200)
    }
    await using second = new Instance(workspace, settings, asUser)
    await failsWith(second, 'ISLO-2007', /state\.db/)
    chownSync(workspace.at('state'), 65_534, 65_534)
    for (const name of readdirSync(workspace.at('state')))
      chownSync(workspace.at(`state/${name}`), 65_534, 65_534)
    await using third = await Instance.start(workspace, settings, asUser)
    expect((await third.status()).records.accepted).toBe(1)
  })

  it.skipIf(!canMount)('on a read-only disk fails the start (needs a file system of its own)', async () => {
    using workspace = new Workspace()
    mkdirSync(workspace.at('state'))
    await using instance = new Instance(workspace, settings, {
      inside: withMount(workspace.at('state'), 'ro'),
    })
    await failsWith(instance, 'ISLO-2007', /state\.db/)
  })

  it('that is in use fails the start of the second, and the first one does not notice', async () => {
    using workspace = new Workspace()
    await using first = await Instance.start(workspace, settings)
    await using second = new Instance(workspace, settings)
    await failsWith(second, 'ISLO-2006', /in use by another process/)
    expect((await first.send(issuanceRecord(1))).status).toBe(200)
    await first.kill()
    // The lock ends with the process, however that ended.
    await using third = await Instance.start(workspace, settings)
    expect((await third.status()).records.accepted).toBe(1)
  })
})
