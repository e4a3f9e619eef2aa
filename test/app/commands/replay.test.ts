import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { everything } from '../../support/embedded-service.ts'
import {
  apiCall,
  hourMs,
  managedIdentitySignIn,
  minuteMs,
  morning,
  roleAssumed,
  stageBefore,
  tokenRequest,
} from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const shipped = new URL('../../../slo-definitions', import.meta.url).pathname

const records = [
  ...Array.from({ length: 60 }, (_, i) =>
    tokenRequest({
      id: `t${i}`,
      time: morning + i * 10 * minuteMs,
      code: i > 55 ? 500 : 201,
      latencyMs: i * 7,
    }),
  ),
  ...Array.from({ length: 20 }, (_, i) =>
    apiCall({ id: `c${i}`, time: morning + i * 30 * minuteMs, code: i % 9 === 0 ? 403 : 200 }),
  ),
  roleAssumed({ id: 'r', time: morning }),
  managedIdentitySignIn({ id: 'm', time: morning + hourMs }),
  stageBefore('s', morning),
  { hello: 'world' },
]
const repeated = records.slice(0, 3)

async function replayed(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await captured(['replay', ...args, '-o', 'json'])
  expect([code, err]).toEqual([0, ''])
  return out
}

/** The types of a value, key by key: `{"good":"number"}`. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : []
}

describe('replay -o json', () => {
  it('has exactly the keys of the contract, and finite numbers', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', [...records, ...repeated])
    const report = JSON.parse(await replayed(file, '--slo', shipped))
    expect(Object.keys(report)).toEqual([
      'at',
      'records',
      'rejections',
      'indicators',
      'objectives',
      'identities',
      'diagnoses',
    ])
    expect(report.records).toEqual({
      read: records.length + 3,
      accepted: records.length - 2,
      duplicates: 3,
      late: 0,
      rejected: 1,
      irrelevant: 1,
    })
    expect(report.rejections).toEqual({ not_terminal: 1, unknown_format: 1 })
    expect(report.at).toBe('2026-03-02T18:50:10.000Z')
    expect(report.diagnoses.map(({ mode }: { mode: string }) => mode)).toEqual(['F2'])
    expect(report.indicators.map(({ id }: { id: string }) => id)).toEqual([
      'token-issuance',
      'token-fetch-latency',
      'token-refresh',
      'service-auth',
      'assignment-drift',
      'token-age',
      'metadata-endpoint',
      'permission-violation',
      'secret-fallback',
      'blast-radius',
    ])
    expect(shapeOf(report.indicators)).toEqual([
      { id: 'string', good: 'number', bad: 'number', excluded: 'number' },
    ])
    const contributor = [{ key: 'string', bad: 'number' }]
    for (const objective of report.objectives) {
      const { burnRates, latency, alerts, ...rest } = objective
      // Only where the guard against blips and chance holds a page back.
      for (const { heldBack } of alerts) expect(heldBack).toBeOneOf([undefined, true])
      const plain = alerts.map(({ heldBack: _, ...alert }: Record<string, unknown>) => alert)
      expect(shapeOf({ ...rest, alerts: plain })).toEqual({
        name: 'string',
        service: 'string',
        indicator: 'string',
        target: 'number',
        window: 'string',
        from: 'string',
        to: 'string',
        good: 'number',
        bad: 'number',
        excluded: 'number',
        value: 'number',
        errorBudgetRemaining: 'number',
        hasData: 'boolean',
        alerts: [
          {
            id: 'string',
            severity: 'string',
            firing: 'boolean',
            factor: 'number',
            longWindow: 'string',
            shortWindow: 'string',
          },
        ],
        topContributors: {
          identity: expect.toBeOneOf([contributor, []]),
          workload: expect.toBeOneOf([contributor, []]),
          reason: expect.toBeOneOf([contributor, []]),
          code: expect.toBeOneOf([contributor, []]),
        },
      })
      expect(
        Object.keys(burnRates)
          .filter((window) => window !== '15m')
          .slice(0, 3),
      ).toEqual(['5m', '30m', '1h'])
      if (objective.indicator === 'token-fetch-latency')
        expect(shapeOf(latency)).toEqual({ p50: 'number', p95: 'number', p99: 'number' })
      else expect(latency).toBeUndefined()
    }
    expect(shapeOf(report.identities)).toEqual([
      {
        id: 'string',
        name: 'string',
        type: 'string',
        provider: 'string',
        tenant: 'string',
        app: 'string',
        team: 'string',
        owned: 'boolean',
        failures: 'number',
        events: 'number',
        lastSeen: 'string',
      },
    ])
    for (const number of numbersIn(report)) expect(Number.isFinite(number)).toBe(true)
  })

  it('counts what the records say', async () => {
    using workspace = new Workspace()
    workspace.write('slo/a.yaml', everything)
    const file = workspace.writeRecords('a.ndjson', records)
    const report = JSON.parse(await replayed(file, '--slo', workspace.at('slo')))
    expect(report.indicators).toEqual([
      { id: 'token-issuance', good: 58, bad: 4, excluded: 0 },
      { id: 'token-fetch-latency', good: 29, bad: 27, excluded: 4 },
      { id: 'token-refresh', good: 0, bad: 0, excluded: 0 },
      { id: 'service-auth', good: 17, bad: 3, excluded: 0 },
      { id: 'assignment-drift', good: 0, bad: 0, excluded: 0 },
      { id: 'token-age', good: 0, bad: 0, excluded: 0 },
      { id: 'metadata-endpoint', good: 0, bad: 0, excluded: 0 },
      // Refused, and nobody has said which calls are planned.
      { id: 'permission-violation', good: 0, bad: 0, excluded: 3 },
      // Tokens that the kubelet asked for, a role assumed by a service, a managed identity.
      { id: 'secret-fallback', good: 58, bad: 0, excluded: 0 },
      { id: 'blast-radius', good: 0, bad: 0, excluded: 0 },
    ])
    expect(report.objectives).toHaveLength(1)
    expect(report.objectives[0]).toMatchObject({
      name: 'issuance',
      service: 'shop',
      indicator: 'token-issuance',
      target: 0.99,
      window: '30d',
      from: '2026-01-31T18:50:10.000Z',
      to: '2026-03-02T18:50:10.000Z',
      good: 58,
      bad: 4,
      value: 58 / 62,
      topContributors: {
        identity: [{ key: 'system:serviceaccount:shop:checkout', bad: 4 }],
        reason: [{ key: 'platform_error', bad: 4 }],
        code: [{ key: '500', bad: 4 }],
      },
    })
    expect(report.objectives[0].errorBudgetRemaining).toBeCloseTo(1 - 4 / 0.62)
    expect(report.objectives[0].burnRates['1h']).toBeCloseTo(100 * (4 / 6))
    expect(report.identities[0]).toEqual({
      id: 'system:serviceaccount:shop:checkout',
      name: 'checkout',
      type: 'service-account',
      provider: 'kubernetes',
      tenant: '',
      app: 'shop',
      team: 'unowned',
      owned: false,
      failures: 7,
      events: 80,
      lastSeen: '2026-03-02T18:50:00.000Z',
    })
  })

  it('is the same bytes again, however the records are put into files', async () => {
    using workspace = new Workspace()
    const whole = workspace.writeRecords('whole/a.ndjson', [...records, ...repeated])
    const once = await replayed(whole, '--slo', shipped)
    expect(await replayed(whole, '--slo', shipped)).toBe(once)
    workspace.writeRecords('split/a.ndjson', records.slice(0, 31))
    workspace.write('split/b.json', JSON.stringify({ records: records.slice(31, 60) }, undefined, 2))
    workspace.write('split/c/d.json.gz', gzipSync(JSON.stringify([...records.slice(60), ...repeated])))
    expect(await replayed(workspace.at('split'), '--slo', shipped)).toBe(once)
    workspace.writeRecords('turned/a.ndjson', [...repeated, ...records].toReversed())
    expect(await replayed(workspace.at('turned'), '--slo', shipped)).toBe(once)
  })

  it('--at in the middle of the data is a replay of what came before it', async () => {
    using workspace = new Workspace()
    const timed = records.slice(0, 80)
    const timeOf = (record: Readonly<Record<string, unknown>>): string => String(record['stageTimestamp'])
    const whole = workspace.writeRecords('whole.ndjson', timed)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10 * hourMs }), async (offset) => {
        const at = new Date(morning + offset).toISOString()
        const earlier = timed.filter((record) => timeOf(record) < at)
        const part = workspace.writeRecords('part.ndjson', earlier)
        const [all, some] = [
          JSON.parse(await replayed(whole, '--slo', shipped, '--at', at)),
          JSON.parse(await replayed(part, '--slo', shipped, '--at', at)),
        ]
        expect(all.records).toMatchObject({
          read: 80,
          accepted: earlier.length,
          irrelevant: 80 - earlier.length,
        })
        expect({ ...all, records: undefined }).toEqual({ ...some, records: undefined })
        expect(all.at).toBe(at)
      }),
      { numRuns: 8 },
    )
  })

  it('has defined values for logs without a single event', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.ndjson', '{"hello":"world"}\n')
    const report = JSON.parse(await replayed(file, '--slo', shipped))
    expect(report.at).toBeNull()
    expect(report.records).toMatchObject({ read: 1, rejected: 1 })
    for (const objective of report.objectives)
      expect(objective).toMatchObject({ good: 0, bad: 0, value: 1, errorBudgetRemaining: 1, hasData: false })
    for (const number of numbersIn(report)) expect(Number.isFinite(number)).toBe(true)
  })

  it('passes over events that are stamped in the future', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', [tokenRequest({ id: 'a', time: Date.UTC(9999, 0) })])
    const report = JSON.parse(await replayed(file, '--slo', shipped))
    expect(report.rejections).toEqual({ future_time: 1 })
    expect(report.at).toBeNull()
  })
})

describe('replay', () => {
  it('prints a table for people, with colours only where they are wanted', async () => {
    using workspace = new Workspace()
    workspace.write('slo/a.yaml', everything)
    const file = workspace.writeRecords('a.ndjson', records)
    const args = ['replay', file, '--slo', workspace.at('slo')]
    const { code, out, err } = await captured(args)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('records: 84 read, 82 accepted, 0 duplicates, 0 late, 1 rejected, 1 irrelevant\n')
    expect(out).toContain('as of 2026-03-02T18:50:10.000Z')
    expect(out).toMatch(/shop\/issuance +30d +99 % +93\.5483 % +58 +4 +0 +-545\.1613 % +66\.7 +ticket-quick/)
    expect(out).toMatch(/identities with most failures[\s\S]*checkout +shop +kubernetes +7 +80/)
    expect(out).toMatch(/not counted because[\s\S]*not_terminal +1/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours.
    const colours = /\u001b\[\d+m/g
    expect(out).not.toMatch(colours)
    const coloured = await captured(args, { colours: true })
    expect(coloured.out).toContain('\u001b[33mticket-quick')
    expect(coloured.out.replaceAll(colours, '')).toBe(out)
  })

  it('prints one objective a line with -o ndjson', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', records)
    const { out } = await captured(['replay', file, '--slo', shipped, '-o', 'ndjson'])
    const { objectives } = JSON.parse(await replayed(file, '--slo', shipped))
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(objectives)
  })

  it('shows progress on a terminal, and takes it away again', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', records)
    const { out, err } = await captured(['replay', file, '--slo', shipped], { isTty: true })
    expect(err).toMatch(/100 % · \d+ records · [\d,]+\/s · 0 s left · events up to 2026-03-02T18:50:00Z/)
    expect(err.endsWith('\r\u001b[K')).toBe(true)
    expect(out).not.toContain('\r')
  })

  it.each([
    ['bad YAML', 'a: [', 1, 'a.yaml:', 'YAML'],
    [
      'an unknown indicator',
      everything.replace('token-issuance', 'token-isuance'),
      1,
      'a.yaml:',
      'token-issuance',
    ],
    ['two problems, both named', everything.replace('0.99', '1').replace('30d', '30x'), 1, '30x', 'target'],
  ])(
    'says file, line and what is allowed of %s, before it reads any log',
    async (_what, text, code, first, second) => {
      using workspace = new Workspace()
      workspace.write('slo/a.yaml', text)
      const result = await captured(['replay', workspace.at('no-such-log'), '--slo', workspace.at('slo')])
      expect([result.code, result.out]).toEqual([code, ''])
      expect(result.err).toMatch(/^\S+\/slo\/a\.yaml:\d+:\d+: error: /)
      expect(result.err).toContain(first)
      expect(result.err).toContain(second)
      expect(result.err).toContain('ISLO-3002')
    },
  )

  it('takes several files and several definitions', async () => {
    using workspace = new Workspace()
    const [a, b] = [
      workspace.writeRecords('a.ndjson', records.slice(0, 10)),
      workspace.writeRecords('b.ndjson', records.slice(10, 20)),
    ]
    const one = workspace.write('one.yaml', everything)
    const two = workspace.write('two.yaml', everything.replace('name: issuance\n', 'name: second\n'))
    const report = JSON.parse(await replayed(a, b, '--slo', one, two))
    expect(report.objectives.map(({ name }: { name: string }) => name)).toEqual(['issuance', 'second'])
    expect(report.records.accepted).toBe(20)
  })

  it('counts a record twice that fell out of the dedupe memory, and no other', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.ndjson', linesOf([...records, ...records]))
    const report = JSON.parse(await replayed(file, '--slo', shipped, '--dedupe-memory', '1'))
    expect(report.records).toMatchObject({ accepted: 82, duplicates: 82 })
  })
})

describe('replay --timeline', () => {
  const outage = Array.from({ length: 90 }, (_, i) =>
    tokenRequest({ id: `o${i}`, time: morning + i * minuteMs, code: i >= 60 && i < 75 ? 500 : 201 }),
  )

  it('adds when alerts fired and resolved, and changes nothing else', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', [...outage, ...records, ...repeated])
    const plain = JSON.parse(await replayed(file, '--slo', shipped))
    const report = JSON.parse(await replayed(file, '--slo', shipped, '--timeline'))
    const { transitions, incidents, ...rest } = report
    expect(rest).toEqual(plain)
    expect(shapeOf(transitions[0])).toEqual({
      at: 'string',
      objective: 'string',
      alert: 'string',
      severity: 'string',
      state: 'string',
      diagnosis: 'null',
      culprits: ['string'],
    })
    const first = incidents.at(-1)
    expect(first.title).toBe('Token issuance fails on the side of the platform')
    expect(first.firstFailure).toBe(new Date(morning + 60 * minuteMs).toISOString())
    expect(await replayed(file, '--slo', shipped, '--timeline')).toBe(
      await replayed(file, '--slo', shipped, '--timeline', '--step', '30s'),
    )
  })

  it('rehearses late logs: alerts fire when the records arrive', async () => {
    using workspace = new Workspace()
    const delayed = (minutes: number): readonly object[] =>
      outage.map((record, i) => ({
        arrival: new Date(morning + (i + minutes) * minuteMs).toISOString(),
        record,
      }))
    const firstFired = async (name: string, lines: readonly object[]): Promise<number> => {
      const file = workspace.writeRecords(name, lines)
      const { transitions } = JSON.parse(await replayed(file, '--slo', shipped, '--timeline', '--step', '1m'))
      return Date.parse(transitions.find(({ state }: { state: string }) => state === 'firing').at)
    }
    const prompt = await firstFired('prompt.ndjson', delayed(0))
    expect(prompt).toBeGreaterThanOrEqual(morning + 60 * minuteMs)
    expect(await firstFired('late.ndjson', delayed(20))).toBe(prompt + 20 * minuteMs)
  })

  it('shows them in the table, and says when there were none', async () => {
    using workspace = new Workspace()
    const loud = workspace.writeRecords('loud.ndjson', outage)
    const quiet = workspace.writeRecords('quiet.ndjson', outage.slice(0, 50))
    const { out } = await captured(['replay', loud, '--slo', shipped, '--timeline'])
    expect(out).toMatch(/2026-03-02T10:\d\d:\d\dZ +firing +identity-platform-token-issuance +page-quick/)
    expect((await captured(['replay', quiet, '--slo', shipped, '--timeline'])).out).toContain(
      'no alert fired',
    )
  })

  it('does not go with --state, and wants a duration', async () => {
    const both = await captured(['replay', 'x', '--timeline', '--state', 'y'])
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('--state')])
    const step = await captured(['replay', 'x', '--timeline', '--step', '30'])
    expect([step.code, step.err]).toEqual([2, expect.stringContaining('30s, 5m or 1d')])
  })
})
