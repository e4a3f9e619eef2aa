import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { minuteMs, morning, roleAssumed, tokenRequest } from '../../support/records.ts'
import { Workspace } from '../../support/workspace.ts'

const shipped = fileURLToPath(new URL('../../../slo-definitions', import.meta.url))

function at(minute: number): string {
  return new Date(morning + minute * minuteMs).toISOString()
}

/** Five hours of a request a minute; an issuer that fails for a quarter of an hour, and a log that ends too soon. */
const outage = Array.from({ length: 300 }, (_, i) =>
  tokenRequest({ id: `o${i}`, time: morning + i * minuteMs, code: i >= 120 && i < 135 ? 500 : 201 }),
)
const cloudTrail = Array.from({ length: 130 }, (_, i) =>
  roleAssumed({ id: `r${i}`, time: morning + i * minuteMs + 1000 }),
)

async function reported(workspace: Workspace, ...args: readonly string[]): Promise<string> {
  workspace.writeRecords('logs/kubernetes.ndjson', outage.toSpliced(150, 0, { hello: 'world' }))
  workspace.writeRecords('logs/trail.ndjson', cloudTrail)
  const { code, out, err } = await captured([
    'report',
    'incident',
    workspace.at('logs'),
    '--slo',
    shipped,
    ...args,
  ])
  expect([code, err]).toEqual([0, ''])
  return out
}

describe('report incident', () => {
  it('writes when it began, was seen and was over, why, and what it cost', async () => {
    using workspace = new Workspace()
    const out = await reported(workspace, '--from', at(60), '--to', at(240))
    expect(out).toContain('# Incidents from 2026-03-02 10:00:00Z to 2026-03-02 13:00:00Z')
    expect(out).toContain('## Token issuance fails on the side of the platform')
    expect(out).toContain('**First failure**: 2026-03-02 11:00:00Z')
    expect(out).toContain('**Restored**: 2026-03-02 11:14:10Z')
    expect(out).toMatch(/\*\*Time to restore\*\*: 14\.2 min/)
    expect(out).toMatch(
      /\| 2026-03-02 11:0\d:\d0Z \| page-quick of identity-platform-token-issuance fires \| {2}\|/,
    )
    expect(out).toMatch(/\| identity-platform-token-issuance \| 99.95 % over 30d \| 15 \| /)
  })

  it('says what the records cannot tell: no change, a source that ends, the end of an open incident', async () => {
    using workspace = new Workspace()
    const out = await reported(workspace, '--from', at(60), '--to', at(240))
    expect(out).toContain('That is not to say that there was none')
    expect(out).toContain('aws-cloudtrail: the newest event that was read is of 2026-03-02 11:09:01Z')
    expect(out).toContain('aws-cloudtrail: 2026-03-02 11:10:00Z to 2026-03-02 13:00:00Z, 1.8 h')
    expect(out).toContain('| unrecognised |')
    using open = new Workspace()
    open.writeRecords('a.ndjson', outage.slice(0, 130))
    const args = [
      'report',
      'incident',
      open.at('a.ndjson'),
      '--slo',
      shipped,
      '--from',
      at(0),
      '--to',
      at(200),
    ]
    const unfinished = (await captured(args)).out
    expect(unfinished).toContain('**Restored**: not known: it is still open where the records end')
    expect(unfinished).toContain('**Time to restore**: not known')
  })

  it('has nothing to tell of an interval without alerts, and gives the same as JSON', async () => {
    using workspace = new Workspace()
    expect(await reported(workspace, '--from', at(0), '--to', at(100))).toContain(
      'No alert fired in these records',
    )
    const facts = JSON.parse(await reported(workspace, '--from', at(60), '--to', at(240), '-o', 'json'))
    expect(facts.incidents).toHaveLength(1)
    const times = facts.incidents[0].timeline.map(({ time }: { time: string }) => time)
    expect(times).toEqual(times.toSorted())
    expect(facts.sources.map(({ source }: { source: string }) => source)).toEqual([
      '',
      'aws-cloudtrail',
      'kubernetes-audit',
    ])
    expect(await reported(workspace, '--from', at(60), '--to', at(240), '-o', 'json')).toBe(
      `${JSON.stringify(facts, undefined, 2)}\n`,
    )
  })

  it('asks for both ends of the interval, in order', async () => {
    const late = await captured(['report', 'incident', 'logs', '--from', at(1), '--to', at(0)])
    expect([late.code, late.err]).toEqual([2, expect.stringContaining('--to is not after --from')])
    const missing = await captured(['report', 'incident', 'logs', '--from', at(1)])
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('--to')])
  })
})

describe('the Markdown of a report', () => {
  it('takes no markup from names in the logs', async () => {
    using workspace = new Workspace()
    const hostile = outage.map((_, i) =>
      tokenRequest({
        id: `h${i}`,
        time: morning + i * minuteMs,
        account: 'a|b<script>[x](y)`',
        code: i >= 120 && i < 135 ? 500 : 201,
      }),
    )
    workspace.writeRecords('logs/a.ndjson', hostile)
    const args = [
      'report',
      'incident',
      workspace.at('logs'),
      '--slo',
      shipped,
      '--from',
      at(0),
      '--to',
      at(200),
    ]
    const { out } = await captured(args)
    expect(out).toContain('b\\<script\\>\\[x\\](y)\\`')
    expect(out).not.toContain('<script>')
  })
})
