import { appendFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EmbeddedService, everything, until } from '../support/embedded-service.ts'
import {
  apiCall,
  managedIdentitySignIn,
  minuteMs,
  morning,
  roleAssumed,
  stageBefore,
  tokenRequest,
} from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const three = [
  tokenRequest({ id: 'a', time: morning }),
  tokenRequest({ id: 'b', time: morning + minuteMs, code: 500 }),
  roleAssumed({ id: 'c', time: morning + 2 * minuteMs }),
]

function outcomes(text: string): unknown {
  const { rejections: _, ...counts } = JSON.parse(text)
  return counts
}

const none = { accepted: 0, duplicates: 0, late: 0, rejected: 0, irrelevant: 0 }

/** Sends a body piece by piece over a socket; `length` promises more than is sent, so that the end is an abort. */
function sendPieces(
  url: string,
  pieces: readonly (string | Uint8Array)[],
  abort: boolean,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, fail) => {
    const sending = request(
      `${url}/v1/records`,
      { method: 'POST', headers, agent: new Agent({ keepAlive: false }) },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    sending.on('error', (error) => (abort ? resolve({ status: 0, text: '' }) : fail(error)))
    for (const piece of pieces) sending.write(piece)
    if (abort) sending.write('', () => sending.destroy())
    else sending.end()
  })
}

