/** Faults 10 and 25 for the webhook: many senders at a time, and senders that never hear what became of it. */
import { once } from 'node:events'
import { request } from 'node:http'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { StateStore } from '../../src/platform/state-store.ts'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const settings = { state: { folder: 'state' } }

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${issuanceRecord(from + i)}\n`).join('')

function counted({ pipeline }: EmbeddedService): { readonly good: number; readonly bad: number } {
  const { good = -1, bad = -1 } = pipeline.engine.totals[0] ?? {}
  return { good, bad }
}

/**
 * Fifty connections of another thread. In each round all of them send while this thread stands still, so that their
 * requests are there at once when it goes on: how fast the machine is decides nothing.
 */
const senderThread = `
  const { parentPort, workerData: { port, bodies, shared } } = require('node:worker_threads')
  const { connect } = require('node:net')
  const sockets = bodies[0].map(() => connect(port, '127.0.0.1'))
  let connected = 0
  let answered = 0
  for (const socket of sockets) {
    socket.setNoDelay(true).once('connect', () => { if (++connected === sockets.length) parentPort.postMessage('connected') })
    socket.on('data', (data) => {
      answered += String(data).split('HTTP/1.1 200').length - 1
      if (answered % sockets.length === 0) parentPort.postMessage(answered)
    })
  }
  parentPort.on('message', (round) => {
    for (const [i, socket] of sockets.entries()) {
      const body = bodies[round][i]
      socket.write('POST /v1/records HTTP/1.1\\r\\nHost: test\\r\\nContent-Length: ' + body.length + '\\r\\n\\r\\n' + body)
    }
    Atomics.store(shared, 0, round + 1)
    Atomics.notify(shared, 0)
  })`

describe('many senders at a time', () => {
  it('share commits: fifty that wait for each other need few', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, settings)
    const [senders, rounds, size] = [50, 6, 5]
    const bodies = Array.from({ length: rounds }, (_, round) =>
      Array.from({ length: senders }, (_, sender) => {
        const from = (round * senders + sender) * size
        return lines(from, from + size)
      }),
    )
    const shared = new Int32Array(new SharedArrayBuffer(4))
    const port = Number(new URL(running.url).port)
    const thread = new Worker(senderThread, { eval: true, workerData: { port, bodies, shared } })
    await once(thread, 'message')
    const commit = vi.spyOn(StateStore.prototype, 'commit')
    for (let round = 0; round < rounds; round++) {
      const answered = once(thread, 'message')
      thread.postMessage(round)
      Atomics.wait(shared, 0, round, 30_000)
      expect(await answered).toEqual([(round + 1) * senders])
    }
    const commits = commit.mock.calls.length
    commit.mockRestore()
    await thread.terminate()
    expect(counted(running)).toEqual(issuanceTruth(senders * rounds * size))
    expect(commits).toBeLessThanOrEqual(rounds * 4)
  })

  it('are acknowledged when their records are durable, and not before', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, settings)
    let durable = 0
    const { commit } = StateStore.prototype
    const spy = vi.spyOn(StateStore.prototype, 'commit').mockImplementation(function (
      this: StateStore,
      write,
    ) {
      const facts = commit.call(this, write)
      durable = counted(running).good + counted(running).bad
      return facts
    })
    const send = async (sender: number): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        const from = (round * 20 + sender) * 3
        expect((await running.send(lines(from, from + 3))).status).toBe(200)
        expect(durable).toBeGreaterThanOrEqual((round + 1) * 3)
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, sender) => send(sender)))
    spy.mockRestore()
    expect(durable).toBe(300)
  })
})

describe('a sender that hears nothing', () => {
  it('sends again, and is told that all of it was there', async () => {
    using workspace = new Workspace()
    const body = lines(0, 100)
    {
      await using running = await EmbeddedService.start(workspace, settings)
      const sending = request(`${running.url}/v1/records`, { method: 'POST', agent: false })
      sending.on('error', () => undefined)
      await new Promise<void>((resolve) => sending.end(body, () => resolve()))
      await until('it is read', () => running.pipeline.sources.totals().read === 100)
      sending.destroy()
      const again = await running.send(body)
      expect(JSON.parse(again.text)).toMatchObject({ accepted: 0, duplicates: 100 })
    }
    await using next = await EmbeddedService.start(workspace, settings)
    expect(JSON.parse((await next.send(body)).text)).toMatchObject({ accepted: 0, duplicates: 100 })
    expect(counted(next)).toEqual(issuanceTruth(100))
  })
})

describe("kube-apiserver's audit webhook", () => {
  it('gets 200 for a batch with bad events, which it would send again for ever otherwise', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, settings)
    const good = Array.from({ length: 20 }, (_, i) => JSON.parse(issuanceRecord(i)))
    const items = good.flatMap((event, i) => [
      event,
      ...(i % 5 === 0
        ? [{ ...event, auditID: undefined }, { ...event, stageTimestamp: 'soon' }, 17, null, 'text']
        : []),
    ])
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items }
    const { status, text } = await running.send(JSON.stringify(list), { 'content-type': 'application/json' })
    expect(status).toBe(200)
    const told = JSON.parse(text)
    expect(told).toMatchObject({ accepted: 20, duplicates: 0, late: 0 })
    expect(told.accepted + told.rejected + told.irrelevant).toBe(items.length)
    expect(counted(running)).toEqual(issuanceTruth(20))
    // Also when nothing in it is good, and when it is no list at all.
    for (const body of [
      JSON.stringify({ ...list, items: [{}, 1] }),
      '{"items":',
      linesOf([{ hello: 1 }]),
      'nonsense',
    ])
      expect((await running.send(body)).status).toBe(200)
  })
})
