/** Fault 22: told to stop under load, told twice, and told to reload again and again. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { everything, until } from '../support/embedded-service.ts'
import { Instance } from '../support/instance.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

const settings = {
  sources: { files: [{ path: 'logs' }] },
  state: { folder: 'state' },
  limits: { allowedLatenessSeconds: 31 * 86_400 },
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${issuanceRecord(from + i)}\n`).join('')

describe('a run that is told to stop', () => {
  it('under load loses nothing that it acknowledged, and ends with 0', async () => {
    using workspace = new Workspace()
    mkdirSync(workspace.at('logs'))
    await using first = await Instance.start(workspace, settings)
    let next = 0
    const acknowledged: [from: number, to: number][] = []
    const refusals = new Set<number | string | null>()
    const send = async (url: string, range: [number, number]): Promise<boolean> => {
      const answer = await fetch(`${url}/v1/records`, { method: 'POST', body: lines(...range) }).catch(
        () => undefined,
      )
      if (answer?.ok) acknowledged.push(range)
      else
        refusals.add(answer?.status === 503 ? answer.headers.get('retry-after') : (answer?.status ?? 'gone'))
      return answer?.ok === true
    }
    const unheard: [number, number][] = []
    const load = Array.from({ length: 8 }, async () => {
      for (let heard = true; heard; ) {
        const range: [number, number] = [next, next + 20]
        next += 20
        appendFileSync(workspace.at('logs/audit.log'), lines(...range))
        heard = await send(first.url, range)
        if (!heard) unheard.push(range)
      }
    })
    await until('it is under load', () => acknowledged.length > 50)
    const toldAt = performance.now()
    expect(await first.kill('SIGTERM')).toBe(0)
    expect(performance.now() - toldAt).toBeLessThan(10_000)
    await Promise.all(load)
    for (const refusal of refusals) expect(['5', 'gone']).toContain(refusal)
    await using second = await Instance.start(workspace, settings)
    for (const range of unheard) expect(await send(second.url, range)).toBe(true)
    await until('the file is read', async () => (await second.status()).records.accepted === next)
    const { indicators, records } = await second.status()
    expect(indicators.find(({ id }) => id === 'token-issuance')).toMatchObject(issuanceTruth(next))
    expect([records.late, records.rejected]).toEqual([0, 0])
  })

  it('waits for a sender in the middle of its records, and not when it is told twice', async () => {
    using workspace = new Workspace()
    await using running = await Instance.start(workspace, settings)
    const slow = connect(Number(new URL(running.url).port), '127.0.0.1')
    slow.on('error', () => undefined)
    slow.write(`POST /v1/records HTTP/1.1\r\nHost: test\r\nContent-Length: 10000\r\n\r\n${lines(0, 1)}`)
    await until('it is heard', async () => (await running.status()).records.read === 1)
    running.process.kill('SIGTERM')
    await until('it is stopping', () => running.err.includes('"stopping"'))
    expect(await running.kill('SIGTERM')).toBe(4)
    slow.destroy()
  })
})

describe('a run that is told to reload again and again', () => {
  it('reloads a few times, goes on serving, and ends with what was written last', async () => {
    using workspace = new Workspace()
    mkdirSync(workspace.at('logs'))
    await using running = await Instance.start(workspace, settings)
    const storm = 200
    for (let i = 0; i < storm; i++) {
      const target = i % 2 === 0 ? '0.95' : '0.9'
      workspace.write('slo/all.yaml', everything.replace('0.99', i === storm - 1 ? '0.97' : target))
      running.process.kill('SIGHUP')
      if (i % 20 === 0) expect((await running.send(lines(i, i + 1))).status).toBe(200)
      await setImmediate()
    }
    await until(
      'the last one is in force',
      async () => (await running.metrics()).sum('identity_slo_objective_ratio') === 0.97,
    )
    const reloads = running.err.match(/reloaded definitions/g)?.length ?? 0
    expect(reloads).toBeGreaterThan(0)
    expect(reloads).toBeLessThan(storm / 10)
    expect((await running.status()).objectives[0]).toMatchObject({ target: 0.97, good: 10, bad: 0 })
  })
})