describe('records by HTTP', () => {
  const forms: Readonly<Record<string, string>> = {
    'JSON lines': linesOf(three),
    'a JSON array': JSON.stringify(three),
    'a pretty-printed array': JSON.stringify(three, undefined, 2),
    'the records envelope of Azure': JSON.stringify({ records: three }),
    'the Records envelope of CloudTrail': JSON.stringify({ Records: three }),
    'an EventList': JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: three }),
    'a Pub/Sub push per record': linesOf(
      three.map((record) => ({
        message: { data: Buffer.from(JSON.stringify(record)).toString('base64'), messageId: '1' },
        subscription: 'projects/acme/subscriptions/audit',
      })),
    ),
  }

  it.each(Object.entries(forms))('counts %s', async (_form, body) => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const { status, text } = await running.send(body, { 'content-type': 'application/json' })
    expect(status).toBe(200)
    expect(outcomes(text)).toEqual({ ...none, accepted: 3 })
    expect(running.pipeline.engine.totals[0]).toEqual({
      id: 'token-issuance',
      good: 2,
      bad: 1,
      excluded: 0,
    })
  })

  it('unpacks gzip, takes bodies in chunks of any size, and needs no content type', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const packed = await running.send(gzipSync(linesOf(three)), { 'content-encoding': 'gzip' })
    expect([packed.status, outcomes(packed.text)]).toEqual([200, { ...none, accepted: 3 }])
    const bytes = [...linesOf(three)]
    const chunked = await sendPieces(running.url, bytes, false)
    expect([chunked.status, outcomes(chunked.text)]).toEqual([200, { ...none, duplicates: 3 }])
    const packedPieces = [...gzipSync(JSON.stringify(three))].map((byte) => Uint8Array.of(byte))
    const both = await sendPieces(running.url, packedPieces, false, { 'content-encoding': 'GZIP' })
    expect([both.status, outcomes(both.text)]).toEqual([200, { ...none, duplicates: 3 }])
  })

  it('takes an empty body for no records', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    for (const body of ['', '\n\n', '[]']) {
      const { status, text } = await running.send(body)
      expect([status, outcomes(text)]).toEqual([200, none])
    }
    const bare = await sendPieces(running.url, [], false, { 'content-length': '0' })
    expect([bare.status, outcomes(bare.text)]).toEqual([200, none])
  })

  it('lets a bad record cost that record only, and says which and why', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const [first, second, third] = three
    const lines = [
      JSON.stringify(first),
      '{"auditID": "cut off',
      JSON.stringify({ hello: 'world' }),
      'not JSON at all',
      JSON.stringify(stageBefore('s', morning)),
      JSON.stringify(second),
      JSON.stringify({ ...third, eventTime: 'yesterday' }),
      JSON.stringify(third),
    ]
    const { status, text } = await running.send(`${lines.join('\n')}\n`)
    expect(status).toBe(200)
    expect(outcomes(text)).toEqual({ ...none, accepted: 3, rejected: 4, irrelevant: 1 })
    const { rejections } = JSON.parse(text)
    expect(rejections.map(({ reason }: { reason: string }) => reason)).toEqual([
      'truncated',
      'unknown_format',
      'malformed_json',
      'invalid_field',
    ])
    expect(rejections[0].offset).toBe(Buffer.byteLength(lines[0] ?? '') + 1)
  })

  it('shows twenty rejections at most, and counts them all', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const { text } = await running.send('{"a":1}\n'.repeat(500))
    expect(JSON.parse(text)).toMatchObject({ rejected: 500 })
    expect(JSON.parse(text).rejections).toHaveLength(20)
    expect((await running.metrics()).sum('identity_slo_records_total', { result: 'rejected' })).toBe(500)
  })

  it('answers 400 to gzip that is none, and counts what came before the break', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const gzip = { 'content-encoding': 'gzip' }
    const plain = await running.send(linesOf(three), gzip)
    expect([plain.status, plain.text]).toEqual([400, expect.stringContaining('the body could not be read')])
    const cut = gzipSync(linesOf(three)).subarray(0, -12)
    expect((await running.send(cut, gzip)).status).toBe(400)
    // The sender tries again, as it should: nothing counts twice.
    const again = await running.send(linesOf(three))
    expect(JSON.parse(again.text)).toMatchObject({ rejected: 0, late: 0 })
    expect(running.pipeline.engine.totals[0]).toMatchObject({ good: 2, bad: 1 })
  })

  it('answers 413 to more than the limit, measured unpacked', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, {
      sources: { webhook: { maxBodyBytes: 10_000 } },
    })
    const large = linesOf(three) + ' '.repeat(1_000_000)
    const plain = await running.send(large)
    expect([plain.status, plain.text]).toEqual([413, expect.stringContaining('10000 bytes')])
    const packed = await running.send(gzipSync(large), { 'content-encoding': 'gzip' })
    expect(packed.status).toBe(413)
    const brim = linesOf(three).padEnd(10_000)
    expect((await running.send(`${brim} `)).status).toBe(413)
    for (const body of [brim, gzipSync(brim)]) {
      const headers: Readonly<Record<string, string>> = body === brim ? {} : { 'content-encoding': 'gzip' }
      expect((await running.send(body, headers)).status).toBe(200)
    }
    expect((await running.send(linesOf(three))).status).toBe(200)
  })

  it('gives its answer to a sender whose body is far beyond the limit', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, {
      sources: { webhook: { maxBodyBytes: 10_000 } },
    })
    const pieces = Array.from({ length: 64 }, () => ' '.repeat(65_536))
    expect((await sendPieces(running.url, pieces, false)).status).toBe(413)
  })

  it('answers 415 to encodings that it does not know', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const { status, text } = await running.send('{}', { 'content-encoding': 'br' })
    expect([status, text]).toEqual([415, expect.stringContaining('send gzip, or none')])
  })

  it('answers 401 without one of the tokens, and never shows one', async () => {
    using workspace = new Workspace()
    workspace.write('one', 'first-token-of-the-test\n')
    workspace.write('two', 'second-token-of-the-test')
    await using running = await EmbeddedService.start(workspace, {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the form of a reference to a secret.
      sources: { webhook: { tokens: ['${file:one}', '${file:two}'] } },
    })
    const as = async (authorization?: string): Promise<number> =>
      (await running.send(linesOf(three), authorization === undefined ? {} : { authorization })).status
    expect(await as()).toBe(401)
    expect(await as('Bearer third-token-of-the-test')).toBe(401)
    expect(await as('Bearer ')).toBe(401)
    expect(await as('Basic first-token-of-the-test')).toBe(401)
    expect(running.pipeline.sources.totals().read).toBe(0)
    expect(await as('Bearer first-token-of-the-test')).toBe(200)
    expect(await as('bearer second-token-of-the-test')).toBe(200)
    const refused = await running.send('{}')
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    const shown = [refused.text, (await running.get('/')).text, JSON.stringify(running.log)].join('\n')
    expect(shown).not.toContain('token-of-the-test')
  })

  it('is not served where it is switched off', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, { sources: { webhook: { enabled: false } } })
    expect((await running.send(linesOf(three))).status).toBe(404)
  })

  it('survives a sender that goes away in the middle of a record', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const text = linesOf(three)
    const cut = text.slice(0, -40)
    await sendPieces(running.url, [cut], true, { 'content-length': String(text.length) })
    await sendPieces(running.url, [gzipSync(text).subarray(0, 200)], true, {
      'content-encoding': 'gzip',
      'content-length': '100000',
    })
    await until('the whole records of the cut body count', () => running.pipeline.sources.totals().read >= 2)
    // What was cut off is no record: the sender has no answer, and sends all of it again.
    const { text: again } = await running.send(text)
    expect(outcomes(again)).toMatchObject({ accepted: 1, duplicates: 2, rejected: 0 })
    expect(running.pipeline.engine.totals[0]).toMatchObject({ good: 2, bad: 1 })
    expect(running.pipeline.sources.totals().rejected).toBe(0)
  })

  it('keeps senders at the same time apart', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const batches = Array.from({ length: 8 }, (_, sender) =>
      Array.from({ length: 50 }, (_, i) =>
        tokenRequest({ id: `${sender}-${i}`, time: morning + i * 1000, namespace: `team-${sender}` }),
      ),
    )
    const answers = await Promise.all(
      batches.map((batch) => sendPieces(running.url, linesOf(batch).match(/.{1,500}/gs) ?? [], false)),
    )
    expect(answers.map(({ text }) => outcomes(text))).toEqual(
      batches.map((batch) => ({ ...none, accepted: batch.length })),
    )
    const metrics = await running.metrics()
    expect(metrics.sum('identity_token_requests_total', { app: 'team-3' })).toBe(50)
    expect(metrics.sum('identity_token_requests_total')).toBe(400)
  })
})

