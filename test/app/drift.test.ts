/** Drift against a baseline, from records to metrics and the shipped objective. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { captured } from '../support/captured.ts'
import { EmbeddedService } from '../support/embedded-service.ts'
import { Workspace } from '../support/workspace.ts'

const shipped = new URL('../../slo-definitions', import.meta.url).pathname
const connectors = new URL('../../src/connectors/', import.meta.url)
const [attached = '', detached = '', put = ''] = readFileSync(
  new URL('aws-cloudtrail/fixtures/changes-of-rights.ndjson', connectors),
  'utf8',
).split('\n')

const role = 'arn:aws:iam::111122223333:role/acme-checkout'
const policy = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const line = (name: string): string =>
  `  - {provider: aws, principal: ${role}, role: ${name}, scope: 111122223333}\n`
const withPolicy = `grants:\n${line(policy)}`

interface Objective {
  readonly name: string
  readonly good: number
  readonly bad: number
  readonly value: number
  readonly errorBudgetRemaining: number
  readonly alerts: readonly { readonly severity: string; readonly firing: boolean }[]
}

async function replayed(
  workspace: Workspace,
  records: readonly string[],
  baseline?: string,
): Promise<Objective> {
  const log = workspace.write('trail.ndjson', `${records.join('\n')}\n`)
  const against = baseline === undefined ? [] : ['--baseline', workspace.write('baseline.yaml', baseline)]
  const { code, out, err } = await captured(['replay', log, '--slo', shipped, ...against, '-o', 'json'])
  expect([code, err]).toEqual([0, ''])
  const found = JSON.parse(out).objectives.find(({ name }: Objective) => name === 'assignment-drift')
  return { ...found, alerts: found.alerts.filter(({ firing }: Objective['alerts'][number]) => firing) }
}

describe('replay --baseline', () => {
  it('spends the whole budget and alerts at the first unexpected change, in whatever order records come', async () => {
    using workspace = new Workspace()
    const fine = await replayed(workspace, [attached], withPolicy)
    expect(fine).toMatchObject({ good: 1, bad: 0, value: 1, errorBudgetRemaining: 1, alerts: [] })
    const drift = await replayed(workspace, [attached, put], withPolicy)
    expect(drift).toMatchObject({ good: 0, bad: 1 })
    expect(drift.errorBudgetRemaining).toBeLessThan(0)
    expect(drift.alerts.map(({ severity }) => severity)).toContain('page')
    expect(await replayed(workspace, [put, attached], withPolicy)).toEqual(drift)
  })

  it('holds a removal against the baseline as well', async () => {
    using workspace = new Workspace()
    expect(await replayed(workspace, [detached], withPolicy)).toMatchObject({ good: 0, bad: 1 })
    expect(await replayed(workspace, [detached], 'grants: []\n')).toMatchObject({ good: 1, bad: 0 })
  })

  it('judges nothing without a baseline: a log alone does not make slices good', async () => {
    using workspace = new Workspace()
    expect(await replayed(workspace, [attached, put])).toMatchObject({ good: 0, bad: 0, alerts: [] })
  })

  it('says what is wrong with the baseline', async () => {
    using workspace = new Workspace()
    const baseline = workspace.write('b.yaml', 'grants:\n  - {provider: aws}\n')
    const log = workspace.write('a.ndjson', attached)
    const { code, err } = await captured(['replay', log, '--slo', shipped, '--baseline', baseline])
    expect(code).toBe(2)
    expect(err).toContain(`${baseline}:2:5: error: the grant.principal is missing`)
  })
})

describe('run', () => {
  it('counts changes by what the baseline says, and takes up another one on reload', async () => {
    using workspace = new Workspace()
    workspace.write('baseline.yaml', withPolicy)
    await using running = await EmbeddedService.start(workspace, {
      definitions: [shipped],
      baseline: 'baseline.yaml',
    })
    const counted = async (expected: string): Promise<number> =>
      (await running.metrics()).sum('identity_assignment_changes_total', { op: 'granted', expected })
    await running.send(`${attached}\n${put}\n`)
    expect([await counted('true'), await counted('false'), await counted('unknown')]).toEqual([1, 1, 0])

    workspace.write('baseline.yaml', `${withPolicy}${line('orders-table')}`)
    expect(await running.reload()).toMatchObject({ status: 200 })
    await running.send(put.replace('68272594', '68272595'))
    expect([await counted('true'), await counted('false')]).toEqual([2, 1])

    workspace.write('baseline.yaml', 'grants: {}\n')
    expect(await running.reload()).toMatchObject({
      status: 500,
      text: expect.stringContaining('baseline.yaml:1:1'),
    })
    await running.send(put.replace('68272594', '68272596'))
    expect(await counted('true')).toBe(3)
  })

  it('does not start with a baseline that does not hold', async () => {
    using workspace = new Workspace()
    workspace.write('baseline.yaml', 'grant: []\n')
    await expect(EmbeddedService.start(workspace, { baseline: 'baseline.yaml' })).rejects.toMatchObject({
      code: 'ISLO-3005',
    })
  })

  it('counts changes as unknown without one', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    await running.send(`${attached}\n`)
    const metrics = await running.metrics()
    expect(metrics.sum('identity_assignment_changes_total', { expected: 'unknown' })).toBe(1)
  })
})
