import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  accessPatternList,
  changeList,
  refreshFailureList,
} from '../../../src/outputs/activity/activity-rows.ts'
import { incidentList, incidentView } from '../../../src/outputs/incident-views.ts'
import { apiPaths, documented } from '../../../src/outputs/open-api.ts'
import { driftView, orphanList } from '../../../src/outputs/rights-views.ts'
import {
  identityList,
  identityView,
  objectiveList,
  objectiveView,
  sourceList,
} from '../../../src/outputs/status-views.ts'
import { EmbeddedService, everything, until } from '../../support/embedded-service.ts'
import { hourMs, minuteMs, morning, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const now = (): number => morning + 2 * hourMs

/** A hundred requests of two accounts, ten of which failed for one of them; a record that is none, and one that is not relevant. */
const records = linesOf([
  ...Array.from({ length: 100 }, (_, i) => {
    const account = i % 2 === 0 ? 'checkout' : 'cart'
    return tokenRequest({
      id: `r${i}`,
      time: morning + i * minuteMs,
      account,
      code: i % 20 === 0 ? 500 : 201,
    })
  }),
  { ...tokenRequest({ id: 'early', time: morning }), stage: 'RequestReceived' },
])

async function withTraffic(workspace: Workspace, settings: Readonly<Record<string, unknown>> = {}) {
  const running = await EmbeddedService.start(workspace, settings, now)
  await running.ready()
  await running.send(records)
  await running.send('{"kind":"Event"')
  return running
}

/** Texts of HTML, as a reader sees them. */
function textOf(page: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/&(#?\w+);/g, (_, name) => entities[name] ?? '')
}

function linksOf(page: string): readonly string[] {
  return [...page.matchAll(/(?:href|action)="(\/[^"]*)"/g)].map(([, path = '']) =>
    path.replaceAll('&amp;', '&'),
  )
}

describe('the status page of a run', () => {
  it('tells how to send the first record, and that command works', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace, {}, now)
    await running.ready()
    const page = textOf((await running.get('/')).text)
    const [, url = '', record = ''] = /--data-binary @- (\S+) <<'END'\n(.*)\nEND/.exec(page) ?? []
    expect(url).toBe(`${running.url}/v1/records`)
    expect((await fetch(url, { method: 'POST', body: `${record}\n` })).status).toBe(200)
    expect(running.pipeline.sources.totals()).toMatchObject({ read: 1, accepted: 1 })
    expect((await running.get('/')).text).not.toContain('No records yet')
  })

  it('asks for a token in that command where the webhook does, and gives none where it is off', async () => {
    using workspace = new Workspace()
    {
      workspace.write('token', 'a-long-enough-token-of-ours')
      const webhook = { tokens: [`\${file:token}`] }
      await using running = await EmbeddedService.start(workspace, { sources: { webhook } }, now)
      await running.ready()
      const page = textOf((await running.get('/')).text)
      expect(page).toContain('Authorization: Bearer $TOKEN')
      expect(page).not.toContain('a-long-enough-token-of-ours')
    }
    await using running = await EmbeddedService.start(
      workspace,
      { sources: { webhook: { enabled: false } } },
      now,
    )
    await running.ready()
    expect((await running.get('/')).text).toContain('The webhook is off')
  })

  it('leads from the objectives to who burned the budget, by links that all exist', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const seen = new Set<string>()
    const queue = ['/']
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      if (seen.has(path)) continue
      seen.add(path)
      const { status, text, headers } = await running.get(path)
      expect([path, status]).toEqual([path, 200])
      if (headers.get('content-type')?.startsWith('text/html'))
        queue.push(...linksOf(text).filter((link) => link !== path))
    }
    const culprit = [...seen].find((path) => path.startsWith('/identities/') && path.includes('checkout'))
    expect([...seen]).toContain('/objectives/shop-issuance')
    const page = textOf((await running.get(culprit ?? '')).text)
    expect(page).toMatch(/shop-issuance\s+token-issuance\s+5\s/)
  })

  it('shows sources with their rejections by reason', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const page = textOf((await running.get('/sources')).text)
    expect(page).toMatch(/kubernetes-audit\s+not_terminal\s+1\s/)
    expect(page).toMatch(/unrecognised\s+truncated\s+1\s/)
  })

  it('shows samples of rejected records by place and reason, and never what stood in them', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    await running.send('{"kind":"Event","apiVersion":"audit.k8s.io/v1","user":"CANARY-secret"}')
    const page = textOf((await running.get('/sources')).text)
    expect(page).toMatch(/unrecognised\s+truncated\s+.*webhook\s+0\s/)
    const { text } = await running.get('/api/v1/sources')
    const samples = sourceList.parse(JSON.parse(text)).sources.flatMap((source) => source.samples)
    expect(samples.map(({ reason, transport }) => [reason, transport])).toContainEqual([
      'truncated',
      'webhook',
    ])
    expect(page + text).not.toContain('CANARY')
  })

  it('shows an objective with its OpenSLO document as it was read', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const page = textOf((await running.get('/objectives/shop-issuance')).text)
    expect(page).toContain(everything.trim())
    expect(page).toMatch(/as it was read from\s+\S+\.yaml:\d+/)
  })

  it('shows what an identity did: requests, failures, the age of its token', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const [first] = identityList.parse(JSON.parse((await running.get('/api/v1/identities')).text)).identities
    const path = `/identities/${encodeURIComponent(first?.id ?? '')}`
    const { activity } = identityView.parse(JSON.parse((await running.get(`/api/v1${path}`)).text))
    expect(activity).toMatchObject({ requests: 50, requestFailures: 5, uses: 0 })
    expect(activity.lastIssued).toBe(new Date(morning + 98 * minuteMs).toISOString())
    expect(textOf((await running.get(path)).text)).toMatch(/of which failed\s+5\s/)
  })

  it('answers 500 with a page, and says nothing of what went wrong, where it fails itself', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    Object.defineProperty(running.pipeline.sources, 'all', {
      value: () => {
        throw new Error('CANARY')
      },
    })
    const response = await fetch(`${running.url}/sources`, { headers: { accept: 'text/html' } })
    expect([response.status, textOf(await response.text())]).toEqual([
      500,
      expect.stringContaining('This page cannot be shown'),
    ])
    const json = await running.get('/api/v1/sources')
    expect([json.status, json.text]).toEqual([500, expect.not.stringContaining('CANARY')])
    expect(JSON.stringify(running.log)).toContain('it was answered 500')
  })

  it('finds identities by part of a name, and says so where there are none', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const names = async (q: string): Promise<readonly string[]> => {
      const { text } = await running.get(`/api/v1/identities?q=${q}`)
      return identityList.parse(JSON.parse(text)).identities.map(({ id }) => id)
    }
    expect(await names('CHECK')).toEqual([expect.stringContaining('checkout')])
    expect(await names('nobody')).toEqual([])
    expect(textOf((await running.get('/identities?q=nobody')).text)).toContain('No identity has “nobody”')
    const gone = await running.get('/identities/nobody')
    expect(gone.status).toBe(404)
  })

  it('answers what its OpenAPI document says, at every path of it', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const { text } = await running.get('/api/v1/openapi.json')
    const document = JSON.parse(text)
    expect(Object.keys(document.paths)).toEqual(apiPaths.map(documented))
    const identity = encodeURIComponent(
      identityList.parse(JSON.parse((await running.get('/api/v1/identities')).text)).identities[0]?.id ?? '',
    )
    const answers: readonly (readonly [path: string, schema: z.ZodObject])[] = [
      ['/api/v1/objectives', objectiveList],
      ['/api/v1/objectives/shop-issuance', objectiveView],
      ['/api/v1/identities', identityList],
      [`/api/v1/identities/${identity}`, identityView],
      ['/api/v1/sources', sourceList],
      ['/api/v1/drift', driftView],
      ['/api/v1/orphans', orphanList],
      ['/api/v1/incidents', incidentList],
      ['/api/v1/changes', changeList],
      ['/api/v1/refresh-failures', refreshFailureList],
      ['/api/v1/access-patterns', accessPatternList],
    ]
    for (const [path, schema] of answers) {
      const answer = await running.get(path)
      expect(answer.status).toBe(200)
      schema.strict().parse(JSON.parse(answer.text))
    }
    for (const path of [
      '/api/v1/objectives/none',
      '/api/v1/identities/none',
      '/api/v1/identities/none/radius',
      '/api/v1/incidents/none',
    ]) {
      expect((await running.get(path)).status).toBe(404)
    }
  })

  it('tells an incident as it is found, and the same after a restart', async () => {
    using workspace = new Workspace()
    const settings = { state: { folder: 'state' }, limits: { evaluationSeconds: 1 } }
    const list = async ({ get }: { get: (path: string) => Promise<{ readonly text: string }> }) =>
      incidentList.parse(JSON.parse((await get('/api/v1/incidents?q=shop')).text))
    let first: unknown
    {
      await using running = await withTraffic(workspace, settings)
      const get = running.get.bind(running)
      await until('an incident is open', async () => (await list({ get })).open === 1)
      const [row] = (await list({ get })).incidents
      const view = incidentView.strict().parse(JSON.parse((await get(`/api/v1/incidents/${row?.id}`)).text))
      expect(view).toMatchObject({ state: 'open', severity: 'ticket', objectives: ['shop-issuance'] })
      expect(view.identities[0]?.id).toContain('checkout')
      first = row
    }
    await using again = await EmbeddedService.start(workspace, settings, now)
    const { incidents } = await list({ get: again.get.bind(again) })
    expect(incidents).toEqual([first])
  })

  it('shows the state of a thousand objectives in bounded pages, the worst first', async () => {
    using workspace = new Workspace()
    for (let file = 0; file < 10; file++) {
      const documents = Array.from({ length: 100 }, (_, i) =>
        everything.replace('name: issuance', `name: issuance-${100 * file + i}`),
      )
      workspace.write(`slo/${file}.yaml`, documents.join('---\n'))
    }
    await using running = await withTraffic(workspace, { definitions: ['slo'] })
    const { text } = await running.get('/?page=20')
    expect(text).toContain('Page 20 of 20, 1,000 in all')
    for (const path of [
      '/',
      '/incidents',
      '/drift',
      '/orphans',
      '/?page=20',
      '/objectives/shop-issuance-7',
      '/identities',
    ]) {
      expect((await running.get(path)).text.length).toBeLessThan(300_000 - 4000)
    }
    const list = objectiveList.parse(JSON.parse((await running.get('/api/v1/objectives?q=issuance-77')).text))
    expect(list.objectives).toHaveLength(11)
    expect(Object.values(list.states).reduce((sum, each) => sum + each, 0)).toBe(1000)
  })
})