// Together: most of their time is waiting for the next look at the disk.
describe.concurrent('logs on disk', { timeout: 90_000 }, () => {
  it('is ready only when the logs that were there have been read', async () => {
    using workspace = new Workspace()
    const many = Array.from({ length: 3000 }, (_, i) =>
      tokenRequest({ id: `r${i}`, time: morning + i * 100 }),
    )
    workspace.writeRecords('logs/a.ndjson', many)
    workspace.write('logs/b.json.gz', gzipSync(JSON.stringify({ Records: three })))
    await using running = await EmbeddedService.start(workspace, { sources: { files: [{ path: 'logs' }] } })
    // Reading begins behind `start`: whatever this answers, it must be consistent with what was read.
    const early = await running.get('/-/ready')
    const readByThen = running.pipeline.sources.totals().read
    if (early.status === 200) expect(readByThen).toBe(3003)
    else expect(early.status).toBe(503)
    expect((await running.get('/-/healthy')).status).toBe(200)
    await running.ready()
    expect(running.pipeline.sources.totals()).toMatchObject({ read: 3003, accepted: 3003 })
    expect(running.log.map(({ message }) => message)).toContain('ready: read the logs that were there')
  })

  it('follows files that grow and files that are new, and counts each record once', async () => {
    using workspace = new Workspace()
    const growing = workspace.writeRecords('logs/a.ndjson', three)
    await using running = await EmbeddedService.start(workspace, { sources: { files: [{ path: 'logs' }] } })
    await running.ready()
    const line = JSON.stringify(tokenRequest({ id: 'd', time: morning + 3 * minuteMs }))
    appendFileSync(growing, line.slice(0, 100))
    workspace.writeRecords('logs/deeper/new.ndjson', [
      managedIdentitySignIn({ id: 'e', time: morning, errorCode: 700_016 }),
    ])
    const read = (): number => running.pipeline.sources.totals().read
    await until('the new file is read', () => read() === 4)
    appendFileSync(growing, `${line.slice(100)}\n`)
    await until('the grown line is read', () => read() === 5)
    expect(running.pipeline.sources.totals()).toMatchObject({ accepted: 5, duplicate: 0, rejected: 0 })
  })

  it('reads a file once that is not to be followed, also beside one that is', async () => {
    using workspace = new Workspace()
    const once = workspace.writeRecords('once.ndjson', three)
    workspace.writeRecords('logs/a.ndjson', [apiCall({ id: 'x', time: morning })])
    await using running = await EmbeddedService.start(workspace, {
      sources: { files: [{ path: 'once.ndjson', follow: false }, { path: 'logs' }] },
    })
    await running.ready()
    appendFileSync(once, linesOf([tokenRequest({ id: 'grown', time: morning })]))
    workspace.writeRecords('logs/b.ndjson', [apiCall({ id: 'y', time: morning })])
    await until('the followed folder is read on', () => running.pipeline.sources.totals().read >= 5)
    expect(running.pipeline.sources.totals().read).toBe(5)
  })

  it('says once that a path cannot be read, reads it when it can, and says it again when it is gone', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, {
      sources: { files: [{ path: 'later' }, { path: 'other' }] },
    })
    const complaints = (): readonly object[] =>
      running.log.filter(({ level }) => level === 'error').map(({ facts }) => facts)
    await running.ready()
    expect(complaints()).toEqual([
      { path: workspace.at('later'), reason: 'it does not exist' },
      { path: workspace.at('other'), reason: 'it does not exist' },
    ])
    workspace.writeRecords('later/a.ndjson', three)
    await until('the folder is read', () => running.pipeline.sources.totals().read === 3)
    expect(complaints()).toHaveLength(2)
    renameSync(workspace.at('later'), workspace.at('moved'))
    await until('it is said again', () => complaints().length === 3)
  })

  it('survives a directory in the place of a file, and files that vanish', async () => {
    using workspace = new Workspace()
    mkdirSync(workspace.at('logs/empty'), { recursive: true })
    const gone = workspace.writeRecords('logs/gone.ndjson', three)
    await using running = await EmbeddedService.start(workspace, { sources: { files: [{ path: 'logs' }] } })
    await running.ready()
    rmSync(gone)
    workspace.writeRecords('logs/b.ndjson', [apiCall({ id: 'y', time: morning })])
    await until('the next file is read', () => running.pipeline.sources.totals().read === 4)
    expect((await running.get('/-/healthy')).status).toBe(200)
  })

  it('logs an archive that is broken, and counts what came before the break', async () => {
    using workspace = new Workspace()
    workspace.write('logs/a.json.gz', gzipSync(linesOf(three)).subarray(0, -9))
    await using running = await EmbeddedService.start(workspace, { sources: { files: [{ path: 'logs' }] } })
    await running.ready()
    expect(running.log).toContainEqual({
      level: 'warn',
      facts: { path: workspace.at('logs/a.json.gz'), reason: 'decompression_failed' },
      message: expect.stringContaining('what came before it counts'),
    })
    expect((await running.metrics()).sum('identity_slo_records_total', { result: 'rejected' })).toBe(1)
  })
})

