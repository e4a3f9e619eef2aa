/** Fault 25: what a configured webhook refuses, says with its status, and counts. */
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { issuanceRecord } from '../support/issuance-record.ts'
import { Workspace } from '../support/workspace.ts'

it('is limited as it is configured, and each refusal is counted by its status', async () => {
  using workspace = new Workspace()
  workspace.write('token', 'a-token-of-the-test')
  await using running = await EmbeddedService.start(workspace, {
    listen: { port: 0, maxConnections: 20 },
    sources: {
      webhook: {
        maxBodyBytes: 5000,
        maxConcurrentRequests: 1,
        bodyTimeoutSeconds: 2,
        idleTimeoutSeconds: 1,
        tokens: [`\${file:token}`],
      },
    },
  })
  const authorization = 'Bearer a-token-of-the-test'
  const codes = async (): Promise<Readonly<Record<string, number>>> => {
    const series = (await running.metrics()).select('identity_slo_webhook_requests_total')
    return Object.fromEntries(series.map(({ labels, value }) => [labels['code'], value]))
  }
  const none = { 200: 0, 400: 0, 401: 0, 408: 0, 413: 0, 415: 0, 429: 0, 499: 0, 500: 0, 503: 0 }
  // Each is there from the start, so that its first increase is seen.
  expect(await codes()).toEqual(none)
  const slow = connect(Number(new URL(running.url).port), '127.0.0.1')
  let answer = ''
  slow.on('data', (data) => {
    answer += String(data)
  })
  slow.write(`POST /v1/records HTTP/1.1\r\nHost: test\r\nAuthorization: ${authorization}\r\n`)
  slow.write(`Content-Length: 9999\r\n\r\n${issuanceRecord(1)}\n`)
  await until('it is under way', () => running.pipeline.sources.totals().read === 1)
  expect((await running.send(issuanceRecord(2), { authorization })).status).toBe(429)
  await until('the slow one is turned away', () => answer.startsWith('HTTP/1.1 408'))
  expect((await running.send(issuanceRecord(2))).status).toBe(401)
  expect((await running.send(' '.repeat(5001), { authorization })).status).toBe(413)
  expect((await running.send(gzipSync('{}'), { authorization })).status).toBe(415)
  expect((await running.send('x', { authorization, 'content-encoding': 'gzip' })).status).toBe(400)
  expect((await running.send(issuanceRecord(2), { authorization })).status).toBe(200)
  expect(await codes()).toEqual({ ...none, 200: 1, 400: 1, 401: 1, 408: 1, 413: 1, 415: 1, 429: 1 })
})
