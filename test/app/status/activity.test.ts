import { describe, expect, it } from 'vitest'
import { EmbeddedService } from '../../support/embedded-service.ts'
import { apiCall, hourMs, minuteMs, morning } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const now = (): number => morning + 2 * hourMs

/** Somebody binds a role to a service account. */
function roleBound(id: string, time: number, user = 'mara@acme.example'): object {
  return {
    ...apiCall({ id, time, username: user, code: 201 }),
    requestURI: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings',
    verb: 'create',
    level: 'RequestResponse',
    objectRef: {
      resource: 'rolebindings',
      namespace: 'shop',
      name: 'checkout-reads',
      apiGroup: 'rbac.authorization.k8s.io',
      apiVersion: 'v1',
    },
    requestObject: {
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'checkout', namespace: 'shop' }],
    },
  }
}

const records = linesOf([
  roleBound('bound', morning),
  roleBound('bound-again', morning + 2 * minuteMs),
  ...Array.from({ length: 5 }, (_, i) =>
    apiCall({ id: `c${i}`, time: morning + i * minuteMs, code: i < 2 ? 403 : 200 }),
  ),
  apiCall({ id: 'other', time: morning, account: 'cart', code: 401 }),
])

describe('what identities did lately', () => {
  it('is rows: changes with who made them, and who calls what; people are pseudonyms', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, {}, now)
    await running.send(records)
    const { changes } = JSON.parse((await running.get('/api/v1/changes')).text)
    expect(changes).toMatchObject([
      { time: '2026-03-02T09:02:00.000Z', op: 'granted', role: expect.stringContaining('reader') },
      { time: '2026-03-02T09:00:00.000Z', app: 'shop', actorType: 'user', expected: 'unknown' },
    ])
    expect(JSON.stringify(changes)).not.toContain('mara')
    const { accessPatterns, total } = JSON.parse((await running.get('/api/v1/access-patterns')).text)
    expect(total).toBe(2)
    expect(accessPatterns).toMatchObject([
      { app: 'shop', service: 'pods', allowed: 3, forbidden: 2, unauthenticated: 0 },
      { identity: expect.stringContaining('cart'), unauthenticated: 1 },
    ])
    const found = JSON.parse((await running.get('/api/v1/access-patterns?q=CART')).text)
    expect(found.accessPatterns).toHaveLength(1)
    expect(JSON.parse((await running.get('/api/v1/changes?q=nobody')).text)).toEqual({ changes: [] })
  })

  it('is there after a restart', async () => {
    using workspace = new Workspace()
    const settings = { state: { folder: workspace.at('state') } }
    const paths = ['/api/v1/changes', '/api/v1/access-patterns', '/api/v1/refresh-failures']
    const answers: string[][] = []
    for (const sends of [true, false]) {
      await using running = await EmbeddedService.start(workspace, settings, now)
      if (sends) await running.send(records)
      answers.push(await Promise.all(paths.map(async (path) => (await running.get(path)).text)))
      expect((await running.metrics()).sum('identity_target_service_refusals_total')).toBe(3)
    }
    expect(answers[1]).toEqual(answers[0])
  })

  it('is the same in series, as far as they go', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, {}, now)
    await running.send(records)
    const metrics = await running.metrics()
    const pods = { provider: 'kubernetes', target_service: 'pods' }
    expect(metrics.sum('identity_target_service_refusals_total', { ...pods, status: '403' })).toBe(2)
    expect(metrics.sum('identity_target_service_refusals_total', { ...pods, status: '401' })).toBe(1)
    const calls = (decision: string): number =>
      metrics.sum('identity_access_pattern_calls', { ...pods, app: 'shop', decision })
    expect(['allowed', 'forbidden', 'unauthenticated'].map(calls)).toEqual([3, 2, 1])
  })

  it('takes no more series than are kept free for it', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, { limits: { maxSeries: 1000 } }, now)
    const accounts = Array.from({ length: 60 }, (_, i) => `account-${i}`)
    await running.send(
      linesOf(
        accounts.flatMap((account, i) =>
          [200, 401, 403].map((code) => {
            const call = apiCall({ id: `${account}-${code}`, time: morning, account, code })
            return { ...call, objectRef: { resource: `things-${i}`, namespace: 'shop', apiVersion: 'v1' } }
          }),
        ),
      ),
    )
    const metrics = await running.metrics()
    expect(metrics.select('identity_target_service_refusals_total')).toHaveLength(14)
    expect(metrics.sum('identity_target_service_refusals_total', { target_service: 'overflow' })).toBe(108)
    expect(metrics.select('identity_access_pattern_calls').length).toBeLessThanOrEqual(12)
  })
})