describe('reloading', () => {
  const changed = everything.replace('target: 0.99', 'target: 0.95')

  it('keeps the history of an objective whose target changed, and who failed', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    await running.send(linesOf(three))
    const before = await running.metrics()
    workspace.write('slo/all.yaml', changed)
    expect(await running.reload()).toMatchObject({ status: 200, text: 'reloaded\n' })
    const after = await running.metrics()
    const [was, is] = [before, after].map((metrics) => ({
      target: metrics.sum('identity_slo_objective_ratio'),
      bad: metrics.sum('identity_slo_events_total', { verdict: 'bad' }),
      burn: metrics.sum('identity_slo_burn_rate', { window: '30d' }),
    }))
    expect(was).toEqual({ target: 0.99, bad: 1, burn: expect.closeTo(100 / 3) })
    expect(is).toEqual({ target: 0.95, bad: 1, burn: expect.closeTo(20 / 3) })
    const { identities } = JSON.parse((await running.get('/api/v1/status')).text)
    expect(identities[0]).toMatchObject({ name: 'checkout', failures: 1, events: 2 })
    // And what comes next goes on from there.
    await running.send(linesOf([tokenRequest({ id: 'z', time: morning, code: 500 })]))
    const next = JSON.parse((await running.get('/api/v1/status')).text)
    expect(next.identities[0]).toMatchObject({ name: 'checkout', failures: 2, events: 3 })
    expect(next.objectives[0]).toMatchObject({ bad: 2, target: 0.95 })
  })

  it('takes up a new owner of identities that were seen before', async () => {
    using workspace = new Workspace()
    workspace.write('ownership.yaml', 'owners: []\n')
    await using running = await EmbeddedService.start(workspace, { ownership: 'ownership.yaml' })
    await running.send(linesOf(three))
    workspace.write(
      'ownership.yaml',
      'owners:\n  - match: { namespace: shop }\n    app: storefront\n    team: shop-team\n',
    )
    expect(await running.reload()).toMatchObject({ status: 200 })
    await running.send(linesOf([tokenRequest({ id: 'z', time: morning, code: 500 })]))
    const metrics = await running.metrics()
    expect(metrics.sum('identity_token_requests_total', { app: 'storefront' })).toBe(1)
    const { identities } = JSON.parse((await running.get('/api/v1/status')).text)
    expect(identities[0]).toMatchObject({ app: 'storefront', team: 'shop-team', owned: true })
  })

  it.each([
    ['definitions', 'slo/all.yaml', everything.replace('0.99', '1'), 'slo/all.yaml:'],
    ['configuration', 'identity-slo.yaml', 'listen: { prot: 1 }\n', 'identity-slo.yaml:1:'],
  ])('goes on with what it had when the new %s are bad', async (_what, file, text, place) => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    await running.send(linesOf(three))
    const reloaded = async (): Promise<number> =>
      (await running.metrics()).sum('identity_slo_config_last_reload_successful')
    expect(await reloaded()).toBe(1)
    workspace.write(file, text)
    const { status, text: answer } = await running.reload()
    expect(status).toBe(500)
    expect(answer).toContain(place)
    expect(answer).toContain('what was loaded before still runs')
    expect(await reloaded()).toBe(0)
    expect(running.log.at(-1)).toMatchObject({ level: 'error' })
    await running.send(linesOf([tokenRequest({ id: 'z', time: morning })]))
    expect((await running.metrics()).sum('identity_slo_events_total', { verdict: 'good' })).toBe(3)
  })

  it('recovers when the definitions are mended', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    workspace.write('slo/all.yaml', 'kind: Nothing')
    await running.reload()
    workspace.write('slo/all.yaml', everything)
    expect((await running.reload()).status).toBe(200)
    expect((await running.metrics()).sum('identity_slo_config_last_reload_successful')).toBe(1)
  })

  it('is refused by HTTP where that is switched off', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, { lifecycle: { reloadEndpoint: false } })
    expect(await running.reload()).toMatchObject({
      status: 403,
      text: expect.stringContaining('lifecycle.reloadEndpoint'),
    })
  })
})

