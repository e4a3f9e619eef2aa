/** Fault 30: nothing happens, one thing happens, or what happened is not in the window yet. */
import { describe, expect, it } from 'vitest'
import { EmbeddedService, everything } from '../support/embedded-service.ts'
import type { Exposition } from '../support/exposition.ts'
import { minuteMs, morning, stageBefore, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

/** Values of the only objective; every one of /metrics has to be a finite number. */
function shown(metrics: Exposition): Readonly<Record<string, number>> {
  for (const { name, value } of metrics.series) expect([name, Number.isFinite(value)]).toEqual([name, true])
  return {
    errorRatio: metrics.sum('identity_slo_sli_error_ratio', { window: '30d' }),
    burn5m: metrics.sum('identity_slo_burn_rate', { window: '5m' }),
    burn1h: metrics.sum('identity_slo_burn_rate', { window: '1h' }),
    remaining: metrics.sum('identity_slo_error_budget_remaining_ratio'),
    good: metrics.sum('identity_slo_events_total', { verdict: 'good' }),
    bad: metrics.sum('identity_slo_events_total', { verdict: 'bad' }),
  }
}

interface Told {
  readonly alerts: readonly { readonly id: string; readonly firing: boolean }[]
}

async function firing(running: EmbeddedService): Promise<readonly string[]> {
  const { objectives } = JSON.parse((await running.get('/api/v1/status')).text)
  return objectives.flatMap(({ alerts }: Told) => alerts.filter((alert) => alert.firing).map(({ id }) => id))
}

const untouched = { errorRatio: 0, burn5m: 0, burn1h: 0, remaining: 1, good: 0, bad: 0 }

describe('an objective', () => {
  it('has defined values before the first record, and after one that is of no interest', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    expect(shown(await running.metrics())).toEqual(untouched)
    await running.send(linesOf([stageBefore('s', morning)]))
    expect(shown(await running.metrics())).toEqual(untouched)
    expect(await firing(running)).toEqual([])
  })

  it('with one failed event of one says so, and pages nobody', async () => {
    using workspace = new Workspace()
    await using running = await EmbeddedService.start(workspace)
    await running.send(linesOf([tokenRequest({ id: 'only', time: morning, code: 500 })]))
    const values = shown(await running.metrics())
    expect(values).toMatchObject({ errorRatio: 1, good: 0, bad: 1 })
    expect(values['burn1h']).toBeCloseTo(100)
    expect(await firing(running)).toEqual([])
  })

  it('pages for one event where it is told that one is enough', async () => {
    using workspace = new Workspace()
    const strict = everything.replace(
      'name: issuance\n',
      'name: issuance\n  annotations: { identity-slo.dev/min-bad-events: "1" }\n',
    )
    workspace.write('slo/all.yaml', strict)
    await using running = await EmbeddedService.start(workspace, { definitions: ['slo'] })
    await running.send(linesOf([tokenRequest({ id: 'only', time: morning, code: 500 })]))
    expect((await firing(running)).length).toBeGreaterThan(0)
  })

  it('of 100 % is refused at the start, with what is allowed', async () => {
    using workspace = new Workspace()
    workspace.write('slo/all.yaml', everything.replace('0.99', '1'))
    await expect(EmbeddedService.start(workspace, { definitions: ['slo'] })).rejects.toMatchObject({
      code: 'ISLO-3002',
    })
  })

  it.each([
    ['hold', 1],
    ['good', 0],
    ['bad', 1],
  ])('whose traffic has ended shows what its noData policy says (%s)', async (policy, last) => {
    using workspace = new Workspace()
    const named = everything.replace(
      'name: issuance\n',
      `name: issuance\n  annotations: { identity-slo.dev/no-data: ${policy} }\n`,
    )
    // A second objective goes on, so that time does.
    workspace.write(
      'slo/other.yaml',
      everything
        .replaceAll('issuance', 'other')
        .replace('indicator: token-other', 'indicator: token-issuance'),
    )
    workspace.write(
      'slo/all.yaml',
      named.replaceAll('indicator: token-issuance }', 'indicator: token-issuance, where: { app: [quiet] } }'),
    )
    await using running = await EmbeddedService.start(workspace, { definitions: ['slo'] })
    const quiet = Array.from({ length: 10 }, (_, i) =>
      tokenRequest({ id: `q${i}`, time: morning + i * minuteMs, namespace: 'quiet', code: 500 }),
    )
    const busy = Array.from({ length: 300 }, (_, i) =>
      tokenRequest({ id: `b${i}`, time: morning + i * minuteMs, namespace: 'busy' }),
    )
    await running.send(linesOf([...quiet, ...busy]))
    const metrics = await running.metrics()
    shown(metrics)
    const [ratio] = metrics.select('identity_slo_sli_error_ratio', { window: '5m', slo: 'issuance' })
    expect(ratio?.value).toBe(last)
  })
})
