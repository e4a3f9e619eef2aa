import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createHttpServer, type HttpHandlers } from '../../src/platform/http-server.ts'
import { aSite } from '../support/site.ts'

function serverOf(changes: Partial<HttpHandlers> = {}): FastifyInstance {
  return createHttpServer({
    ingest: undefined,
    metrics: async () => 'a 1\n',
    metricsContentType: 'text/plain; version=0.0.4; charset=utf-8',
    isReady: () => true,
    reload: undefined,
    site: aSite(),
    ...changes,
  })
}

describe('the HTTP server', () => {
  it.each(['/-/ready', '/readyz'])('says on %s whether it is ready', async (url) => {
    let isReady = false
    await using server = serverOf({ isReady: () => isReady })
    expect((await server.inject(url)).statusCode).toBe(503)
    isReady = true
    expect((await server.inject(url)).statusCode).toBe(200)
  })

  it.each(['/-/healthy', '/livez'])('is healthy on %s from the start', async (url) => {
    await using server = serverOf({ isReady: () => false })
    expect((await server.inject(url)).statusCode).toBe(200)
  })

  it('names the content type of each page', async () => {
    await using server = serverOf()
    const types = await Promise.all(
      ['/metrics', '/', '/api/v1/status'].map(
        async (url) => (await server.inject(url)).headers['content-type'],
      ),
    )
    expect(types).toEqual([
      'text/plain; version=0.0.4; charset=utf-8',
      'text/html; charset=utf-8',
      'application/json; charset=utf-8',
    ])
  })

  it('reloads by POST and PUT, never by GET', async () => {
    let reloads = 0
    await using server = serverOf({ reload: async () => ({ ok: ++reloads > 1, message: 'said' }) })
    expect((await server.inject({ method: 'GET', url: '/-/reload' })).statusCode).toBe(404)
    expect(reloads).toBe(0)
    const failed = await server.inject({ method: 'POST', url: '/-/reload', payload: 'ignored' })
    expect([failed.statusCode, failed.body]).toEqual([500, 'said\n'])
    expect((await server.inject({ method: 'PUT', url: '/-/reload' })).statusCode).toBe(200)
  })

  it('answers 500 when the metrics cannot be rendered, and goes on', async () => {
    let isBroken = true
    await using server = serverOf({
      metrics: async () => {
        if (isBroken) throw new Error('no metrics today')
        return 'a 1\n'
      },
    })
    expect((await server.inject('/metrics')).statusCode).toBe(500)
    isBroken = false
    expect((await server.inject('/metrics')).body).toBe('a 1\n')
  })

  it('does not take records without an ingest', async () => {
    await using server = serverOf()
    expect((await server.inject({ method: 'POST', url: '/v1/records', payload: '{}' })).statusCode).toBe(404)
  })
})
