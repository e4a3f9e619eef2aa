import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { EmbeddedService, until } from '../../support/embedded-service.ts'
import { hourMs, minuteMs, morning, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const now = (): number => morning + 2 * hourMs

/** A request a minute; `failsFrom`: the minute from which the issuer answers 500. */
function traffic(failsFrom: number): string {
  return linesOf(
    Array.from({ length: 120 }, (_, i) =>
      tokenRequest({ id: `r${i}`, time: morning + i * minuteMs, code: i < failsFrom ? 201 : 500 }),
    ),
  )
}

async function withTraffic(workspace: Workspace, failsFrom: number): Promise<EmbeddedService> {
  const running = await EmbeddedService.start(workspace, {}, now)
  await running.ready()
  await running.send(traffic(failsFrom))
  return running
}

describe('status', () => {
  it('shows objectives, diagnoses, incidents and sources of a running instance, and ends with 1 while a page fires', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace, 60)
    await until('it pages', async () => (await captured(['status', '--url', running.url])).code === 1)
    const { out, err } = await captured(['status', '--url', running.url])
    expect(err).toBe('')
    expect(out).toMatch(/^as of 2026-03-02T10:59/)
    expect(out).toMatch(/shop\/issuance +30d +99 % +50 % +-4\d\d\d % .*page-\w+ since 2026-03-02T10/)
    expect(out).toMatch(/F2 {2}Token issuance fails.*\n(.*\n)* {2}evidence {5}/)
    expect(out).toContain('  applications shop\n')
    expect(out).toContain('  runbook      docs/runbooks/refresh-failures.md\n')
    expect(out).toMatch(/open incidents: 1\n {2}Token issuance fails.*since 2026-03-02T/)
    expect(out).toMatch(/findings: \d/)
    expect(out).toMatch(/kubernetes-audit +120 +0 +0 +2026-03-02T10:59:00Z/)
    expect(out).not.toContain('\u001b')
    const coloured = await captured(['status', '--url', running.url], { colours: true })
    expect(coloured.out).toContain('\u001b[31mpage-')
  })

  it('ends with 0 and says that all is well where nothing fires', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace, 1000)
    const { code, out, err } = await captured(['status', '--url', running.url])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/shop\/issuance +30d +99 % +100 % +100 % +0 +ok\n/)
    expect(out).toContain('nothing points to a failure mode\n')
    expect(out).toContain('open incidents: 0\nfindings: 0\n')
  })

  it('gives scripts what the instance answered', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace, 1000)
    const { out } = await captured(['status', '--url', `${running.url}/`, '-o', 'json'])
    expect(JSON.parse(out)).toMatchObject({
      ready: true,
      status: { records: { accepted: 120 }, objectives: [{ name: 'issuance', good: 120 }] },
      incidents: { open: 0 },
      findings: { findings: [] },
    })
  })
})

describe('status without an instance', () => {
  /** An HTTP server that is none of ours. */
  async function told(answer: (path: string) => readonly [status: number, text: string]) {
    const server = createServer((request, response) => {
      const [status, text] = answer(request.url ?? '')
      response.writeHead(status).end(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const result = await captured(['status', '--url', `http://127.0.0.1:${port}`])
    server.close()
    return { ...result, port }
  }

  it('says that nothing listens there', async () => {
    const { port } = await told(() => [404, ''])
    const { code, out, err } = await captured(['status', '--url', `http://127.0.0.1:${port}`])
    expect([code, out]).toEqual([4, ''])
    expect(err).toMatch(/^error ISLO-4013: nothing answers at http:\/\/127\.0\.0\.1:\d+\/: .*ECONNREFUSED/)
  })

  it('says that something else does', async () => {
    const { code, err } = await told(() => [200, 'Prometheus Server is Ready.\n'])
    expect(code).toBe(4)
    expect(err).toContain('error ISLO-4014: what answers at http://127.0.0.1:')
    const older = await told((path) =>
      path === '/-/ready' ? [200, 'identity-slo is ready.\n'] : [404, '{}'],
    )
    expect(older.err).toContain('/api/v1/status answers 404')
  })

  it('takes an address only', async () => {
    const { code, err } = await captured(['status', '--url', 'localhost:9465'])
    expect(code).toBe(2)
    expect(err).toContain('expected an http or https URL')
  })
})

describe('status of an instance that is not ready', () => {
  it('is printed, and ends with 4', async () => {
    const empty: Readonly<Record<string, string>> = {
      '/-/ready': 'identity-slo is not ready: it reads its logs\n',
      '/api/v1/status': '{"at":null,"objectives":[],"diagnoses":[],"sources":[],"activeAlerts":[]}',
      '/api/v1/incidents': '{"total":0,"page":1,"pageSize":50,"open":0,"incidents":[]}',
      '/api/v1/findings': '{"at":null,"findings":[]}',
    }
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      response.writeHead(path === '/-/ready' ? 503 : 200).end(empty[path])
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { code, out, err } = await captured(['status', '--url', `http://127.0.0.1:${port}`])
    server.close()
    expect(code).toBe(4)
    expect(out).toContain('no records yet')
    expect(err).toContain('error ISLO-4015')
  })
})
