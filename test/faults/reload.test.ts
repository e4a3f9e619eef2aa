/** Fault 23: reloading with every kind of bad file, and with good ones that change a part. */
import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EmbeddedService } from '../support/embedded-service.ts'
import { minuteMs, morning, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

interface Definition {
  readonly target?: string
  readonly namespace?: string
  readonly extra?: string
}

function slo(name: string, { target = '0.99', namespace = '*', extra = '' }: Definition = {}): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${name}
spec:
  service: shop
  description: Tokens.
${extra}  indicator:
    metadata: { name: ${name}-sli }
    spec:
      ratioMetric:
        counter: true
        good: &source { metricSource: { type: identity-slo, spec: { indicator: token-issuance, where: { app: ["${namespace}"] } } } }
        total: *source
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ displayName: Tokens, target: ${target} }]
`
}

const records = Array.from({ length: 200 }, (_, i) =>
  tokenRequest({
    id: `r${i}`,
    time: morning + i * minuteMs,
    namespace: i % 2 === 0 ? 'shop' : 'billing',
    code: i % 20 === 0 ? 500 : 201,
  }),
)

async function started(workspace: Workspace): Promise<EmbeddedService> {
  workspace.write('slo/a.yaml', slo('all'))
  workspace.write('slo/b.yaml', slo('shop-only', { namespace: 'shop' }))
  workspace.write('owners.yaml', 'owners: []\n')
  const running = await EmbeddedService.start(workspace, {
    definitions: ['slo'],
    ownership: 'owners.yaml',
    state: { folder: 'state' },
  })
  expect((await running.send(linesOf(records))).status).toBe(200)
  return running
}

type Objectives = Readonly<Record<string, Readonly<Record<string, unknown>>>>

async function objectivesOf(running: EmbeddedService): Promise<Objectives> {
  const { objectives } = JSON.parse((await running.get('/api/v1/status')).text)
  return Object.fromEntries(
    objectives.map((objective: { readonly name: string }) => [objective.name, objective]),
  )
}

async function isReloaded(running: EmbeddedService): Promise<boolean> {
  return (await running.metrics()).sum('identity_slo_config_last_reload_successful') === 1
}

const bad: readonly (readonly [what: string, change: (workspace: Workspace) => void, says: RegExp])[] = [
  ['YAML that is none', (w) => w.write('slo/b.yaml', 'kind: [SLO\n'), /slo\/b\.yaml:\d+:\d+: error/],
  [
    'a key that nobody knows',
    (w) => w.write('slo/b.yaml', slo('shop-only', { extra: '  colour: red\n' })),
    /slo\/b\.yaml:8:3: error: .*colour/,
  ],
  [
    'a target of 100 %',
    (w) => w.write('slo/b.yaml', slo('shop-only', { target: '1' })),
    /slo\/b\.yaml:\d+:\d+: error/,
  ],
  [
    'a selection that is none',
    (w) => w.write('slo/b.yaml', slo('shop-only').replace('app: ["*"]', 'app: { like: "[" }')),
    /slo\/b\.yaml:\d+:\d+: error/,
  ],
  [
    'a selection by what nobody knows',
    (w) => w.write('slo/b.yaml', slo('shop-only').replace('app: [', 'pattern: [')),
    /slo\/b\.yaml:\d+:\d+: error: .*pattern/,
  ],
  ['two objectives of one name', (w) => w.write('slo/c.yaml', slo('all')), /slo\/[ac]\.yaml:\d+:\d+: error/],
  ['no definitions at all', (w) => rmSync(w.at('slo'), { recursive: true }), /slo/],
  ['an ownership file that is none', (w) => w.write('owners.yaml', 'owners: 7\n'), /owners\.yaml:1:9: error/],
  ['an ownership file that is gone', (w) => rmSync(w.at('owners.yaml')), /owners\.yaml/],
  [
    'a configuration that is no YAML',
    (w) => w.write('identity-slo.yaml', 'listen: {\n'),
    /identity-slo\.yaml:\d+:\d+: error/,
  ],
  [
    'a configuration with an unknown key',
    (w) => w.write('identity-slo.yaml', 'lisen: { port: 1 }\n'),
    /identity-slo\.yaml:1:1: error: .*did you mean "listen"/,
  ],
  [
    'a secret that is not there',
    (w) => w.write('identity-slo.yaml', `pseudonyms: { key: "\${env:NOBODY_SET_THIS}" }\n`),
    /identity-slo\.yaml:1:\d+: error/,
  ],
  ['a configuration that is gone', (w) => rmSync(w.at('identity-slo.yaml')), /identity-slo\.yaml/],
]

describe('reloading', () => {
  it.each(bad)(
    '%s keeps what was in force, counting on, and says where the mistake is',
    async (_what, change, says) => {
      using workspace = new Workspace()
      await using running = await started(workspace)
      const before = await objectivesOf(running)
      change(workspace)
      const { status, text } = await running.reload()
      expect(status).toBe(500)
      expect(text).toMatch(says)
      expect(await isReloaded(running)).toBe(false)
      expect(await objectivesOf(running)).toEqual(before)
      await running.send(linesOf([tokenRequest({ id: 'z', time: morning, namespace: 'shop' })]))
      const after = await objectivesOf(running)
      for (const name of ['all', 'shop-only'])
        expect(after[name]?.['good']).toBe(Number(before[name]?.['good']) + 1)
      // And the next good one is taken.
      workspace.write('slo/a.yaml', slo('all'))
      workspace.write('slo/b.yaml', slo('shop-only', { namespace: 'shop' }))
      rmSync(workspace.at('slo/c.yaml'), { force: true })
      workspace.write('owners.yaml', 'owners: []\n')
      workspace.write('identity-slo.yaml', 'definitions: [slo]\nownership: owners.yaml\n')
      expect((await running.reload()).status).toBe(200)
      expect(await isReloaded(running)).toBe(true)
      expect(await objectivesOf(running)).toEqual(after)
    },
  )

  const good: readonly (readonly [what: string, change: (workspace: Workspace) => void, now: Objectives])[] =
    [
      ['without an objective', (w) => rmSync(w.at('slo/b.yaml')), {}],
      [
        'with another target',
        (w) => w.write('slo/b.yaml', slo('shop-only', { namespace: 'shop', target: '0.95' })),
        { 'shop-only': { target: 0.95, good: 90, bad: 10 } },
      ],
      [
        'with another selection',
        (w) => w.write('slo/b.yaml', slo('shop-only', { namespace: 'billing' })),
        { 'shop-only': { target: 0.99, good: 0, bad: 0 } },
      ],
      [
        'with another name',
        (w) => w.write('slo/b.yaml', slo('shops', { namespace: 'shop' })),
        { shops: { target: 0.99, good: 0, bad: 0 } },
      ],
      [
        'with one more',
        (w) => w.write('slo/c.yaml', slo('more')),
        { 'shop-only': { good: 90, bad: 10 }, more: { good: 0, bad: 0 } },
      ],
    ]

  it.each(good)('%s leaves the others alone, over a restart too', async (_what, change, now) => {
    using workspace = new Workspace()
    let before: Objectives
    {
      await using running = await started(workspace)
      before = await objectivesOf(running)
      expect(before['shop-only']).toMatchObject({ good: 90, bad: 10 })
      change(workspace)
      expect((await running.reload()).status).toBe(200)
      const after = await objectivesOf(running)
      expect(after['all']).toEqual(before['all'])
      expect(new Set(Object.keys(after))).toEqual(new Set(['all', ...Object.keys(now)]))
      expect(after).toMatchObject(now)
      await running.send(linesOf([tokenRequest({ id: 'z', time: morning, namespace: 'shop' })]))
    }
    await using next = await EmbeddedService.start(workspace, {
      definitions: ['slo'],
      ownership: 'owners.yaml',
      state: { folder: 'state' },
    })
    const restored = await objectivesOf(next)
    expect(restored['all']?.['good']).toBe(Number(before['all']?.['good']) + 1)
    expect(new Set(Object.keys(restored))).toEqual(new Set(['all', ...Object.keys(now)]))
  })
})
