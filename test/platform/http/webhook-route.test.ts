import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { webhookStatuses } from '../../../src/platform/http/refusal.ts'
import { until } from '../../support/embedded-service.ts'
import { bomb, WebhookUnderTest } from '../../support/webhook-under-test.ts'

const gzip = { 'content-encoding': 'gzip' }
const line = '{"id":1}\n'

/** Something that a test lets go on when it likes. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}

describe('too much at a time', () => {
  it('of requests is answered 429 with the time to come again, and what is under way is not disturbed', async () => {
    await using webhook = await WebhookUnderTest.start({ maxConcurrentRequests: 2 })
    const commit = gate()
    webhook.committed = () => commit.opened
    const waiting = [webhook.send(line), webhook.send(line)]
    await until('both are under way', () => webhook.pushed.length === 2)
    for (let i = 0; i < 3; i++)
      expect(await webhook.send(line)).toMatchObject({ status: 429, retryAfter: '1' })
    commit.open()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
    expect((await webhook.send(line)).status).toBe(200)
    expect(webhook.answered).toEqual([429, 429, 429, 200, 200, 200])
  })

  it('of bytes is answered 429, but one alone may be as large as a body may be', async () => {
    await using webhook = await WebhookUnderTest.start({ maxConcurrentBytes: 1000, maxBodyBytes: 5000 })
    const slow = await webhook.raw()
    slow.head('Content-Length: 4000').socket.write('x'.repeat(600))
    await until('its first bytes came', () => webhook.pushed[0] === 600)
    expect((await webhook.send('y'.repeat(600))).status).toBe(429)
    expect((await webhook.send('y'.repeat(300))).status).toBe(200)
    slow.socket.write('x'.repeat(2000))
    await until('more of it came', () => webhook.pushed[0] === 2600)
    expect((await webhook.send('y')).status).toBe(429)
    slow.socket.write('x'.repeat(1400))
    expect(await slow.status()).toBe(200)
    expect((await webhook.send('y'.repeat(600))).status).toBe(200)
    slow.socket.destroy()
  })

  it('of connections closes what is too many at once', async () => {
    await using webhook = await WebhookUnderTest.start({}, { maxConnections: 2 })
    const [first, second] = [await webhook.raw(), await webhook.raw()]
    const third = await webhook.raw()
    await third.closed
    expect(third.received).toBe('')
    first.head('Content-Length: 0')
    expect(await first.status()).toBe(200)
    for (const { socket } of [first, second]) socket.destroy()
  })
})

describe('what cannot be made durable', () => {
  it('is answered 503 with the time to come again, before and after it was read', async () => {
    await using webhook = await WebhookUnderTest.start()
    webhook.isUnavailable = true
    expect(await webhook.send(line)).toMatchObject({ status: 503, retryAfter: '5' })
    expect(webhook.pushed).toEqual([])
    webhook.isUnavailable = false
    webhook.committed = () => Promise.reject(new Error('disk full'))
    expect(await webhook.send(line)).toMatchObject({ status: 503, retryAfter: '5' })
    expect(webhook.answered).toEqual([503, 503])
    expect(webhook.failures).toEqual([])
  })

  it('is not taken any more while the server closes, and what is under way is answered', async () => {
    const webhook = await WebhookUnderTest.start()
    const slow = await webhook.raw()
    slow.head('Content-Length: 20').socket.write('x'.repeat(10))
    await until('its first bytes came', () => webhook.pushed[0] === 10)
    let isClosed = false
    const closing = webhook.server.close().then(() => {
      isClosed = true
    })
    await until('new ones are refused', async () => (await webhook.send(line)).status === 503)
    expect(await webhook.send(line)).toMatchObject({ status: 503, retryAfter: '5' })
    expect(isClosed).toBe(false)
    slow.socket.write('x'.repeat(10))
    expect(await slow.status()).toBe(200)
    await closing
    expect(webhook.answered.at(-1)).toBe(200)
    await expect(webhook.send(line)).rejects.toThrow()
  })
})

describe('a body without end', () => {
  it('in chunks is answered 413 at the limit, and nothing behind it is looked at', async () => {
    await using webhook = await WebhookUnderTest.start({ maxBodyBytes: 10_000_000 })
    const piece = Buffer.alloc(65_536, line)
    const pieces = (function* () {
      for (let sent = 0; sent < 100_000_000; sent += piece.length) yield piece
    })()
    expect(await webhook.sendChunked(pieces)).toBe(413)
    expect(webhook.pushed[0]).toBeLessThanOrEqual(10_000_000)
    expect(webhook.answered).toEqual([413])
  })

  it('packed as a bomb of 10 GB in 10 MB is answered 413 at the limit, with memory flat', async () => {
    await using webhook = await WebhookUnderTest.start({ maxBodyBytes: 10_000_000 })
    expect((await webhook.send(Buffer.concat([...bomb(1)]), gzip)).status).toBe(200)
    const before = process.memoryUsage.rss()
    expect(await webhook.sendChunked(bomb(1000), gzip)).toBe(413)
    expect(webhook.pushed[1]).toBeLessThanOrEqual(10_000_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('is cut off with its connection when it goes on behind its answer', async () => {
    await using webhook = await WebhookUnderTest.start({ maxBodyBytes: 1000 })
    const endless = await webhook.raw()
    endless.head('Transfer-Encoding: chunked')
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const pour = (): void => {
      while (!endless.socket.destroyed && endless.socket.write(chunk));
    }
    endless.socket.on('drain', pour)
    pour()
    await endless.closed
    expect(await endless.status()).toBe(413)
    expect(endless.socket.bytesWritten).toBeLessThan(200_000_000)
  })
})

describe('a slow sender', () => {
  const quick = { bodyTimeoutMs: 60_000, idleTimeoutMs: 150 }

  it('that stops in the middle of a body is answered 408, and its place is free again', async () => {
    await using webhook = await WebhookUnderTest.start({ ...quick, maxConcurrentRequests: 1 })
    for (const [headers, body] of [
      [['Content-Length: 100'], 'x'],
      [['Transfer-Encoding: chunked'], '3\r\nabc\r\n'],
      [['Content-Encoding: gzip', 'Content-Length: 100'], gzipSync(line).subarray(0, 12)],
      [['Content-Length: 100'], ''],
    ] as const) {
      const slow = await webhook.raw()
      slow.head(...headers).socket.write(body)
      expect(await slow.status()).toBe(408)
      await slow.closed
    }
    expect((await webhook.send(line)).status).toBe(200)
    expect(webhook.answered).toEqual([408, 408, 408, 408, 200])
  })

  it('that sends a byte now and then is answered 408 when the whole takes too long', async () => {
    await using webhook = await WebhookUnderTest.start({ bodyTimeoutMs: 300, idleTimeoutMs: 60_000 })
    const slow = await webhook.raw()
    slow.head('Content-Length: 100000')
    const trickle = setInterval(() => slow.socket.write('x'), 5)
    expect(await slow.status()).toBe(408)
    clearInterval(trickle)
    await slow.closed
    expect(slow.received).toContain('it took over 0.3 s')
  })

  it('of the head of a request is cut off with 408', async () => {
    await using webhook = await WebhookUnderTest.start({}, { headTimeoutMs: 100 })
    const slow = await webhook.raw()
    slow.socket.write('POST /v1/records HTTP/1.1\r\nHost: te')
    expect(await slow.status()).toBe(408)
    await slow.closed
  })

  it('is not who sent in time while we were busy', async () => {
    await using webhook = await WebhookUnderTest.start(quick)
    const shared = new Int32Array(new SharedArrayBuffer(4))
    const sender = new Worker(
      `const { parentPort, workerData: { port, shared } } = require('node:worker_threads')
       const socket = require('node:net').connect(port, '127.0.0.1', () => {
         socket.write('POST /v1/records HTTP/1.1\\r\\nHost: test\\r\\nContent-Length: 4\\r\\n\\r\\nab', () => {
           Atomics.wait(shared, 0, 0)
           socket.write('cd')
           Atomics.store(shared, 0, 2)
           Atomics.notify(shared, 0)
         })
       })
       socket.on('data', (data) => { parentPort.postMessage(String(data)); socket.destroy() })`,
      { eval: true, workerData: { port: webhook.port, shared } },
    )
    const answer = new Promise((resolve) => sender.once('message', resolve))
    // The worker connects in its own turn, and waits for us once it has sent the first half. Timers come right behind this.
    await until('the first half came', () => webhook.pushed[0] === 2)
    setImmediate(() => {
      Atomics.store(shared, 0, 1)
      Atomics.notify(shared, 0)
      Atomics.wait(shared, 0, 1, 10_000)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * quick.idleTimeoutMs)
    })
    expect(await answer).toContain('HTTP/1.1 200')
    await sender.terminate()
  })
})

describe('a packed body', () => {
  const members = [gzipSync(line), gzipSync(line.repeat(20_000)), gzipSync(''), gzipSync(line)]
  const whole = Buffer.concat(members)
  const unpacked = line.length * 20_002

  it('may have several members, wherever the network cuts it', async () => {
    await using webhook = await WebhookUnderTest.start()
    expect((await webhook.send(whole, gzip)).text).toBe(JSON.stringify({ bytes: unpacked }))
    const cuts = members.map((_, i) => Buffer.concat(members.slice(0, i)).length)
    for (const at of cuts.flatMap((cut) => [cut - 1, cut, cut + 1, cut + 3])) {
      if (at <= 0) continue
      const connection = await webhook.raw()
      connection.head('Content-Encoding: gzip', `Content-Length: ${whole.length}`, 'Connection: close')
      connection.socket.setNoDelay(true).write(whole.subarray(0, at))
      const sofar = webhook.pushed.length
      await until('it is under way', () => webhook.pushed.length >= sofar)
      await delay(1)
      connection.socket.write(whole.subarray(at))
      await connection.closed
      expect(connection.received).toContain(JSON.stringify({ bytes: unpacked }))
    }
  })

  it.each([
    ['junk', Buffer.from('junk')],
    ['a byte', Buffer.from('j')],
    ['a plain line', Buffer.from(line)],
    ['zeros', Buffer.alloc(100)],
    ['zeros and a member', Buffer.concat([Buffer.alloc(10), gzipSync(line)])],
    ['half a member', gzipSync(line).subarray(0, 11)],
  ])('with %s behind it is answered 400, however it is cut', async (_what, behind) => {
    await using webhook = await WebhookUnderTest.start()
    const body = Buffer.concat([gzipSync(line), behind])
    expect((await webhook.send(body, gzip)).status).toBe(400)
    expect(await webhook.sendChunked([gzipSync(line), behind], gzip)).toBe(400)
    expect(
      await webhook.sendChunked(
        [...body].map((byte) => Uint8Array.of(byte)),
        gzip,
      ),
    ).toBe(400)
    expect(webhook.answered).toEqual([400, 400, 400])
  })

  it('that is cut off, or is none, is answered 400', async () => {
    await using webhook = await WebhookUnderTest.start()
    for (const body of [gzipSync(line).subarray(0, -1), Buffer.from(line)])
      expect((await webhook.send(body, gzip)).status).toBe(400)
  })

  it('that does not say so is answered 415: its records would be lost', async () => {
    await using webhook = await WebhookUnderTest.start()
    for (const body of [gzipSync(line), zstdCompressSync(line)])
      expect((await webhook.send(body)).status).toBe(415)
    expect((await webhook.send(zstdCompressSync(line), { 'content-encoding': 'zstd' })).status).toBe(415)
    expect((await webhook.send(gzipSync(line), { 'content-encoding': 'gzip, gzip' })).status).toBe(415)
    expect(webhook.pushed.every((bytes) => bytes === 0)).toBe(true)
  })

  it('packed twice is unpacked once: the rest is for whoever reads records', async () => {
    await using webhook = await WebhookUnderTest.start()
    const nested = gzipSync(gzipSync(line))
    expect((await webhook.send(nested, gzip)).text).toBe(JSON.stringify({ bytes: gzipSync(line).length }))
  })
})

describe('a sender', () => {
  it('that goes away is counted, and its place is free again', async () => {
    await using webhook = await WebhookUnderTest.start({ maxConcurrentRequests: 1 })
    for (const encoding of ['identity', 'gzip']) {
      const before = webhook.answered.length
      const leaving = await webhook.raw()
      leaving.head(`Content-Encoding: ${encoding}`, 'Content-Length: 100').socket.write('{')
      await until('it is under way', () => webhook.pushed.length > before)
      leaving.socket.destroy()
      await until('it is counted', () => webhook.answered.length > before)
    }
    const commit = gate()
    webhook.committed = () => commit.opened
    const leaving = await webhook.raw()
    leaving.head('Content-Length: 1').socket.write('{')
    await until('all of it came', () => webhook.pushed[2] === 1)
    leaving.socket.destroy()
    commit.open()
    await until('it is counted', () => webhook.answered.length === 3)
    expect(webhook.answered.slice(0, 2)).toEqual([499, 499])
    expect((await webhook.send(line)).status).toBe(200)
  })

  it('whose body makes the program fail is answered 500, and the next one is served', async () => {
    await using webhook = await WebhookUnderTest.start({ maxConcurrentRequests: 1 })
    const mistake = new Error('a bug in a connector')
    webhook.onPush = () => {
      throw mistake
    }
    const { status, text } = await webhook.send(line)
    expect([status, webhook.failures]).toEqual([500, [mistake]])
    expect(text).not.toContain('connector')
    webhook.onPush = () => undefined
    expect((await webhook.send(line)).status).toBe(200)
  })

  it('keeps its connection through every refusal but that for being slow', async () => {
    await using webhook = await WebhookUnderTest.start({ tokens: ['open'], maxBodyBytes: 1000 })
    const connection = await webhook.raw()
    const ask = async (headers: readonly string[], body: string): Promise<number> => {
      connection.received = ''
      connection.head(...headers, `Content-Length: ${body.length}`).socket.write(body)
      return connection.status()
    }
    const token = 'Authorization: Bearer open'
    expect(await ask([], 'x'.repeat(50_000))).toBe(401)
    expect(await ask([token], 'x'.repeat(50_000))).toBe(413)
    expect(await ask([token, 'Content-Encoding: br'], 'x')).toBe(415)
    expect(await ask([token, 'Content-Encoding: gzip'], 'x')).toBe(400)
    expect(await ask([token], 'x')).toBe(200)
    connection.socket.destroy()
  })

  it('with wrong tokens is turned away before anything is looked at, while others are served', async () => {
    await using webhook = await WebhookUnderTest.start({ tokens: ['a', 'b'], maxConcurrentRequests: 1 })
    const refused = (): number => webhook.answered.filter((status) => status === 401).length
    const guesses = 2000
    const guessing = Array.from({ length: 10 }, async () => {
      while (refused() < guesses) await webhook.send(line, { authorization: `Bearer guess-${refused()}` })
    })
    await until('it has begun', () => refused() > 0)
    expect((await webhook.send(line, { authorization: 'Bearer b' })).status).toBe(200)
    expect(refused()).toBeLessThan(guesses)
    await Promise.all(guessing)
    expect(webhook.pushed).toEqual([line.length])
  })

  it('that sends many requests without waiting for an answer is cut off', async () => {
    await using webhook = await WebhookUnderTest.start({ tokens: ['a'] })
    const flood = await webhook.raw()
    const guess = 'POST /v1/records HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}'
    flood.socket.write(guess.repeat(5000))
    await flood.closed
    expect(webhook.answered.length).toBeLessThan(100)
    expect((await webhook.send(line, { authorization: 'Bearer a' })).status).toBe(200)
  })

  it('is told one of the statuses that are counted', () => {
    expect([...webhookStatuses]).toEqual([...new Set(webhookStatuses)].toSorted((a, b) => a - b))
  })
})
