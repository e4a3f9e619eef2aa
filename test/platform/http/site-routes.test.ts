import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createHttpServer } from '../../../src/platform/http-server.ts'
import { aSite } from '../../support/site.ts'

function serverOf(): FastifyInstance {
  return createHttpServer({
    ingest: undefined,
    metrics: async () => '',
    metricsContentType: 'text/plain',
    isReady: () => true,
    reload: undefined,
    site: aSite(),
  })
}

const asBrowser = { accept: 'text/html,application/xhtml+xml' }

describe('the routes of the status page', () => {
  it('let nothing run in a page and nobody put it in a frame', async () => {
    await using server = serverOf()
    for (const url of ['/', '/things/none']) {
      const { headers } = await server.inject(url)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect([headers['x-content-type-options'], headers['cache-control']]).toEqual(['nosniff', 'no-store'])
    }
  })

  it('read an id with a slash as one part of the path', async () => {
    await using server = serverOf()
    expect((await server.inject('/things/a%2Fb')).statusCode).toBe(200)
    expect((await server.inject('/api/v1/things/a%2Fb')).json()).toEqual({ id: 'a/b' })
  })

  it('say 404 of what has no such id: as a page, and as JSON', async () => {
    await using server = serverOf()
    const page = await server.inject('/things/none')
    expect([page.statusCode, page.body]).toEqual([404, '<!doctype html>no /things/none'])
    const api = await server.inject('/api/v1/things/none')
    expect([api.statusCode, api.json()]).toEqual([404, { error: 'nothing here has the id none' }])
  })

  it('show a page to a browser that asks for what is not here, and JSON to all others', async () => {
    await using server = serverOf()
    const page = await server.inject({ url: '/gone?x=1', headers: asBrowser })
    expect([page.statusCode, page.body]).toEqual([404, '<!doctype html>no /gone'])
    expect((await server.inject('/gone')).json()).toEqual({
      error: 'GET /gone is not served here: / lists what is',
    })
    expect((await server.inject({ url: '/%zz', headers: asBrowser })).statusCode).toBeLessThan(500)
  })

  it.each([
    ['/', { q: '', page: 1 }],
    ['/?q=%20shop%20&page=3', { q: 'shop', page: 3 }],
    ['/?page=-1', { q: '', page: 1 }],
    ['/?page=1.5', { q: '', page: 1 }],
    ['/?page=1e99', { q: '', page: 1_000_000 }],
    ['/?q=a&q=b&page=2&page=3', { q: 'a', page: 2 }],
    [`/?q=${'x'.repeat(1000)}`, { q: 'x'.repeat(200), page: 1 }],
  ])('read the query of %.30s', async (url, expected) => {
    await using server = serverOf()
    const { body } = await server.inject(url)
    expect(JSON.parse(body.replace('<!doctype html>', ''))).toMatchObject(expected)
  })

  it('serve one stylesheet', async () => {
    await using server = serverOf()
    const { headers, body } = await server.inject('/assets/style.css')
    expect([headers['content-type'], body]).toEqual(['text/css; charset=utf-8', 'body { margin: 0 }'])
  })
})
