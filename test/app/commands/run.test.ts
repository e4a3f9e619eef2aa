import { appendFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { Child } from '../../support/child.ts'
import { everything, until } from '../../support/embedded-service.ts'
import { parseExposition } from '../../support/exposition.ts'
import { minuteMs, morning, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const records = Array.from({ length: 50 }, (_, i) =>
  tokenRequest({ id: `r${i}`, time: morning + i * minuteMs }),
)

function configured(workspace: Workspace, settings: Readonly<Record<string, unknown>> = {}): string {
  workspace.write('slo/all.yaml', everything)
  return workspace.write(
    'identity-slo.yaml',
    stringify({
      definitions: ['slo'],
      listen: { port: 0 },
      sources: { files: [{ path: 'logs' }] },
      ...settings,
    }),
  )
}

interface LogLine {
  readonly msg: string
  readonly records?: Readonly<Record<string, number>>
  readonly signal?: string
}

function logOf(child: Child): readonly LogLine[] {
  return child.err
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line): LogLine => JSON.parse(line))
}

const addressIn = (text: string): string => /http:\/\/[\w.:[\]]+/.exec(text)?.[0] ?? ''

async function ready(child: Child): Promise<string> {
  await until('the address is printed', () => {
    if (child.process.exitCode !== null) throw new Error(`it ended: ${child.err}`)
    return addressIn(child.out) !== ''
  })
  const address = addressIn(child.out)
  await until('the service is ready', async () => (await fetch(`${address}/-/ready`)).status === 200)
  return address
}

describe.concurrent('run', { timeout: 90_000 }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s with exit code 0 and a summary', async (signal) => {
    using workspace = new Workspace()
    workspace.writeRecords('logs/a.ndjson', records)
    using child = new Child(['run', '--config', configured(workspace)])
    const address = await ready(child)
    expect(child.out).toBe(
      `identity-slo is running: open ${address}/ (metrics: ${address}/metrics); stop it with Ctrl-C\n`,
    )
    await fetch(`${address}/v1/records`, { method: 'POST', body: linesOf(records.slice(0, 7)) })
    child.process.kill(signal)
    const { code, signal: killedBy } = await child.ended
    expect([code, killedBy]).toEqual([0, null])
    const [stopping, stopped] = logOf(child).slice(-2)
    expect(stopping).toMatchObject({ msg: 'stopping', signal })
    expect(stopped).toMatchObject({
      msg: 'stopped',
      records: { read: 57, accepted: 50, duplicate: 7, late: 0, rejected: 0, irrelevant: 0 },
    })
  })

  it('reloads on SIGHUP, and goes on with what it had when the new definitions are bad', async () => {
    using workspace = new Workspace()
    const log = workspace.writeRecords('logs/a.ndjson', records)
    using child = new Child(['run', '-c', configured(workspace)])
    const address = await ready(child)
    const metric = async (name: string): Promise<number> =>
      parseExposition(await (await fetch(`${address}/metrics`)).text()).sum(name)
    workspace.write('slo/all.yaml', everything.replace('target: 0.99', 'target: 0.95'))
    child.process.kill('SIGHUP')
    await until(
      'the new target is served',
      async () => (await metric('identity_slo_objective_ratio')) === 0.95,
    )
    workspace.write('slo/all.yaml', 'kind: Nothing')
    child.process.kill('SIGHUP')
    await until(
      'the failed reload shows',
      async () => (await metric('identity_slo_config_last_reload_successful')) === 0,
    )
    expect(await metric('identity_slo_objective_ratio')).toBe(0.95)
    expect(child.err).toMatch(/all\.yaml:\d+:\d+: error: /)
    appendFileSync(log, linesOf([tokenRequest({ id: 'later', time: morning })]))
    await until('it still follows its log', async () => (await metric('identity_slo_events_total')) === 51)
    child.process.kill('SIGTERM')
    expect((await child.ended).code).toBe(0)
  })

  it('says what is wrong with its configuration, and ends with exit code 2', async () => {
    using workspace = new Workspace()
    using child = new Child(['run', '--config', configured(workspace, { listne: { port: 0 } })])
    const { code, out, err } = await child.ended
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/identity-slo\.yaml:\d+:\d+: error: .*listne/)
    expect(err).toContain('ISLO-3001')
  })
})