describe('what is served', () => {
  it('answers 404 to everything else, and says where to look', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const { status, text } = await running.get('/nowhere?x=<script>')
    expect([status, JSON.parse(text).error]).toEqual([404, expect.stringContaining('/ lists what is')])
    expect((await running.get('/v1/records')).status).toBe(404)
  })

  it('serves metrics, status and page before any record', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const metrics = await running.metrics()
    expect(metrics.sum('identity_slo_events_total')).toBe(0)
    expect(metrics.sum('identity_slo_error_budget_remaining_ratio')).toBe(1)
    expect(JSON.parse((await running.get('/api/v1/status')).text)).toMatchObject({ at: null })
    const page = await running.get('/')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.text).toContain('No records yet')
    expect((await running.get('/metrics')).headers.get('content-type')).toContain('version=0.0.4')
  })

  it('fails with a clear error when the port is taken', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    const port = Number(new URL(running.url).port)
    await expect(EmbeddedService.start(workspace, { listen: { port } })).rejects.toMatchObject({
      code: 'ISLO-4001',
      exitCode: 4,
    })
  })

  it('warns of the pseudonym key that everybody knows', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    expect(running.log[0]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('pseudonyms.key'),
    })
  })
})

describe('stopping', () => {
  it('ends while logs are read, without claiming that it was ready', async () => {
    using workspace = new Workspace()
    workspace.writeRecords(
      'logs/a.ndjson',
      Array.from({ length: 20_000 }, (_, i) => tokenRequest({ id: `r${i}`, time: morning + i })),
    )
    const running = await EmbeddedService.start(workspace, { sources: { files: [{ path: 'logs' }] } })
    await running.service.stop()
    const { read } = running.pipeline.sources.totals()
    const wasReady = running.log.some(({ message }) => message.startsWith('ready'))
    expect(wasReady).toBe(read === 20_000)
    await expect(running.get('/-/healthy')).rejects.toThrow()
  })
})
