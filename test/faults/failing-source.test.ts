/** Fault 29: a source makes the program fail. It is tried again later and later; all others go on. */
import { appendFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Decoder } from '../../src/connectors/decode.ts'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

const settings = { sources: { files: [{ path: 'logs' }] }, state: { folder: 'state' } }
const poison = 'POISON'

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${issuanceRecord(from + i)}\n`).join('')

/** A mistake of the program, which certain bytes bring out. */
function plantMistake(): { readonly mend: () => void } {
  const { push } = Decoder.prototype
  const spy = vi.spyOn(Decoder.prototype, 'push').mockImplementation(function (this: Decoder, chunk) {
    if (Buffer.from(chunk).includes(poison)) throw new TypeError(`cannot read ${poison}`)
    push.call(this, chunk)
  })
  return { mend: () => spy.mockRestore() }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a mistake of the program', () => {
  it('in reading one file leaves the other files and the webhook alone, is said, and costs nothing once it is mended', async () => {
    using workspace = new Workspace()
    workspace.write('logs/a.log', lines(0, 100))
    workspace.write('logs/b.log', lines(100, 200))
    await using running = await EmbeddedService.start(workspace, settings)
    await running.ready()
    const mistake = plantMistake()
    // A value that no connector reads, so that it counts when the program is mended.
    const poisoned = issuanceRecord(200).replace('"level"', `"x":"${poison}","level"`)
    appendFileSync(workspace.at('logs/a.log'), `${poisoned}\n${lines(201, 300)}`)
    appendFileSync(workspace.at('logs/b.log'), lines(300, 400))
    const accepted = (): number => running.pipeline.sources.totals().accepted
    const said = (): number => running.log.filter(({ level }) => level === 'error').length
    await until('it fails', () => said() > 0)
    await until('the other file is read', () => accepted() === 300)
    expect((await running.send(lines(400, 450))).status).toBe(200)
    await until('it fails again', () => said() > 1)
    expect(running.log.filter(({ facts }) => 'error' in facts)).toMatchObject(
      Array.from({ length: said() }, () => ({ facts: { path: workspace.at('logs/a.log') } })),
    )
    // Its name alone: its text quotes the record.
    expect(JSON.stringify(running.log)).not.toContain(poison)
    expect((await running.get('/-/healthy')).status).toBe(200)
    mistake.mend()
    await until('the file is read on', () => accepted() === 450)
    expect(running.pipeline.engine.totals[0]).toMatchObject(issuanceTruth(450))
    expect(running.pipeline.sources.totals()).toMatchObject({ rejected: 0, late: 0 })
  })

  it('in reading a request is answered 500, without a word of what was in it, and the next one is served', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, settings)
    const mistake = plantMistake()
    for (let times = 0; times < 3; times++) {
      const { status, text } = await running.send(`${lines(0, 5)}${poison}\n`)
      expect(status).toBe(500)
      expect(text).not.toContain(poison)
    }
    expect((await running.send(lines(0, 10))).status).toBe(200)
    expect(running.log.filter(({ facts }) => 'error' in facts)).toMatchObject(
      Array.from({ length: 3 }, () => ({ facts: { error: 'TypeError' } })),
    )
    mistake.mend()
    expect(running.pipeline.engine.totals[0]).toMatchObject(issuanceTruth(10))
  })
})
